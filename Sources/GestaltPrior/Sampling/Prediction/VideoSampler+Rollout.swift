import GestaltChecks
import GestaltIO
import GestaltTensor

/// A video longer than the predictor's clips.
public struct Rollout: Sendable {
    /// `[N, S, length, H, W, 3]` in 0…1.
    public let video: Tensor<Float>
    /// The codes of each window, `[N, S, t, h, w]`.
    public let windows: [Tensor<Int32>]
    /// The mean over the tokens of all windows, as in ``SampledCodes/logProbabilities``, `[N, S]`.
    public let logProbabilities: Tensor<Float>
}

extension VideoSampler {
    /// Predicts videos of any length: each window of the clip's length is conditioned on the last
    /// decoded frames of the previous one, and its own first frames, which repeat them, are
    /// dropped.
    ///
    /// A sample draws from its own stream throughout: token j of window v at counter v · L + j.
    ///
    /// - Parameters:
    ///   - frames: the conditioning frames `[N, n, H, W, 3]` in −0.5…0.5.
    ///   - length: frames of the result.
    ///   - classes: `[N]`, the same for all windows.
    ///   - actions: `[N, covered, actionWidth]` with at least ``framesCovered(by:)`` frames.
    ///   - progress: called after every token with the tokens of all windows.
    /// - Throws: as ``predict(frames:classes:actions:samples:options:random:progress:)``.
    /// - Precondition: the prior is conditioned on frames, fewer than a clip has; `length` is
    ///   positive.
    public func rollout(
        frames: Tensor<Float>, length: Int, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil, samples: Int = 1,
        options: SamplingOptions = SamplingOptions(), random: RandomStream,
        progress: ProgressHandler? = nil
    ) throws -> Rollout {
        let count = windows(for: length)
        let (clip, given) = (predictor.configuration.clipLength, givenFrames)
        checkActions(actions, length)
        let rows = (0..<frames.shape[0]).flatMap { [Int](repeating: $0, count: samples) }
        var state = RolloutState()
        for window in 0..<count {
            // From the second window on, every sample is its own clip.
            let members = window == 0 ? Array(0..<frames.shape[0]) : rows
            let start = window * (clip - given)
            let condition = condition(
                frames: window == 0 ? frames : state.last(given),
                classes: classes?.gathered(Tensor(members.map(Int32.init)), axis: 0),
                actions: actions?.sliced(start..<start + clip, axis: 1)
                    .gathered(Tensor(members.map(Int32.init)), axis: 0))
            var run = SamplingRun(
                sampler: self, condition: condition, samples: window == 0 ? samples : 1,
                options: options, random: random)
            run.firstCounter = window * weights.configuration.tokens
            let sampled = try run.result(
                progress: progress.map { within(window, of: count, $0) }, frame: { _ in })
            state.add(sampled, self, dropping: window == 0 ? 0 : given)
        }
        return state.rollout(clips: frames.shape[0], samples: samples, length: length)
    }

    /// Returns the frames that the windows of a rollout of `length` frames cover, at least
    /// `length`.
    public func framesCovered(by length: Int) -> Int {
        let clip = predictor.configuration.clipLength
        return clip + (windows(for: length) - 1) * (clip - givenFrames)
    }

    private var givenFrames: Int { predictor.configuration.prior.conditioning?.frames ?? 0 }

    private func windows(for length: Int) -> Int {
        let (clip, given) = (predictor.configuration.clipLength, givenFrames)
        require(
            given > 0 && given < clip && length > 0,
            "rollout: \(length) frames by windows of \(clip), conditioned on \(given)")
        return length <= clip ? 1 : 1 + (length - clip + clip - given - 1) / (clip - given)
    }

    private func checkActions(_ actions: Tensor<Float>?, _ length: Int) {
        guard let actions else { return }
        require(
            actions.rank == 3 && actions.shape[1] >= framesCovered(by: length),
            "rollout: actions \(actions.shape) for windows of \(framesCovered(by: length)) frames")
    }
}

/// The windows so far, of all samples of all clips.
private struct RolloutState {
    private var windows: [Tensor<Int32>] = []
    private var means: [Tensor<Float>] = []
    /// `[rows, frames, H, W, 3]` in −0.5…0.5.
    private var video: [Tensor<Float>] = []

    mutating func add(_ sampled: SampledCodes, _ sampler: VideoSampler, dropping given: Int) {
        let codes = sampled.codes.reshaped([-1] + sampled.codes.shape.dimensions.dropFirst(2))
        windows.append(codes)
        means.append(sampled.logProbabilities.flattened())
        let clips = (0..<codes.shape[0]).map { sampler.frames(of: codes[$0..<$0 + 1]) }
        video.append(
            concatenated(clips, axis: 0)
                .sliced(given..<sampler.predictor.configuration.clipLength, axis: 1))
    }

    /// Returns the last `count` frames of every row. A window may add fewer than its conditioning.
    func last(_ count: Int) -> Tensor<Float> {
        var parts: [Tensor<Float>] = []
        var missing = count
        for part in video.reversed() where missing > 0 {
            let length = part.shape[1]
            let taken = min(missing, length)
            parts.insert(part.sliced(length - taken..<length, axis: 1), at: 0)
            missing -= taken
        }
        return parts.count == 1 ? parts[0] : concatenated(parts, axis: 1)
    }

    func rollout(clips: Int, samples: Int, length: Int) -> Rollout {
        let all = concatenated(video, axis: 1).sliced(0..<length, axis: 1) + 0.5
        let sum = means.dropFirst().reduce(means[0]) { $0 + $1 }
        return Rollout(
            video: all.reshaped(Shape([clips, samples] + all.shape.dropFirst())),
            windows: windows.map {
                $0.reshaped(Shape([clips, samples] + $0.shape.dropFirst()))
            },
            logProbabilities: (sum / Float(means.count)).reshaped([clips, samples]))
    }
}

/// Returns a handler of one window's progress that reports the progress of all.
private func within(
    _ window: Int, of count: Int, _ progress: @escaping ProgressHandler
) -> ProgressHandler {
    { step in
        let own = step.total ?? 0
        try progress(
            WorkProgress(done: window * own + step.done, total: count * own, unit: step.unit))
    }
}
