import GestaltChecks
import GestaltData
import GestaltTensor

/// Codes of clips with a prior's conditioning.
public struct CodedBatch: Sendable {
    /// `[N, t, h, w]`.
    public var codes: Tensor<Int32>
    /// The conditioning frames `[N, n, H, W, 3]` in −0.5…0.5; nil for a prior without.
    public var frames: Tensor<Float>?
    /// `[N, T, 4]`; nil for a prior without actions.
    public var actions: Tensor<Float>?
    /// The last conditioning frames with the targets of forecasts; nil without such.
    public var forecasts: ForecastBatch?
}

/// Batches of encoded windows: in shuffled order one window of each clip, drawn again at each
/// visit; in plain order every window once.
public struct CodedBatches: BatchSource {
    let coded: CodedWindows
    let clips: any ClipSource
    let batchSize: Int
    let order: BatchOrder
    /// The number of conditioning frames included.
    let given: Int
    let takesActions: Bool
    /// The targets of the last conditioning frame; nil for none.
    let forecasts: ForecastExamples?
    /// The windows of each clip.
    private let byClip: [[Int]]

    /// - Precondition: there are windows of every clip; `batchSize` is positive; clips have actions
    ///   if actions are requested; there are conditioning frames if forecasts are.
    init(
        _ coded: CodedWindows, of clips: any ClipSource, batchSize: Int, order: BatchOrder,
        given: Int,
        takesActions: Bool, forecasts: ForecastExamples? = nil
    ) {
        var byClip = [[Int]](repeating: [], count: clips.count)
        for (index, place) in coded.windows.enumerated() {
            byClip[place.window.clip].append(index)
        }
        require(
            batchSize > 0 && !byClip.contains { $0.isEmpty },
            "CodedBatches: batches of \(batchSize), clips without a window")
        self.coded = coded
        self.clips = clips
        self.batchSize = batchSize
        self.order = order
        self.given = given
        require(
            forecasts == nil || given > 0, "CodedBatches: forecasts without conditioning frames")
        self.takesActions = takesActions
        self.forecasts = forecasts
        self.byClip = byClip
    }

    private var count: Int { order == .once ? coded.windows.count : clips.count }
    public var stepsPerPass: Int { order.stepsPerPass(batchSize: batchSize, count: count) }
    public var stepCount: Int? { order == .once ? stepsPerPass : nil }

    /// - Throws: what reading the clips throws, where their first frames or actions are needed.
    public func batch(at step: Int) throws -> CodedBatch { try batch(of: rows(at: step)) }

    /// Returns the windows of a batch.
    func rows(at step: Int) -> [Int] {
        let items = order.items(step: step, batchSize: batchSize, count: count)
        guard case .shuffled(let seed) = order else { return items }
        // A draw depends on its position alone, so that any batch can be computed independently.
        let draws = RandomStream(seed: seed).split(UInt64(step))
        return items.enumerated().map { place, clip in
            var draw = draws.split(UInt64(place))
            return byClip[clip][draw.integer(in: 0..<byClip[clip].count)]
        }
    }

    private func batch(of rows: [Int]) throws -> CodedBatch {
        let places = rows.map { coded.windows[$0] }
        let read = given > 0 || takesActions ? try clips.frames(of: places.map(\.window)) : []
        let frames =
            given == 0
            ? nil : stacked(zip(places, read).map { $0.pixels(given, of: $1) }, axis: 0)
        let actions = takesActions ? stacked(read.map(actions), axis: 0) : nil
        return CodedBatch(
            codes: coded.codes.gathered(Tensor(rows.map(Int32.init)), axis: 0), frames: frames,
            actions: actions, forecasts: try forecasts.map { try batch(of: places, $0) })
    }

    /// Returns the last conditioning frames of windows, mirrored as those are, with their targets.
    private func batch(
        of places: [CodedWindow], _ forecasts: ForecastExamples
    ) throws -> ForecastBatch {
        let indices = places.map {
            FrameIndex(clip: $0.window.clip, frame: $0.window.start + given - 1)
        }
        let windows = try forecasts.windows(of: indices)
        return ForecastBatch(
            places.indices.map { item in
                var change = Transformation(
                    height: windows[item].height, width: windows[item].width)
                change.isFlipped = places[item].isMirrored
                // Nothing is drawn: the frame is whole, since the prior is conditioned on it.
                var draws = RandomStream(seed: 0)
                return forecasts.example(
                    indices[item], of: windows[item], change, using: &draws)
            })
    }

    private func actions(of window: Clip) -> Tensor<Float> {
        guard let actions = window.actions else {
            stop("CodedBatches: \(window.name) has no actions")
        }
        return actions
    }
}
