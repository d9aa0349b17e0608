@_spi(Benchmarks) import GestaltTensor
import TestSupport
import Testing

/// A convolution over time, height and width that is causal in time.
private struct CausalCase: Sendable, CustomTestStringConvertible {
    let channels: (Int, Int)
    let kernel: [Int]
    let stride: [Int]
    let height: Int
    let width: Int
    var groups = 1

    var testDescription: String {
        "\(height)×\(width)×\(channels.0) to \(channels.1), kernel \(kernel), stride \(stride)"
    }

    static let all = [
        CausalCase(
            channels: (3, 16), kernel: [3, 3, 3], stride: [1, 1, 1], height: 12, width: 10),
        CausalCase(channels: (16, 16), kernel: [3, 3, 3], stride: [1, 1, 1], height: 8, width: 9),
        CausalCase(channels: (16, 3), kernel: [3, 3, 3], stride: [1, 1, 1], height: 8, width: 8),
        CausalCase(channels: (8, 24), kernel: [3, 3, 3], stride: [2, 2, 2], height: 10, width: 8),
        CausalCase(channels: (5, 7), kernel: [3, 3, 3], stride: [1, 2, 2], height: 6, width: 6),
        CausalCase(channels: (24, 4), kernel: [1, 1, 1], stride: [1, 1, 1], height: 5, width: 7),
        CausalCase(channels: (6, 6), kernel: [3, 1, 1], stride: [1, 1, 1], height: 5, width: 5),
        CausalCase(channels: (6, 8), kernel: [1, 3, 3], stride: [1, 1, 1], height: 7, width: 5),
        CausalCase(
            channels: (6, 8), kernel: [3, 3, 3], stride: [1, 1, 1], height: 5, width: 4, groups: 2),
        CausalCase(
            channels: (40, 130), kernel: [3, 3, 3], stride: [1, 1, 1], height: 4, width: 4),
    ]

    var weight: Tensor<Float> {
        .sample(Shape(kernel + [channels.0 / groups, channels.1]), seed: 5)
    }
    var bias: Tensor<Float> { .sample([channels.1], seed: 6) }

    /// - Parameter front: zeros in front of the frames.
    func geometry(
        _ x: Tensor<Float>, front: Int? = nil, framewise: Bool = true
    ) -> ConvolutionGeometry {
        ConvolutionGeometry(
            input: x.shape, weight: weight.shape, stride: stride,
            padding: .explicit(
                before: [front ?? kernel[0] - 1, kernel[1] / 2, kernel[2] / 2],
                after: [0, kernel[1] / 2, kernel[2] / 2]),
            groups: groups, framewise: framewise)
    }

    func value(
        _ x: Tensor<Float>, front: Int? = nil, framewise: Bool = true,
        _ choice: ConvolutionPlan.Choice
    ) -> Tensor<Float> {
        ConvolutionPass(
            geometry(x, front: front, framewise: framewise), .forward(x: x, weight: weight),
            bias: bias
        ).run(choice)
    }

    func frames(_ count: Int, batch: Int = 1, seed: UInt64 = 1) -> Tensor<Float> {
        .sample([batch, count, height, width, channels.0], seed: seed)
    }
}

private let choices: [ConvolutionPlan.Choice] =
    [.automatic, .measured] + ConvolutionPlan.Algorithm.allCases.map { .preferred($0) }

@Suite struct FramewiseTests {
    @Test(arguments: CausalCase.all, choices)
    private func valuesAreThoseOfAnyConvolution(
        of stated: CausalCase, by choice: ConvolutionPlan.Choice
    ) {
        let x = stated.frames(5, batch: 2)
        let found = stated.value(x, choice)
        let expected = stated.value(x, framewise: false, .forced(.patches))
        let length = stated.kernel.reduce(stated.channels.0, *)
        let bound = 30 * sumTolerance(Float.self, length: length, magnitude: 4)
        #expect(difference(found, expected, within: bound) == nil)
    }

