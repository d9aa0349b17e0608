import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// An encoder that a ``Segmenter`` can be stored with.
public protocol StoredEncoder: VisualEncoder {
    /// What it is made of, without its weights.
    var configuration: EncoderConfiguration { get }
}

/// What the encoder of a ``Segmenter`` is made of: a model's sizes, and where in it the latent is
/// taken.
public enum EncoderConfiguration: Codable, Sendable, Equatable {
    /// ``TokenizerEncoder``.
    case tokenizer(
        sizes: VQVAEConfiguration, mode: TokenizerEncoder.Mode = .still,
        source: TokenizerEncoder.Source = .continuous)
    /// ``ResNetEncoder``.
    case resnet(sizes: FrameEncoderConfiguration, source: ResNetEncoder.Source)
    /// ``PriorEncoder``.
    case prior(sizes: PriorConfiguration, source: PriorEncoder.Source)

    /// The encoder with fresh weights.
    /// - Precondition: the configuration is valid.
    public func encoder(random: inout RandomStream) -> any StoredEncoder {
        switch self {
        case .tokenizer(let sizes, let mode, let source):
            TokenizerEncoder(
                VQVAE(sizes, random: &random), mode: mode, source: source)
        case .resnet(let sizes, let source):
            ResNetEncoder(FrameEncoder(sizes, random: &random), source: source)
        case .prior(let sizes, let source):
            PriorEncoder(VideoPrior(sizes, random: &random), source: source)
        }
    }

    /// - Throws: `ConfigurationError` naming the key below `tokenizer`, `resnet` or `prior`.
    public func validate() throws(ConfigurationError) {
        switch self {
        case .tokenizer(let sizes, _, _):
            do { try Self.check(sizes) } catch { throw error.below("tokenizer.sizes") }
        case .resnet(let sizes, let source):
            do { try Self.check(sizes, source) } catch { throw error.below("resnet") }
        case .prior(let sizes, let source):
            do { try sizes.validate() } catch { throw error.below("prior.sizes") }
            do { try Self.check(sizes, source) } catch { throw error.below("prior") }
        }
    }

    /// - Throws: `ConfigurationError` under `input` for pictures that the encoder does not take.
    func validate(_ input: PictureInput) throws(ConfigurationError) {
        let found = "\(input.height) × \(input.width)"
        if let frames = frameSize {
            guard input.height == frames.height, input.width == frames.width else {
                throw .invalid(
                    "input", expected: "\(frames.height) × \(frames.width), the prior's frames",
                    found: found)
            }
        }
        guard input.height % stride == 0, input.width % stride == 0 else {
            throw .invalid(
                "input", expected: "height and width that the encoder's stride \(stride) divides",
                found: found)
        }
    }

    func requireValid() {
        do { try validate() } catch { stop("\(error)") }
    }

    /// The one size of frames that is taken; nil for any that the stride divides.
    public var frameSize: PictureInput? {
        guard case .prior(let sizes, _) = self, let frames = sizes.conditioning else { return nil }
        return PictureInput(height: frames.height, width: frames.width)
    }

    /// Pixels to one step of the latent.
    public var stride: Int {
        switch self {
        case .tokenizer(let sizes, _, _): sizes.strides.height
        case .resnet(_, let source): FramePyramid.stride(ofStage: source.stage)
        case .prior(let sizes, _): (sizes.conditioning?.height ?? 1) / sizes.latent.height
        }
    }
}

extension EncoderConfiguration {
    private static func check(_ sizes: VQVAEConfiguration) throws(ConfigurationError) {
        try sizes.validate()
        guard sizes.strides.height == sizes.strides.width else {
            throw .invalid(
                "strides", expected: "equal strides of height and width", found: sizes.strides)
        }
    }

    private static func check(
        _ sizes: FrameEncoderConfiguration, _ source: ResNetEncoder.Source
    ) throws(ConfigurationError) {
        guard (1...4096).contains(sizes.width) else {
            throw .invalid("sizes.width", expected: "1 to 4096", found: sizes.width)
        }
        guard sizes.blocks.count == 4, sizes.blocks.allSatisfy({ (1...256).contains($0) }) else {
            throw .invalid(
                "sizes.blocks", expected: "four numbers from 1 to 256", found: sizes.blocks)
        }
        guard (1...1 << 16).contains(sizes.outputWidth) else {
            throw .invalid("sizes.outputWidth", expected: "1 to 65536", found: sizes.outputWidth)
        }
        guard (1...4).contains(source.stage) else {
            throw .invalid("source.stage", expected: "1 to 4", found: source.stage)
        }
        guard (1...1024).contains(source.frames) else {
            throw .invalid("source.frames", expected: "1 to 1024", found: source.frames)
        }
    }

    private static func check(
        _ sizes: PriorConfiguration, _ source: PriorEncoder.Source
    ) throws(ConfigurationError) {
        guard let frames = sizes.conditioning else {
            throw .invalid(
                "sizes.conditioning", expected: "frames, which a latent is made of", found: "none")
        }
        guard sizes.classes == nil else {
            throw .invalid(
                "sizes.classes", expected: "none: a frame tells no class", found: sizes.classes ?? 0
            )
        }
        guard sizes.actionWidth == nil else {
            throw .invalid(
                "sizes.actionWidth", expected: "none: a frame tells no actions",
                found: sizes.actionWidth ?? 0)
        }
        let stride = frames.height / sizes.latent.height
        guard stride.nonzeroBitCount == 1, stride * sizes.latent.height == frames.height,
            stride * sizes.latent.width == frames.width
        else {
            throw .invalid(
                "sizes.latent",
                expected: "frames of \(frames.height) × \(frames.width) by one power of two",
                found: sizes.latent)
        }
        guard (0...sizes.layers).contains(source.layer) else {
            throw .invalid(
                "source.layer", expected: "0 to the prior's \(sizes.layers)", found: source.layer)
        }
        guard source.query != .hidden || sizes.codeDropout != nil else {
            throw .invalid(
                "source.query", expected: "start or zeros: the prior knows no hidden codes",
                found: source.query)
        }
        guard !source.joins || FramePyramid.stage(ofStride: stride) != nil else {
            throw .invalid(
                "source.joins",
                expected: "false: the frame encoder has no stage of stride \(stride)",
                found: source.joins)
        }
    }
}
