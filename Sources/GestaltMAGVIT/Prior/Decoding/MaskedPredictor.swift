import GestaltChecks
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A tokenizer and a masked prior over its codes: predicts clips from their first frame.
///
/// <!-- given: let predictor: MaskedPredictor = given() -->
/// ```swift
/// let forecast = try predictor.predict(
///     frames: clips[0..., 0..<1], samples: 4, random: RandomStream(seed: 7))
/// print(forecast.video.shape)                              // [N, 4, T, H, W, 3], values in 0…1
/// ```
/// Paths begin with `tokenizer` and `prior`; training the prior freezes `tokenizer`.
/// - Source: Yu et al., *MAGVIT* (2023), section 3.2.
public struct MaskedPredictor: StoredModel {
    public let configuration: MaskedPredictorConfiguration
    public var tokenizer: any VideoTokenizer
    public var prior: MaskedPrior

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: MaskedPredictorConfiguration, random: inout RandomStream) {
        let tokenizer = configuration.tokenizer.value.tokenizer(random: &random)
        self.init(configuration, tokenizer: tokenizer, random: &random)
    }

    /// An untrained prior on a trained tokenizer.
    /// - Precondition: the tokenizer has the configuration's sizes.
    public init(
        _ configuration: MaskedPredictorConfiguration, tokenizer: any VideoTokenizer,
        random: inout RandomStream
    ) {
        require(
            AnyTokenizerConfiguration(tokenizer.configuration) == configuration.tokenizer,
            "MaskedPredictor: a tokenizer of \(tokenizer.configuration) for "
                + "\(configuration.tokenizer)")
        self.configuration = configuration
        self.tokenizer = tokenizer
        prior = MaskedPrior(configuration.prior, random: &random)
    }

    public var title: String { "a video predictor (tokenizer and masked prior)" }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("tokenizer", &tokenizer)
        visitor.module("prior", &prior)
    }
}

/// Predicted clips.
public struct MaskedForecast: Sendable {
    /// `[N, samples, t, h, w]`.
    public let codes: Tensor<Int32>
    /// `[N, samples, T, H, W, 3]`, 0…1.
    public let video: Tensor<Float>
}

extension MaskedPredictor {
    /// Returns the condition of clips from their first frames: each repeated to a clip and
    /// tokenized.
    /// - Parameter frames: `[N, H, W, 3]` in [−0.5, 0.5].
    /// - Throws: `ModelInputError` for frames of another size.
    public func condition(
        firstFrames frames: Tensor<Float>
    ) throws(ModelInputError) -> MaskCondition {
        let size = [configuration.frameHeight, configuration.frameWidth, 3]
        guard frames.rank == 4, Array(frames.shape.dropFirst()) == size else {
            throw ModelInputError(
                "frames", expected: "shape [B, \(size[0]), \(size[1]), 3]",
                found: "\(frames.shape)")
        }
        let mode = configuration.prior.condition
        let region = configuration.prior.sliceCells
        guard mode != .none else {
            return MaskCondition(mode, regionCells: region, tokens: [])
        }
        let tokens = (0..<frames.shape[0]).map { clip in
            let still = frames[clip..<clip + 1].expanded(axis: 1)
                .repeated(configuration.clipLength, axis: 1)
            return tokenizer.encode(still).scalars
        }
        return MaskCondition(mode, regionCells: region, tokens: tokens)
    }

    /// Predicts clips from their first frames.
    ///
    /// A sample is a function of the weights, its first frame and class, the options, the stream
    /// and its own number clip · samples + sample: the others change no bit while samples are
    /// decoded one by one, `options.batch` 1.
    /// - Parameters:
    ///   - frames: `[N, n, H, W, 3]` in [−0.5, 0.5], of which the first of each is used; with
    ///     condition `none` only their number counts.
    ///   - classes: one for each clip; nil for none.
    ///   - samples: the number for each clip, positive.
    ///   - progress: called after every step; an error it throws ends the prediction.
    /// - Throws: `ConfigurationError` for invalid options; `ModelInputError` for inputs that do not
    ///   fit; ``MaskedDecodingError``; what `progress` throws; `CancellationError` when the
    ///   surrounding task is cancelled.
    public func predict(
        frames: Tensor<Float>, classes: [Int32]? = nil, samples: Int = 1,
        options: MaskedDecoding = MaskedDecoding(), random: RandomStream,
        progress: ProgressHandler? = nil
    ) throws -> MaskedForecast {
        try options.validate(for: configuration.prior)
        try check(frames, classes, samples)
        let condition = try condition(firstFrames: frames[0..., 0].contiguous())
        let total = frames.shape[0] * samples
        var codes: [Tensor<Int32>] = []
        for first in stride(from: 0, to: total, by: options.batch) {
            let numbers = first..<min(first + options.batch, total)
            var states = numbers.map {
                DecodingState(
                    prior, condition, sample: $0 / samples, label: classes?[$0 / samples], options)
            }
            try decode(&states, random: numbers.map { random.split(UInt64($0)) }) { step in
                try Task.checkCancellation()
                try progress?(
                    WorkProgress(
                        done: first * options.steps + step * numbers.count,
                        total: total * options.steps, unit: "steps"))
            }
            codes += states.map {
                Tensor(shape: Shape(configuration.prior.grid.array), scalars: $0.tokens)
            }
        }
        let clips = codes.map {
            tokenizer.decode($0.expanded(axis: 0)).clamped(min: -0.5, max: 0.5) + 0.5
        }
        func inSamples<Scalar>(_ joined: Tensor<Scalar>) -> Tensor<Scalar> {
            joined.reshaped(Shape([frames.shape[0], samples] + joined.shape.dropFirst()))
        }
        return MaskedForecast(
            codes: inSamples(stacked(codes, axis: 0)),
            video: inSamples(concatenated(clips, axis: 0)))
    }

    /// Decodes the samples of one pass.
    /// - Parameter random: the stream of each.
    private func decode(
        _ states: inout [DecodingState], random: [RandomStream], progress: (Int) throws -> Void
    ) throws {
        let sizes = configuration.prior
        for step in 0..<states[0].options.steps {
            let noise = random.map {
                DecodingState.Noise(
                    cells: sizes.cells, codes: sizes.codes, random: $0.split(UInt64(step)))
            }
            _ = try DecodingState.step(&states, step, noise)
            try progress(step + 1)
        }
    }

    func check(
        _ frames: Tensor<Float>, _ classes: [Int32]?, _ samples: Int
    ) throws(ModelInputError) {
        let size = [configuration.frameHeight, configuration.frameWidth, 3]
        guard frames.rank == 5, frames.count > 0, Array(frames.shape.dropFirst(2)) == size else {
            throw ModelInputError(
                "frames", expected: "shape [B, n, \(size[0]), \(size[1]), 3]",
                found: "\(frames.shape)")
        }
        guard samples > 0 else {
            throw ModelInputError("samples", expected: "1 or more", found: "\(samples)")
        }
        guard let classes else { return }
        guard classes.count == frames.shape[0] else {
            throw ModelInputError(
                "classes", expected: "\(frames.shape[0])", found: "\(classes.count)")
        }
        let known = configuration.prior.classes
        if let stray = classes.first(where: { $0 < 0 || $0 >= known }) {
            throw ModelInputError(
                "class", expected: known > 0 ? "0 to \(known - 1)" : "none", found: "\(stray)")
        }
    }
}
