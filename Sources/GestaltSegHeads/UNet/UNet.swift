import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A convolutional encoder and decoder with skip connections at each size, and a 1×1 convolution
/// to the classes.
///
/// - Shapes: frames `[N, H, W, 3]` in −0.5…0.5 to logits `[N, H, W, classes]`. Sizes that the
///   poolings do not divide are padded at the bottom and right and cropped again.
/// - Source: Ronneberger, Fischer and Brox, *U-Net* (2015), figure 1; see ``UShape``.
public struct UNet: SegmentationModel, StoredModel {
    public let configuration: UNetConfiguration
    public var trunk: UShape
    public var scores: Convolution

    /// - Precondition: `configuration` is valid.
    public init(_ configuration: UNetConfiguration, random: inout RandomStream) {
        let widths = configuration.widths
        require(
            !widths.isEmpty && widths.allSatisfy { $0 > 0 } && configuration.classes > 0,
            "UNet: widths \(widths), \(configuration.classes) classes")
        self.configuration = configuration
        trunk = UShape(widths: widths, random: &random)
        scores = Convolution(
            widths[0], configuration.classes, kernel: [1, 1], padding: .same,
            random: &random)
    }

    public var input: PictureInput { configuration.input }
    public var classes: Int { configuration.classes }
    public var seesFuture: Bool { false }
    public var sizeMultiple: Int { trunk.multiple }

    public func logits(_ frames: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        require(
            frames.rank == 4 && frames.shape[3] == 3,
            "UNet: frames \(frames.shape) are not [N, H, W, 3]")
        return padded(input.normalized(frames), to: sizeMultiple) { x in
            let features = context.part("trunk") { trunk(x, context) }
            return context.part("scores") { scores(features, context) }
        }
    }

    public func features(_ frames: Tensor<Float>) -> Latent.Stage? {
        let enlarged = input.normalized(frames).padded(toMultiplesOf: sizeMultiple)
        return Latent.Stage(trunk(enlarged, .inference), stride: 1)
    }

    public var title: String { "a segmentation model (U-Net)" }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("trunk", &trunk)
        visitor.module("scores", &scores)
    }
}

/// Applies `body` to images `[N, H, W, C]` padded with zeros at the bottom and right to multiples
/// of `multiple`, and crops the result to H × W.
func padded(
    _ x: Tensor<Float>, to multiple: Int, _ body: (Tensor<Float>) -> Tensor<Float>
) -> Tensor<Float> {
    let enlarged = x.padded(toMultiplesOf: multiple)
    guard enlarged.shape != x.shape else { return body(x) }
    return body(enlarged).sliced(0..<x.shape[-3], axis: -3).sliced(0..<x.shape[-2], axis: -2)
}

extension Tensor<Float> {
    /// Images `[N, H, W, C]` with zeros at the bottom and right up to multiples of `multiple`.
    func padded(toMultiplesOf multiple: Int) -> Tensor {
        let bottom = (multiple - shape[-3] % multiple) % multiple
        let right = (multiple - shape[-2] % multiple) % multiple
        guard bottom > 0 || right > 0 else { return self }
        return padded(before: 0, after: bottom, axis: -3).padded(before: 0, after: right, axis: -2)
    }
}
