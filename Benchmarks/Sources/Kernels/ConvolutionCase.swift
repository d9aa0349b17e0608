@_spi(Benchmarks) import GestaltTensor
import Harness

/// One convolution to measure; `peers/conv_torch.py` has the same list.
public struct ConvolutionCase: Sendable {
    public enum Pass: String, Sendable, CaseIterable {
        case forward
        case backwardInput = "backward_input"
        case backwardWeight = "backward_weight"
    }

    public let name: String
    let input: Shape
    let weight: Shape
    let stride: [Int]
    let isTransposed: Bool

    init(
        _ name: String, _ input: Shape, kernel: [Int], to outputs: Int, stride: [Int]? = nil,
        transposed: Bool = false
    ) {
        self.name = name
        self.input = input
        weight = Shape(kernel + [input[-1], outputs])
        self.stride = stride ?? kernel.map { _ in 1 }
        isTransposed = transposed
    }

    /// All but the pointwise one have a goal of speed.
    public static let all: [ConvolutionCase] = [
        Self("240-240 k3 4x32x32 b2", [2, 4, 32, 32, 240], kernel: [3, 3, 3], to: 240),
        Self("240-120 k3 4x32x32 b2", [2, 4, 32, 32, 240], kernel: [3, 3, 3], to: 120),
        Self("128-128 k3 16x32x32", [1, 16, 32, 32, 128], kernel: [3, 3, 3], to: 128),
        Self("64-64 k3 16x64x64", [1, 16, 64, 64, 64], kernel: [3, 3, 3], to: 64),
        Self("32-32 k3 64x64 b16", [16, 64, 64, 32], kernel: [3, 3], to: 32),
        Self("64-64 k3 32x32 b16", [16, 32, 32, 64], kernel: [3, 3], to: 64),
        Self("128-128 k3 16x16 b16", [16, 16, 16, 128], kernel: [3, 3], to: 128),
        Self(
            "120-240 k4 s2 8x32x32 b2", [2, 8, 32, 32, 120], kernel: [4, 4, 4], to: 240,
            stride: [2, 2, 2]),
        Self(
            "3-240 k4 s2 16x64x64 b2", [2, 16, 64, 64, 3], kernel: [4, 4, 4], to: 240,
            stride: [2, 2, 2]),
        Self(
            "240-240 k4 s2 transposed b2", [2, 4, 16, 16, 240], kernel: [4, 4, 4], to: 240,
            stride: [2, 2, 2], transposed: true),
        Self(
            "240-3 k4 s2 transposed b2", [2, 8, 32, 32, 240], kernel: [4, 4, 4], to: 3,
            stride: [2, 2, 2], transposed: true),
        Self("120-240 k1 4x32x32 b2", [2, 4, 32, 32, 120], kernel: [1, 1, 1], to: 240),
    ]

    package var geometry: ConvolutionGeometry {
        isTransposed
            ? ConvolutionGeometry(
                transposedInput: input, weight: weight, stride: stride, padding: .same)
            : ConvolutionGeometry(input: input, weight: weight, stride: stride, padding: .same)
    }

    /// What a pass computes, as plans have it.
    package func work(_ pass: Pass) -> ConvolutionPlan.Work {
        switch pass {
        case .forward: .image(isTransposed ? .transposed : .direct)
        case .backwardInput: .image(isTransposed ? .direct : .transposed)
        case .backwardWeight: .weightGradient
        }
    }

    /// A pass with its operands ready.
    package func body(
        _ pass: Pass, _ choice: ConvolutionPlan.Choice
    ) -> () -> Double {
        let (x, w) = (sample(input, seed: 1), sample(weight, seed: 2))
        let cotangent = sample(outputShape, seed: 4)
        let computation: ConvolutionPass<Float>.Computation =
            switch pass {
            case .forward: .forward(x: x, weight: w)
            case .backwardInput: .inputGradient(cotangent: cotangent, weight: w)
            case .backwardWeight: .weightGradient(x: x, cotangent: cotangent)
            }
        let pass = ConvolutionPass(
            geometry, computation, direction: isTransposed ? .transposed : .direct)
        return { checksum(pass.run(choice)) }
    }

    private var outputShape: Shape { isTransposed ? geometry.inputShape : geometry.outputShape }

    /// Forward with bias and all gradients, as a layer runs.
    public func step() -> () -> Double {
        let (x, w) = (sample(input, seed: 1), sample(weight, seed: 2))
        let b = sample([weight[-1]], seed: 3)
        let cotangent = sample(outputShape, seed: 4)
        return {
            let gradients = gradients(at: [x, w, b]) { v in
                let y =
                    isTransposed
                    ? v[0].transposedConvolution(
                        v[1], bias: v[2], stride: stride, padding: .same)
                    : v[0].convolution(v[1], bias: v[2], stride: stride, padding: .same)
                return (y * cotangent).sum()
            }
            return checksum(gradients[0]) + checksum(gradients[1])
        }
    }
}
