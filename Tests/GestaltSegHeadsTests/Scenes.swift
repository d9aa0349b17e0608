import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// Small pictures with a bright disk on a colored ground, and the disk's mask: something a network
/// of any size can learn in a few steps.
struct Scenes {
    let frames: Tensor<Float>
    let masks: Tensor<UInt8>

    init(count: Int, side: Int = 32, seed: UInt64 = 1) {
        var random = RandomStream(seed: seed)
        var pixels: [Float] = []
        var labels: [UInt8] = []
        for _ in 0..<count {
            let radius = random.number(in: 0.15..<0.3) * Double(side)
            let y = random.number(in: 0.3..<0.7) * Double(side)
            let x = random.number(in: 0.3..<0.7) * Double(side)
            let ground = (0..<3).map { _ in Float(random.number(in: -0.4..<0.1)) }
            for i in 0..<side {
                for j in 0..<side {
                    let (dy, dx) = (Double(i) - y, Double(j) - x)
                    let inside = dy * dy + dx * dx < radius * radius
                    labels.append(inside ? 1 : 0)
                    pixels += inside ? [0.4, 0.3, 0.1] : ground
                }
            }
        }
        frames = Tensor(shape: [count, side, side, 3], scalars: pixels)
        masks = Tensor(shape: [count, side, side], scalars: labels)
    }
}

extension VQVAEConfiguration {
    /// As small as a tokenizer can be; strides 4, 4, 4.
    static var minute: VQVAEConfiguration {
        VQVAEConfiguration(
            strides: Extent3(time: 4, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 6,
            codeCount: 16,
            blocks: 1, dataVariance: 0.06)
    }
}

extension PriorConfiguration {
    /// As small as a prior can be, for frames of `side`² at a tokenizer's stride `stride`.
    static func minute(
        side: Int = 32, stride: Int = 4, given: Int = 1, hidesCodes: Bool = false,
        isDense: Bool = false
    ) -> PriorConfiguration {
        PriorConfiguration(
            latent: .init(time: 2, height: side / stride, width: side / stride), codeCount: 16,
            embeddingWidth: 6, width: 12, heads: 2, layers: 2,
            conditioning: FrameConditioning(
                frames: given, height: side, width: side,
                encoder: isDense
                    ? DenseFrameEncoder.Configuration(width: 4, outputWidth: 6)
                    : FrameEncoderConfiguration(width: 4, blocks: [1, 1, 1, 1], outputWidth: 6),
                isAligned: isDense),
            codeDropout: hidesCodes ? CodeDropout() : nil)
    }
}

/// Normal pictures of a shape.
func noise(_ shape: Shape, seed: UInt64 = 7) -> Tensor<Float> {
    var random = RandomStream(seed: seed)
    return random.uniform(shape, in: -0.5..<0.5)
}

/// A photograph of nothing.
func picture(height: Int, width: Int, seed: UInt64 = 3) -> Tensor<UInt8> {
    var random = RandomStream(seed: seed)
    return Tensor(
        shape: [height, width, 3],
        scalars: (0..<height * width * 3).map { _ in UInt8(random.integer(in: 0..<256)) })
}
