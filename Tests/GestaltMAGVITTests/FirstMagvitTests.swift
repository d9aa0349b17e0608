import GestaltFiles
import GestaltMAGVIT
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// MAGVIT-1's 3D-VQ against the original program, whose weights are a formula of their names.
@Suite(
    .tags(.peer),
    .enabled(if: MagvitFixture.isAvailable, "set GESTALT_FIXTURES to compare with the originals"))
struct FirstMagvitTests {
    private static let configuration = MagvitConfiguration(
        width: 32, multipliers: [1, 1, 2], groups: 32, padding: .same,
        quantizer: VectorQuantizerConfiguration(codes: 32, width: 8, .init()))

    private func tokenizer(_ fixture: MagvitFixture) throws -> MagvitTokenizer {
        var random = RandomStream(seed: 0)
        var tokenizer = MagvitTokenizer(Self.configuration, random: &random)
        var formula = FormulaWeights(codebook: try fixture.numbers("codebook"))
        tokenizer.visit(&formula)
        return tokenizer
    }

    @Test func latentsCodesLossesGradients() throws {
        let fixture = try MagvitFixture("magvit1-3dvq")
        let tokenizer = try tokenizer(fixture)
        // The original's clips are in [0, 1].
        let clips = try fixture.clips("x_u8", offset: 0)
        let bound = MagvitFixture.forwardBound * convolutionBoundFactor
        func expect(_ value: Tensor<Float>, _ name: String, _ bound: Float) throws {
            let deviation = relativeDeviation(value, from: try fixture.numbers(name))
            #expect(deviation <= bound, "\(name) deviates by \(deviation)")
        }
        try expect(tokenizer.continuousLatents(clips, .inference), "z", bound)
        let ids = try fixture.integers("ids")
        #expect(tokenizer.encode(clips) == ids)
        try expect(tokenizer.decode(ids), "decoded", bound)
        let step = valueAndGradients(of: tokenizer, Context.training(random: RandomStream(seed: 0)))
        { model, context in
            let output = model(clips, context)
            return (output.loss, output)
        }
        let output = step.auxiliary
        try expect(Tensor(step.loss), "total", bound)
        try expect(output.reconstruction.detached, "reconstruction", bound)
        try expect(output.reconstructionLoss.detached, "losses/reconstruction", bound)
        for name in ["commitment", "codebook", "entropy"] {
            let value = output.quantized.metrics.first { $0.name == name }!.value
            try expect(Tensor(value), "losses/" + name, bound)
        }
        try compareGradients(step.gradients, fixture)
    }

    private func compareGradients(_ found: Gradients, _ fixture: MagvitFixture) throws {
        let gradients = Dictionary(
            uniqueKeysWithValues: zip(found.paths, found.tensors).map { (fixtureName($0), $1) })
        let statistics = try fixture.file.tensor("statistics/grads", as: Double.self)
        #expect(gradients.count == statistics.shape[0])
        let bound = Double(MagvitFixture.gradientBound * convolutionBoundFactor)
        for (row, name) in gradients.keys.sorted().enumerated() {
            // A bias in front of a norm: its true gradient is zero.
            guard name != "decoder.levels.1.up.bias" else { continue }
            let values = gradients[name]!.scalars.map(Double.init)
            var (sum, squares, product) = (0.0, 0.0, 0.0)
            var probe = FormulaNumbers(name: "probe:" + name)
            for value in values {
                sum += value
                squares += value * value
                product += value * probe.next()
            }
            let norm = statistics[scalar: row, 1]
            #expect(abs(squares.squareRoot() - norm) <= bound * norm, "norm of \(name)")
            let room = bound * norm * Double(values.count).squareRoot()
            #expect(abs(sum - statistics[scalar: row, 0]) <= room, "sum of \(name)")
            #expect(abs(product - statistics[scalar: row, 2]) <= room, "probe of \(name)")
            guard fixture.has("grads/" + name) else { continue }
            let deviation = relativeDeviation(
                gradients[name]!, from: try fixture.numbers("grads/" + name))
            #expect(deviation <= Float(bound), "\(name) deviates by \(deviation)")
        }
    }
}

/// The numbers of a name: 64-bit FNV-1a as the seed of SplitMix64, the upper 24 bits minus a half.
private struct FormulaNumbers {
    private var state: UInt64

    init(name: String) {
        state = name.utf8.reduce(0xCBF2_9CE4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
    }

    mutating func next() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Double(z >> 40) / Double(1 << 24) - 0.5
    }
}

private struct FormulaWeights: PathVisitor {
    var prefix = ""
    let codebook: Tensor<Float>

    init(codebook: Tensor<Float>) { self.codebook = codebook }

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        guard path != "quantizer.embeddings" else {
            value = codebook
            return
        }
        var numbers = FormulaNumbers(name: path)
        let shape = value.shape
        let fan = shape.elementCount / shape[-1]
        let scale = Float((12 / Double(fan)).squareRoot())
        value = Tensor(
            shape: shape,
            scalars: (0..<shape.elementCount).map { _ in
                let u = Float(numbers.next())
                if shape.rank > 1 { return u * scale }
                return path.hasSuffix(".scale") ? 1 + 0.25 * u : 0.25 * u
            })
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {}
}
