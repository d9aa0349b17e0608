import GestaltTensor
import TestSupport
import Testing

@Suite struct NormalizationTests {
    @Test(arguments: [1, 3, 64, 240])
    func momentsOfAChannelFarFromZeroKeepTheirDigits(channels: Int) {
        // Mean 1000, standard deviation 0.1: in float a plain sum of squares has no digit left.
        let x = Tensor<Float>.sample([4, 37, channels], seed: 9, in: 999.9...1000.1)
        let found = x.batchNormalized(
            scale: .ones([channels]), shift: .zeros([channels]), epsilon: 1e-5
        ).moments
        for channel in 0..<channels {
            let values = x.sliced(channel..<channel + 1, axis: -1).scalars.map { Double($0) }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance =
                values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            #expect(abs(Double(found.mean.scalars[channel]) - mean) <= Double(Float(1000).ulp))
            #expect(abs(Double(found.variance.scalars[channel]) / variance - 1) < momentTolerance)
        }
        #expect(found.count == 4 * 37)
    }

    @Test func oneOutlierInTheFirstRowDoesNotSpoilTheOthers() {
        var x = Tensor<Float>.sample([4096, 4], seed: 3, in: -1...1)
        for channel in 0..<4 { x[scalar: 0, channel] = 1000 }
        let found = x.batchNormalized(scale: .ones([4]), shift: .zeros([4]), epsilon: 1e-5).moments
        for channel in 0..<4 {
            let values = x.sliced(channel..<channel + 1, axis: -1).scalars.map { Double($0) }
            let mean = values.reduce(0, +) / 4096
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4096
            #expect(abs(Double(found.variance.scalars[channel]) / variance - 1) < momentTolerance)
        }
    }

    @Test(arguments: [3, 16, 96, 240])
    func aLargeTensorCutIntoTasksGivesWhatItsDoubleGives(channels: Int) {
        let x = Tensor<Float>.sample([2, 9000 / channels * 16, channels], seed: 5)
        let scale = Tensor<Float>.sample([channels], seed: 6, in: 0.5...2)
        let shift = Tensor<Float>.sample([channels], seed: 7)
        let g = Tensor<Float>.sample(x.shape, seed: 8)
        // Large, so that a row of nearly equal numbers does not multiply its rounding.
        let epsilon = 0.5
        func gradients<Scalar: FloatingScalar>(_ v: [Tensor<Scalar>]) -> [Tensor<Scalar>] {
            let epsilon = Scalar(epsilon)
            return GestaltTensor.gradients(at: Array(v.dropLast())) { u in
                let batch = u[0].batchNormalized(scale: u[1], shift: u[2], epsilon: epsilon).value
                let group = u[0].groupNormalized(
                    groups: 1, scale: u[1], shift: u[2], epsilon: epsilon)
                let layer = u[0].layerNormalized(scale: u[1], shift: u[2], epsilon: epsilon)
                return ((batch + group + layer) * v[3]).sum()
            }
        }
        let found = gradients([x, scale, shift, g])
        let expected = gradients([x, scale, shift, g].map { $0.mapped { Double($0) } })
        let length = x.count / channels
        for (index, pair) in zip(found, expected).enumerated() {
            let bound = sumTolerance(
                Float.self, length: index == 0 ? 16 : length, magnitude: index == 0 ? 16 : 8)
            let problem = difference(pair.0.mapped { Double($0) }, pair.1, within: bound)
            #expect(problem == nil, "gradient \(index)")
        }
    }

    @Test func repeatedRunsGiveTheSameBits() {
        let x = Tensor<Float>.sample([2, 700, 33], seed: 5)
        let scale = Tensor<Float>.ones([33])
        let runs = (0..<3).map { _ in
            x.batchNormalized(scale: scale, shift: scale, epsilon: 1e-5).value
        }
        #expect(runs[0] == runs[1] && runs[0] == runs[2])
    }

    /// Computing the norm again in the pullback changes no bit.
    @Test func swishInTheNormIsSwishAfterIt() {
        let x = Tensor<Float>.sample([3, 40, 40, 24], seed: 5)
        let scale = Tensor<Float>.sample([24], seed: 6, in: 0.5...2)
        let shift = Tensor<Float>.sample([24], seed: 7)
        let probe = Tensor<Float>.sample(x.shape, seed: 8)
        func run(_ swishes: Bool) -> (value: Tensor<Float>, gradients: [Tensor<Float>]) {
            func value(_ v: [Tensor<Float>]) -> Tensor<Float> {
                let y = v[0].groupNormalized(
                    groups: 4, scale: v[1], shift: v[2], epsilon: 1e-5, swishes: swishes)
                return swishes ? y : y.silu()
            }
            let inputs = [x, scale, shift]
            return (value(inputs), gradients(at: inputs) { (value($0) * probe).sum() })
        }
        let (whole, parts) = (run(true), run(false))
        #expect(whole.value == parts.value)
        #expect(whole.gradients == parts.gradients)
    }
}

/// Sums of 64 terms in float, the rest in double: a few units of rounding.
private let momentTolerance = 16 * Double(Float.ulpOfOne)
