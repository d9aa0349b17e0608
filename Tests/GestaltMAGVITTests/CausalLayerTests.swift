import GestaltFiles
import GestaltMAGVIT
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite(
    .tags(.peer),
    .enabled(if: MagvitFixture.isAvailable, "set GESTALT_FIXTURES to compare with the originals"))
struct CausalLayerTests {
    private let fixture: MagvitFixture
    private let x: Tensor<Float>

    init() throws {
        fixture = try MagvitFixture("causal")
        x = try fixture.numbers("x")
    }

    private func configuration(
        _ past: MagvitConfiguration.Past = .zeros
    ) -> MagvitConfiguration {
        MagvitConfiguration(
            width: 4, groups: 2, past: past,
            quantizer: FiniteScalarQuantizer.Configuration(levels: [3]))
    }

    private func expect(_ value: Tensor<Float>, _ name: String, _ bound: Float) throws {
        let deviation = relativeDeviation(value, from: try fixture.numbers(name))
        #expect(deviation <= bound * convolutionBoundFactor, "\(name) deviates by \(deviation)")
    }

    @Test(arguments: MagvitConfiguration.Past.allCases, [[1, 1, 1], [1, 2, 2], [2, 2, 2]])
    func convolutions(past: MagvitConfiguration.Past, stride: [Int]) throws {
        let key = "convolution/\(past.rawValue)-\(stride.map(String.init).joined())/"
        var random = RandomStream(seed: 0)
        var layer = ClipConvolution(4, 3, stride: stride, configuration(past), random: &random)
        layer.weight = try fixture.numbers(key + "weight")
        layer.bias = try fixture.numbers(key + "bias")
        try expect(layer(x), key + "y", MagvitFixture.forwardBound)
        let probe = try fixture.numbers(key + "probe")
        let gradients = gradients(at: [x, layer.weight, layer.bias!]) { v in
            var own = layer
            (own.weight, own.bias) = (v[1], v[2])
            return (own(v[0]) * probe).sum()
        }
        for (gradient, name) in zip(gradients, ["x", "weight", "bias"]) {
            try expect(gradient, key + "grads/" + name, MagvitFixture.gradientBound)
        }
    }

    @Test func normOfFrames() throws {
        var norm = ClipNorm(4, configuration())
        norm.scale = try fixture.numbers("frameNorm/scale")
        norm.shift = try fixture.numbers("frameNorm/shift")
        try expect(norm.normalized(x), "frameNorm/y", MagvitFixture.forwardBound)
        let probe = try fixture.numbers("frameNorm/probe")
        let gradients = gradients(at: [x, norm.scale, norm.shift]) { v in
            var own = norm
            (own.scale, own.shift) = (v[1], v[2])
            return (own.normalized(v[0]) * probe).sum()
        }
        for (gradient, name) in zip(gradients, ["x", "scale", "shift"]) {
            try expect(gradient, "frameNorm/grads/" + name, MagvitFixture.gradientBound)
        }
    }

    @Test(arguments: [1, 2]) func depthToSpaceDropsTheFirstFrames(timeStride: Int) throws {
        let key = "depthToSpace/\(timeStride)22/"
        let y = try fixture.numbers(key + "x").depthToSpace(timeStride: timeStride)
        #expect(y[0..., (timeStride - 1)..<y.shape[1]] == (try fixture.numbers(key + "y")))
    }
}
