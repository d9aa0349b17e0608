import GestaltModels
import GestaltTensor
import GestaltVideo

/// The configuration of a ``MaskedPredictor``; its `config.json`.
public struct MaskedPredictorConfiguration: ModelConfiguration {
    public static let kind = "masked-predictor"

    public var tokenizer: AnyTokenizerConfiguration
    public var prior: MaskedPriorConfiguration

    public init(tokenizer: any VideoTokenizerConfiguration, prior: MaskedPriorConfiguration) {
        self.tokenizer = AnyTokenizerConfiguration(tokenizer)
        self.prior = prior
    }

    public init(from decoder: any Decoder) throws {
        MagvitKinds.register()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        tokenizer = try container.decode(AnyTokenizerConfiguration.self, forKey: .tokenizer)
        prior = try container.decode(MaskedPriorConfiguration.self, forKey: .prior)
    }

    private enum CodingKeys: String, CodingKey { case tokenizer, prior }

    /// Named sizes of a prior.
    public enum Preset: String, Codable, Sendable, CaseIterable {
        /// 144 wide, 6 layers, 3 heads, 576 between the linear layers; 1.7 million parameters over
        /// 1280 cells of 1000 codes.
        case small
        /// 96 wide, 3 layers, 3 heads, 384 between the linear layers.
        case tiny
    }

    /// A prior of a preset size over the codes of clips of `frames` × `height` × `width`.
    /// - Throws: `TokenizerError` for a size that the tokenizer does not take.
    public init(
        _ preset: Preset, tokenizer: any VideoTokenizerConfiguration, frames: Int, height: Int,
        width: Int, condition: MaskCondition.Mode = .still, classes: Int = 0
    ) throws(TokenizerError) {
        let grid = try tokenizer.latentShape(time: frames, height: height, width: width)
        let (stream, layers) = preset == .small ? (144, 6) : (96, 3)
        self.init(
            tokenizer: tokenizer,
            prior: MaskedPriorConfiguration(
                codes: tokenizer.codeCount, classes: classes,
                grid: Extent3(time: grid[0], height: grid[1], width: grid[2]), width: stream,
                heads: 3, layers: layers, hiddenWidth: 4 * stream,
                segments: condition == .still || condition == .commit, condition: condition))
    }

    /// Frames of a clip.
    public var clipLength: Int { tokenizer.clipLengths.frames(ofSlots: prior.grid.time) }
    /// Pixels of a frame.
    public var frameHeight: Int { prior.grid.height * tokenizer.strides.height }
    public var frameWidth: Int { prior.grid.width * tokenizer.strides.width }

    public func validate() throws {
        do {
            try tokenizer.value.validate()
        } catch let error as ConfigurationError {
            throw error.below("tokenizer")
        }
        do { try prior.validate() } catch { throw error.below("prior") }
        guard prior.codes == tokenizer.codeCount else {
            throw ConfigurationError.invalid(
                "prior.codes", expected: "the tokenizer's \(tokenizer.codeCount)",
                found: prior.codes)
        }
    }

    public var summary: String {
        "video predictor (tokenizer and masked prior), \(clipLength) frames of "
            + "\(frameHeight) × \(frameWidth), condition \(prior.condition.rawValue)"
    }

    public var facts: [Fact] {
        tokenizer.value.facts + [
            Fact("clip_size", .sizes([clipLength, frameHeight, frameWidth])),
            Fact("layers", .integer(prior.layers)), Fact("width", .integer(prior.width)),
            Fact("heads", .integer(prior.heads)), Fact("classes", .integer(prior.classes)),
            Fact("condition", .text(prior.condition.rawValue)),
        ]
    }
}
