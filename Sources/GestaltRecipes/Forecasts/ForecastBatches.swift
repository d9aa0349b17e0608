import GestaltChecks
import GestaltData
import GestaltTensor

/// A batch of frames with their forecast targets.
public struct ForecastBatch: Sendable {
    /// The input, `[N, H, W, 3]` in −0.5…0.5.
    public var frames: Tensor<Float>
    /// The frames without what an augmentation or the term `still` blanked, `[N, H, W, 3]`.
    public var original: Tensor<Float>
    /// The target pictures, `[N, H, W, 3 · pictures]` in −0.5…0.5.
    public var pictures: Tensor<Float>
    /// The weight of each picture, 1, or 0 where the clip ends before it: `[N, 1, 1, pictures]`.
    public var pictureWeights: Tensor<Float>
    /// The target maps, 0 or 1, `[N, H, W, maps]`.
    public var maps: Tensor<Float>
    /// The weight of each pixel of a map, 0 or 1, `[N, H, W, maps]`.
    public var mapWeights: Tensor<Float>
}

/// Batches of single frames with the targets of some terms, transformed alike.
struct ForecastBatches: BatchSource {
    let data: ForecastClips
    let terms: [ForecastTerm]
    let frames: [FrameIndex]
    let batchSize: Int
    let order: BatchOrder
    let augmentation: Augmentation
    private let random: RandomStream

    /// - Precondition: there are frames and terms; the clips have one frame size.
    init(
        _ data: ForecastClips, terms: [ForecastTerm], every interval: Int = 1, batchSize: Int,
        order: BatchOrder, augmentation: Augmentation = .none, seed: UInt64 = 0
    ) {
        self.data = data
        self.terms = terms
        frames = data.clips.infos().enumerated().flatMap { clip, info in
            stride(from: 0, to: info.frameCount, by: interval)
                .map { FrameIndex(clip: clip, frame: $0) }
        }
        require(
            !frames.isEmpty && !terms.isEmpty && batchSize > 0,
            "ForecastBatches: batches of \(batchSize) of \(frames.count) frames, \(terms.count) terms"
        )
        self.batchSize = batchSize
        self.order = order
        self.augmentation = augmentation
        random = RandomStream(seed: seed).split(.max - 2)
    }

    var stepsPerPass: Int { order.stepsPerPass(batchSize: batchSize, count: frames.count) }
    var stepCount: Int? { order == .once ? stepsPerPass : nil }

    func batch(at step: Int) throws -> ForecastBatch {
        let indices = order.items(step: step, batchSize: batchSize, count: frames.count)
            .map { frames[$0] }
        let source = ForecastExamples(data: data, terms: terms)
        let examples = zip(indices, try source.windows(of: indices)).enumerated()
            .map { place, item in
                let (index, window) = item
                var draws = random.split(UInt64(step * batchSize + place))
                let change = augmentation.draw(
                    height: window.height, width: window.width, using: &draws)
                return source.example(index, of: window, change, using: &draws)
            }
        return ForecastBatch(examples)
    }
}
