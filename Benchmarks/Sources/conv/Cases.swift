import GestaltTensor

/// One convolution to measure; `peers/conv_torch.py` has the same list.
struct Case: Sendable {
    let name: String
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

    /// The first four are those that the goals are set for.
    static let all: [Case] = [
        Case("64-64 k3 16x64x64", [1, 16, 64, 64, 64], kernel: [3, 3, 3], to: 64),
        Case("240-240 k3 4x32x32 b2", [2, 4, 32, 32, 240], kernel: [3, 3, 3], to: 240),
        Case("240-120 k3 4x32x32 b2", [2, 4, 32, 32, 240], kernel: [3, 3, 3], to: 120),
        Case(
            "120-240 k4 s2 8x32x32 b2", [2, 8, 32, 32, 120], kernel: [4, 4, 4], to: 240,
            stride: [2, 2, 2]),
        Case(
            "3-240 k4 s2 16x64x64 b2", [2, 16, 64, 64, 3], kernel: [4, 4, 4], to: 240,
            stride: [2, 2, 2]),
        Case("120-240 k1 4x32x32 b2", [2, 4, 32, 32, 120], kernel: [1, 1, 1], to: 240),
        Case("32-32 k3 64x64 b16", [16, 64, 64, 32], kernel: [3, 3], to: 32),
        Case("128-128 k3 16x16 b16", [16, 16, 16, 128], kernel: [3, 3], to: 128),
        Case(
            "240-240 k4 s2 transposed b2", [2, 4, 16, 16, 240], kernel: [4, 4, 4], to: 240,
            stride: [2, 2, 2], transposed: true),
        Case(
            "240-3 k4 s2 transposed b2", [2, 8, 32, 32, 240], kernel: [4, 4, 4], to: 3,
            stride: [2, 2, 2], transposed: true),
    ]

    var geometry: ConvolutionGeometry {
        isTransposed
            ? ConvolutionGeometry(
                transposedInput: input, weight: weight, stride: stride, padding: .same)
            : ConvolutionGeometry(input: input, weight: weight, stride: stride, padding: .same)
    }

    func apply(_ x: Tensor<Float>, _ w: Tensor<Float>, _ b: Tensor<Float>) -> Tensor<Float> {
        isTransposed
            ? x.transposedConvolution(w, bias: b, stride: stride, padding: .same)
            : x.convolution(w, bias: b, stride: stride, padding: .same)
    }
}
