import GestaltNN
import GestaltTensor
import GestaltVQVAE

/// An encoder and a head: from frames to latents to scores.
///
/// Paths begin with `encoder` and `head`; freezing `encoder` trains the head alone. A latent that
/// does not change need not be computed again: call ``encoder`` once and train ``head`` on it.
public struct Segmenter: SegmentationModel {
    public let configuration: SegmenterConfiguration
    public var encoder: TokenizerEncoder
    public var head: any SegmentationHead

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: SegmenterConfiguration, random: inout RandomStream) {
        let tokenizer = VideoTokenizer(configuration.tokenizer, random: &random)
        self.init(configuration, tokenizer: tokenizer, random: &random)
    }

    /// A fresh head on a trained tokenizer.
    /// - Precondition: the tokenizer has the configuration's sizes.
    public init(
        _ configuration: SegmenterConfiguration, tokenizer: VideoTokenizer,
        random: inout RandomStream
    ) {
        precondition(
            tokenizer.configuration == configuration.tokenizer,
            "Segmenter: a tokenizer of \(tokenizer.configuration) for \(configuration.tokenizer)")
        self.configuration = configuration
        encoder = TokenizerEncoder(
            tokenizer, mode: configuration.mode, source: configuration.source)
        let shape = encoder.latentShape(
            height: configuration.input.height, width: configuration.input.width)
        head =
            switch configuration.head {
            case .convolutional(let width):
                ConvolutionalHead(
                    shape, classes: configuration.classes, width: width, random: &random)
            case .linear: LinearProbe(shape, classes: configuration.classes, random: &random)
            }
    }

    public var input: PictureInput { configuration.input }
    public var classes: Int { configuration.classes }
    public var seesFuture: Bool { encoder.seesFuture }

    public func logits(_ frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        padded(input.normalised(frames), to: encoder.sizeMultiple) { frames in
            head(encoder.encode(frames, context), context)
        }
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("encoder", &encoder)
        visitor.module("head", &head)
    }
}
