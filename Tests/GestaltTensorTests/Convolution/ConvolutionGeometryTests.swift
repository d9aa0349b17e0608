@_spi(Benchmarks) import GestaltTensor
import TestSupport
import Testing

@Suite struct ConvolutionGeometryTests {
    @Test(arguments: [
        (4, 2, 1, 1, 8, 4), (4, 1, 2, 1, 8, 8), (3, 1, 1, 1, 7, 7), (1, 1, 0, 0, 5, 5),
        (4, 2, 1, 1, 9, 4), (5, 2, 2, 1, 8, 4), (1, 2, 0, 0, 6, 3),
    ])
    func videoGPTsSAMEKernelStrideZerosBeforeAndAfterLengths(
        kernel: Int, stride: Int, before: Int, after: Int, length: Int, output: Int
    ) {
        let g = ConvolutionGeometry(
            input: [1, length, 2], weight: [kernel, 2, 3], stride: [stride], padding: .same)
        #expect((g.axes[2].before, g.axes[2].after) == (before, after))
        #expect(g.outputShape == [1, output, 3])
    }

    // Source: the closed form of VideoGPT's padding, o = s·(i + P) + κ − (k − 1).
    /// Transposed SAME puts input i and tap κ where VideoGPT does.
    @Test(arguments: [(4, 2), (4, 1), (3, 1), (1, 1)])
    func transposedSame(kernel: Int, stride: Int) {
        let front = (kernel - stride + 1) / 2
        for i in 0..<5 {
            for tap in 0..<kernel {
                var x = Tensor<Float>.zeros([1, 5, 1])
                x[scalar: 0, i, 0] = 1
                var w = Tensor<Float>.zeros([kernel, 1, 1])
                w[scalar: tap, 0, 0] = 1
                var expected = Tensor<Float>.zeros([1, 5 * stride, 1])
                let place = stride * (i + front) + tap - (kernel - 1)
                if place >= 0, place < 5 * stride { expected[scalar: 0, place, 0] = 1 }
                #expect(x.transposedConvolution(w, stride: [stride], padding: .same) == expected)
            }
        }
    }

    @Test func theLengthsOfATransposedConvolution() {
        let x = Tensor<Float>.ones([1, 4, 6, 2])
        let w = Tensor<Float>.ones([3, 2, 2, 5])
        #expect(x.transposedConvolution(w, stride: [2, 3]).shape == [1, 9, 17, 5])
        let longer = x.transposedConvolution(
            w, stride: [2, 3], padding: .explicit(before: [1, 0], after: [1, 1]),
            outputPadding: [1, 2])
        #expect(longer.shape == [1, 8, 18, 5])
        #expect(x.transposedConvolution(w, stride: [2, 3], padding: .same).shape == [1, 8, 18, 5])
    }

    @Test func aGeometryPrintsItself() {
        let g = ConvolutionGeometry(
            input: [2, 8, 9, 4], weight: [3, 4, 2, 6], stride: [1, 2], padding: .same, groups: 2)
        #expect(
            "\(g)" == "[2, 8, 9, 4] → [2, 8, 4, 6], kernel 3×4, stride 1×2, padding 1×1 before"
                + " and 1×1 after, dilation 1×1, groups 2")
    }

    @Test func aKernelThatDoesNotFitStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = Tensor<Float>.ones([1, 2, 3]).convolution(.ones([3, 3, 4]))
        }
    }

    @Test func channelsThatDoNotDivideByTheGroupsStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = Tensor<Float>.ones([1, 8, 4]).convolution(.ones([3, 2, 3]), groups: 2)
        }
    }
}
