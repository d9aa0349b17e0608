import GestaltNN
import GestaltTensor
import Testing

@Suite struct DropPathTests {
    /// Whole samples are dropped at the rate, the others scaled; the stream decides.
    @Test func samples() {
        let x = Tensor<Float>.ones([4000, 2, 3])
        func pass(_ seed: UInt64) -> Tensor<Float> {
            DropPath(0.25)(x, .training(random: RandomStream(seed: seed)))
        }
        let y = pass(1)
        let kept = y[0..., 0, 0] .!= 0
        #expect(y == kept.cast(to: Float.self).reshaped([4000, 1, 1]) * x * (1 / Float(0.75)))
        // Four standard deviations of a binomial number.
        let share = kept.cast(to: Float.self).mean().scalar
        #expect(abs(share - 0.75) < 4 * (0.75 * 0.25 / 4000 as Float).squareRoot())
        #expect(pass(1) == y && pass(2) != y)
        #expect(DropPath(0.25)(x, .inference) == x)
    }

    /// A rate of 1, an axis list of another rank and a kernel without a rank stop.
    @Test(arguments: 0..<4)
    func stops(_ number: Int) async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [number] in
            var random = RandomStream(seed: 1)
            switch number {
            case 0: _ = DropPath(1)
            case 1: _ = Convolution(1, 1, kernel: [3, 3], stride: [1, 1, 1], random: &random)
            case 2: _ = Convolution(1, 1, kernel: 3, random: &random)
            default: _ = MaxPooling(kernel: [2])(.zeros([1, 4, 4, 1]), .inference)
            }
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        let expected = [
            "DropPath(1.0)", "stride: [1, 1, 1] for 2 spatial axes", "needs `rank:`",
            "[2] for 2 spatial axes",
        ]
        #expect(text.contains(expected[number]), "\(text)")
    }
}