    /// Every frame computed from nothing but the frames that it reads, alone.
    @Test(arguments: CausalCase.all, choices)
    private func framesAloneAreThoseOfTheClipToTheBit(
        of stated: CausalCase, by choice: ConvolutionPlan.Choice
    ) {
        let (reach, step) = (stated.kernel[0], stated.stride[0])
        let x = stated.frames(7)
        let whole = stated.value(x, choice)
        for slot in 0..<whole.shape[1] {
            let last = slot * step
            let first = last - reach + 1
            let part = x[0..., max(0, first)..<last + 1].contiguous()
            let alone = stated.value(part, front: max(0, -first), choice)
            #expect(alone == whole[0..., slot..<slot + 1], "slot \(slot)")
        }
    }

    @Test(arguments: CausalCase.all, choices)
    private func laterFramesAndOtherClipsChangeNoBit(
        of stated: CausalCase, by choice: ConvolutionPlan.Choice
    ) {
        var x = stated.frames(6, batch: 3)
        let before = stated.value(x, choice)
        // Magnitudes that make Winograd's tiles uneven, so that some are computed again.
        x[1, 4] = stated.frames(1, seed: 9)[0, 0] * 1e6
        let after = stated.value(x, choice)
        let step = stated.stride[0]
        for slot in 0..<before.shape[1] where slot * step < 4 {
            #expect(before[1, slot] == after[1, slot], "slot \(slot)")
        }
        #expect(before[0] == after[0] && before[2] == after[2])
        #expect(before[1] != after[1])
        let alone = stated.value(x[1..<2].contiguous(), choice)
        #expect(alone[0] == after[1])
    }

    /// Gradients are those of the same convolution without the promise.
    @Test(arguments: CausalCase.all) private func gradientsAreUnchanged(of stated: CausalCase) {
        let x = stated.frames(5, batch: 2)
        let cotangent = Tensor<Float>.sample(stated.geometry(x).outputShape, seed: 8)
        func gradients(_ framewise: Bool) -> [Tensor<Float>] {
            let geometry = stated.geometry(x, framewise: framewise)
            return [
                ConvolutionPass(
                    geometry, .inputGradient(cotangent: cotangent, weight: stated.weight)
                ).run(.automatic),
                ConvolutionPass(geometry, .weightGradient(x: x, cotangent: cotangent))
                    .run(.automatic),
            ]
        }
        #expect(gradients(true) == gradients(false))
    }

    @Test(arguments: [1, 4, 64])
    func samplesOfAGroupNormDoNotDependOnTheirNumber(side: Int) {
        let x = Tensor<Float>.sample([9, side, side, 16])
        func normalized(_ x: Tensor<Float>) -> Tensor<Float> {
            x.groupNormalized(
                groups: 4, scale: .ones([16]), shift: .zeros([16]), epsilon: 1e-6,
                samplewise: true)
        }
        let whole = normalized(x)
        for sample in 0..<9 {
            #expect(normalized(x[sample..<sample + 1].contiguous()) == whole[sample..<sample + 1])
        }
    }
}

/// Why the promise has to be asked for.
@Suite struct MixedFramesTests {
    @Test func tilesOverTimeCarryRoundOffToEarlierFrames() {
        let stated = CausalCase(
            channels: (16, 16), kernel: [3, 3, 3], stride: [1, 1, 1], height: 8, width: 8)
        var x = stated.frames(8)
        let before = stated.value(x, framewise: false, .forced(.winograd4))
        // The last input of a tile reaches its last output alone; the one before reaches all.
        x[0, 6] = stated.frames(1, seed: 9)[0, 0]
        let after = stated.value(x, framewise: false, .forced(.winograd4))
        #expect(before[0, 4..<6] != after[0, 4..<6])
        let framewise = stated.value(x, .forced(.winograd4))
        #expect(framewise[0, 4..<6] != after[0, 4..<6])
    }
}
