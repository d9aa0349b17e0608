import GestaltTensor
import TestSupport
import Testing

/// Statistics that a convolution gathers as it writes its output.
@Suite struct OutputMomentsTests {
    /// Input, kernel, outputs, dilation: geometries whose natural algorithms differ, with channels
    /// that are no multiple of a vector, and odd extents.
    static let cases: [(Shape, Shape, [Int])] = [
        ([2, 5, 9, 11, 19], [3, 3, 3, 19, 37], []),  // blocks of Winograd's tiles
        ([1, 3, 8, 9, 112], [3, 3, 3, 112, 112], []),  // its phases: a large weight
        ([2, 3, 9, 11, 24], [1, 1, 1, 24, 21], []),  // pointwise
        ([2, 4, 9, 10, 16], [3, 3, 3, 16, 33], [2, 2, 2]),  // patches
    ]

    @Test(arguments: 0..<4)
    func theyAreThoseOfTheOutput(index: Int) throws {
        let (shape, kernel, dilation) = Self.cases[index]
        let x = Tensor<Float>.sample(shape, seed: 1, in: -1...1)
        let w = Tensor<Float>.sample(kernel, seed: 2, in: -1...1)
        let bias = Tensor<Float>.sample([kernel[-1]], seed: 3, in: -1...1)
        for activation in [FusedActivation.none, .relu] {
            let y = x.convolution(
                w, bias: bias, padding: .same, dilation: dilation, activation: activation,
                gathersMoments: true)
            let gathered = try #require(ChannelSums.gathered(of: y))
            let channels = kernel[-1]
            let rows = y.count / channels
            #expect(gathered.rows == rows)
            let values = y.scalars.map(Double.init)
            for channel in 0..<channels {
                let column = (0..<rows).map { values[$0 * channels + channel] }
                let squares = column.reduce(0) { $0 + $1 * $1 }
                let tolerance = 1e-6 * (squares * Double(rows)).squareRoot()
                #expect(abs(gathered.sums[channel] - column.reduce(0, +)) <= tolerance)
                #expect(abs(gathered.sums[channels + channel] - squares) <= 1e-6 * squares)
            }
            let ones = Tensor<Float>.ones([channels])
            let zeros = Tensor<Float>.zeros([channels])
            let plain = Tensor(y.scalars).reshaped(Array(y.shape.dimensions))
            #expect(ChannelSums.gathered(of: plain) == nil)
            let a = y.batchNormalized(scale: ones, shift: zeros, epsilon: 1e-5)
            let b = plain.batchNormalized(scale: ones, shift: zeros, epsilon: 1e-5)
            #expect(largestDifference(a.value, b.value) < 2e-5)
            #expect(largestDifference(a.moments.variance / b.moments.variance, ones) < 1e-5)
        }
    }

    @Test func aMeanFarFrom0DoesNotCancelTheVarianceAway() throws {
        let x = Tensor<Float>.sample([2, 3, 9, 9, 16], seed: 1, in: -1...1)
        let w = Tensor<Float>.sample([3, 3, 3, 16, 24], seed: 2, in: -1...1)
        let bias = Tensor<Float>.ones([24]) * 4000
        let y = x.convolution(w, bias: bias, padding: .same, gathersMoments: true)
        let count = Double(y.count / 24)
        let (_, moments) = y.batchNormalized(scale: .ones([24]), shift: .zeros([24]), epsilon: 1e-5)
        let values = y.scalars.map(Double.init)
        for channel in 0..<24 {
            let column = stride(from: channel, to: values.count, by: 24).map { values[$0] }
            let mean = column.reduce(0, +) / count
            let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            #expect(abs(Double(moments.variance.scalars[channel]) - variance) < 1e-4 * variance)
        }
    }

    @Test func theyGoWhenTheOutputIsWrittenAndGradientsDoNotChange() throws {
        let x = Tensor<Float>.sample([1, 4, 8, 8, 16], seed: 1, in: -1...1)
        let w = Tensor<Float>.sample([3, 3, 3, 16, 16], seed: 2, in: -1...1)
        var y = x.convolution(w, padding: .same, gathersMoments: true)
        y.withMutableScalars { $0[0] += 100 }
        #expect(ChannelSums.gathered(of: y) == nil)
        func gradient(_ gathers: Bool) -> Tensor<Float> {
            valueAndGradients(at: [x, w]) { inputs in
                inputs[0].convolution(inputs[1], padding: .same, gathersMoments: gathers)
                    .batchNormalized(scale: .ones([16]), shift: .zeros([16]), epsilon: 1e-5)
                    .value.relu().squared().sum()
            }.gradients[1]
        }
        let (a, b) = (gradient(true), gradient(false))
        #expect(largestDifference(a, b) <= 1e-4 * b.abs().max().scalars[0])
    }
}

private func largestDifference(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Float {
    (a - b).abs().max().scalars[0]
}
