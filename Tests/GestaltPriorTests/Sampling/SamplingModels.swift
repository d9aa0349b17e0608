import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Small predictors whose logits vary: a fresh prior's are all zero.
struct SamplingModel: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let configuration: VideoPredictorConfiguration

    enum Kind: String, CaseIterable {
        case plain, sparse, frames, aligned, dense, classes, actions, all
    }

    /// Clips of 8 × 16 × 16 pixels, 2 × 8 × 8 codes, or `latent` if given.
    init(_ kind: Kind, latent: [Int] = [2, 8, 8], given: Int = 1, width: Int = 24, layers: Int = 2)
    {
        testDescription = kind.rawValue
        let tokenizer = VQVAEConfiguration(
            strides: .init(time: 4, height: 2, width: 2), hiddenChannels: 8, embeddingWidth: 6,
            codeCount: 40,
            blocks: 1, dataVariance: 0.06)
        configuration = VideoPredictorConfiguration(
            tokenizer: tokenizer,
            prior: PriorConfiguration(
                latent: .init(time: latent[0], height: latent[1], width: latent[2]), codeCount: 40,
                embeddingWidth: 6, width: width, heads: 2, layers: layers,
                attention: kind == .sparse || kind == .all ? .sparse : .full,
                conditioning: [.frames, .aligned, .dense, .all].contains(kind)
                    ? FrameConditioning(
                        frames: given, height: 2 * latent[1], width: 2 * latent[2],
                        encoder: kind == .dense
                            ? DenseFrameEncoder.Configuration(widths: [4, 6], outputWidth: 18)
                            : FrameEncoderConfiguration(
                                width: 4, blocks: [1, 1, 1, 1], outputWidth: 18),
                        isAligned: kind == .aligned || kind == .dense)
                    : nil,
                classes: kind == .classes || kind == .all ? 3 : nil,
                actionWidth: kind == .actions || kind == .all ? 2 : nil,
                actionStride: kind == .actions || kind == .all ? 4 : nil))
    }

    static let all = Kind.allCases.map { SamplingModel($0) }

    var predictor: VideoPredictor {
        var random = RandomStream(seed: 11)
        var predictor = VideoPredictor(configuration, random: &random)
        let prior = configuration.prior
        predictor.prior.output = random.normal(
            [prior.width, prior.codeCount], standardDeviation: 0.6)
        predictor.prior.input = random.normal([prior.embeddingWidth, prior.width])
        predictor.prior.positions.width = random.normal([prior.latent.width, prior.width / 3])
        return predictor
    }

    /// What `clips` clips are known by.
    func condition(_ prior: VideoPrior, clips: Int) -> PriorCondition {
        prior.condition(
            frames: frames(clips: clips), classes: classes(clips: clips),
            actions: actions(clips: clips), .inference)
    }

    func frames(clips: Int) -> Tensor<Float>? {
        configuration.prior.conditioning.map {
            Tensor.sample([clips, $0.frames, $0.height, $0.width, 3], seed: 5, in: -0.5...0.5)
        }
    }

    func classes(clips: Int) -> Tensor<Int32>? {
        configuration.prior.classes.map { count in
            Tensor((0..<clips).map { Int32(($0 + 1) % count) })
        }
    }

    func actions(clips: Int, frames: Int? = nil) -> Tensor<Float>? {
        configuration.prior.actionWidth.map {
            .sample([clips, frames ?? configuration.clipLength, $0], seed: 6)
        }
    }

    /// Codes of `clips` clips, `[clips, t, h, w]`.
    func codes(clips: Int) -> Tensor<Int32> {
        var random = RandomStream(seed: 12)
        return random.integers(
            Shape([clips] + configuration.prior.latent.array),
            in: 0..<configuration.prior.codeCount)
    }
}

/// The logits of all positions, asked for one after the other: `[clips, t, h, w, K]`.
func stepwiseLogits(
    _ weights: DecodingWeights, _ condition: PriorCondition, _ codes: Tensor<Int32>,
    rows: [Int]? = nil
) -> Tensor<Float> {
    let rows = rows ?? Array(0..<codes.shape[0])
    let cache = DecodingCache(weights, condition, clips: rows)
    let flat = codes.gathered(Tensor(rows.map(Int32.init)), axis: 0).reshaped([rows.count, -1])
    let steps = (0..<flat.shape[1]).map { position in
        weights.logits(
            after: position == 0
                ? nil : flat.sliced(position - 1..<position, axis: 1).flattened(),
            cache
        ).expanded(axis: 1)
    }
    let configuration = weights.configuration
    return concatenated(steps, axis: 1).reshaped(
        Shape([rows.count] + configuration.latent.array + [configuration.codeCount]))
}
