import GestaltChecks
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// Draws clips from a predictor, token by token.
///
/// A sample is a function of the weights, its clip's condition, the options, the random stream and
/// its own number i = clip · S + sample: it draws from `random.split(i)`, token j at counter j. The
/// batch it is drawn in changes no bit.
///
/// ```swift
/// let sampler = VideoSampler(predictor)
/// let prediction = try sampler.predict(
///     frames: clips[0..., ..<1], samples: 4, options: SamplingOptions(topP: 0.95),
///     random: RandomStream(seed: 7))
/// print(prediction.video.shape)                         // [N, 4, T, H, W, 3], values in 0…1
/// ```
/// Creating a sampler packs the weights, which takes a fraction of a second at the public size;
/// keep it for many predictions.
/// - Source: Yan et al., *VideoGPT* (2021), section 3.3; options as in Holtzman et al., *The
///   Curious Case of Neural Text Degeneration* (2019).
public struct VideoSampler: Sendable {
    public let predictor: VideoPredictor
    public let weights: DecodingWeights
    /// The maximum number of samples drawn at once: they share each read of the weights, and each
    /// has a cache of its own.
    public let batch: Int

    /// - Precondition: `batch` is positive.
    public init(_ predictor: VideoPredictor, format: DecodingFormat = .float32, batch: Int = 4) {
        require(batch > 0, "VideoSampler(batch: \(batch))")
        self.predictor = predictor
        self.batch = batch
        weights = DecodingWeights(
            predictor.prior, codebook: predictor.tokenizer.codeTable,
            format: format)
    }

    /// Returns the prior's condition, computed clip by clip so that no clip's bits depend on the
    /// others.
    /// - Parameters: see ``VideoPrior/condition(frames:classes:actions:_:)``.
    public func condition(
        frames: Tensor<Float>? = nil, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil
    ) -> PriorCondition {
        guard let frames, frames.rank == 5, frames.shape[0] > 1 else {
            return predictor.prior.condition(
                frames: frames, classes: classes, actions: actions, .inference)
        }
        let conditions = (0..<frames.shape[0]).map { clip in
            predictor.prior.condition(
                frames: frames[clip..<clip + 1],
                classes: classes.map { $0[clip..<clip + 1] },
                actions: actions.map { $0[clip..<clip + 1] }, .inference)
        }
        func joined(_ part: KeyPath<PriorCondition, Tensor<Float>?>) -> Tensor<Float>? {
            let parts = conditions.compactMap { $0[keyPath: part] }
            return parts.isEmpty ? nil : concatenated(parts, axis: 0)
        }
        return PriorCondition(
            features: joined(\.features), classes: classes, actions: joined(\.actions),
            aligned: joined(\.aligned))
    }

    /// Predicts clips from their first frames, a class or actions, as the prior's configuration
    /// requires.
    ///
    /// - Parameters:
    ///   - frames: `[N, n, H, W, 3]` in −0.5…0.5.
    ///   - classes: `[N]`.
    ///   - actions: `[N, T, actionWidth]`.
    ///   - samples: the number for each clip.
    ///   - progress: called after every token; an error it throws ends the prediction.
    /// - Throws: errors of `options.validate()` and `progress`, ``SamplingError``, and
    ///   `CancellationError` when the surrounding task is cancelled.
    public func predict(
        frames: Tensor<Float>? = nil, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil, samples: Int = 1,
        options: SamplingOptions = SamplingOptions(), random: RandomStream,
        progress: ProgressHandler? = nil
    ) throws -> Prediction {
        let condition = condition(frames: frames, classes: classes, actions: actions)
        return decoded(
            try codes(
                condition, samples: samples, options: options, random: random, progress: progress))
    }

    /// Predicts the likeliest of `count` samples of each clip, by mean log-probability.
    ///
    /// Only the chosen sample is decoded. Parameters and errors as for
    /// ``predict(frames:classes:actions:samples:options:random:progress:)``.
    public func predict(
        frames: Tensor<Float>? = nil, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil, bestOf count: Int,
        options: SamplingOptions = SamplingOptions(), random: RandomStream,
        progress: ProgressHandler? = nil
    ) throws -> Prediction {
        let condition = condition(frames: frames, classes: classes, actions: actions)
        let all = try codes(
            condition, samples: count, options: options, random: random, progress: progress)
        return decoded(all.best)
    }

    /// Decodes codes to clips in 0…1, one at a time.
    public func decoded(_ sampled: SampledCodes) -> Prediction {
        let shape = sampled.codes.shape
        let rows = sampled.codes.reshaped([-1] + shape.dimensions.dropFirst(2))
        let clips = (0..<rows.shape[0]).map { frames(of: rows[$0..<$0 + 1]) + 0.5 }
        let joined = concatenated(clips, axis: 0)
        return Prediction(
            codes: sampled.codes, logProbabilities: sampled.logProbabilities,
            video: joined.reshaped(Shape([shape[0], shape[1]] + joined.shape.dropFirst())))
    }

    /// Returns the clip of one sample's codes, `[1, T, H, W, 3]`, clamped to −0.5…0.5.
    func frames(of codes: Tensor<Int32>) -> Tensor<Float> {
        predictor.tokenizer.decode(codes).clamped(min: -0.5, max: 0.5)
    }
}

extension VideoPredictor {
    /// Predicts clips from their first frames, a class or actions; see ``VideoSampler``, which
    /// packs the
    /// weights once for many predictions.
    public func predict(
        frames: Tensor<Float>? = nil, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil, samples: Int = 1,
        options: SamplingOptions = SamplingOptions(), random: RandomStream,
        progress: ProgressHandler? = nil
    ) throws -> Prediction {
        try VideoSampler(self).predict(
            frames: frames, classes: classes, actions: actions, samples: samples,
            options: options, random: random, progress: progress)
    }
}
