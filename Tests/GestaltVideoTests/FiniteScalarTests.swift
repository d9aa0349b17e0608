import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite(
    .tags(.peer),
    .enabled(if: MagvitFixture.isAvailable, "set GESTALT_FIXTURES to compare with the originals"))
struct FiniteScalarFixtureTests {
    private static let files: [(String, [Int])] = [
        ("fsq-8-6-5", [8, 6, 5]), ("fsq-8-5-5-5", [8, 5, 5, 5]),
        ("fsq-7-5-5-5-5", [7, 5, 5, 5, 5]),
    ]

    private func compare(
        _ quantizer: FiniteScalarQuantizer, _ fixture: MagvitFixture, below prefix: String
    ) throws {
        let z = try fixture.numbers(prefix + "z")
        let probe = try fixture.numbers("probe")
        let quantized = quantizer(z, .inference)
        let ids = try fixture.integers(prefix + "ids")
        #expect(quantized.codes == ids)
        #expect(quantizer.codes(of: z) == ids)
        let codes = try fixture.numbers(prefix + "codes")
        #expect(relativeDeviation(quantized.embeddings, from: codes) <= MagvitFixture.forwardBound)
        #expect(quantizer.embeddings(of: ids) == quantized.embeddings)
        let gradient = gradients(at: [z]) { v in
            (quantizer(v[0], .training(random: RandomStream(seed: 0))).embeddings * probe).sum()
        }[0]
        let expected = try fixture.numbers(prefix + "grads/z")
        #expect(relativeDeviation(gradient, from: expected) <= MagvitFixture.gradientBound)
    }

    @Test(arguments: files) func codesValuesGradients(of file: String, levels: [Int]) throws {
        let fixture = try MagvitFixture(file)
        try compare(FiniteScalarQuantizer(levels: levels), fixture, below: "")
        if fixture.has("symmetric/z") {
            let symmetric = FiniteScalarQuantizer(levels: levels, symmetric: true)
            try compare(symmetric, fixture, below: "symmetric/")
        }
        guard fixture.has("codebook") else { return }
        let quantizer = FiniteScalarQuantizer(levels: levels)
        let all = quantizer.embeddings(of: Tensor((0..<Int32(quantizer.codeCount)).map { $0 }))
        let codebook = try fixture.numbers("codebook")
        #expect(relativeDeviation(all, from: codebook) <= 1e-7)
    }
}

@Suite struct FiniteScalarTests {
    @Test(arguments: [([8, 6, 5], false), ([3], false), ([2, 2, 2], true), ([7, 4, 2], true)])
    func everyCodeIsThatOfItsEmbedding(levels: [Int], symmetric: Bool) {
        let quantizer = FiniteScalarQuantizer(levels: levels, symmetric: symmetric)
        let all = Tensor((0..<Int32(quantizer.codeCount)).map { $0 })
        let values = quantizer.embeddings(of: all)
        #expect(Set(values.rowLists).count == quantizer.codeCount)
        // The first channel's digit runs fastest.
        #expect(values[0].scalars[0] < values[1].scalars[0])
        #expect(values.max().scalar <= 1 && values.min().scalar >= -1)
        // A latent far inside of each level is coded as it: tanh is inverted by its values.
        guard symmetric else { return }
        let latents = values.map { value in
            0.5 * ((1 + 0.99 * value) / (1 - 0.99 * value)).logarithm
        }
        #expect(quantizer.codes(of: latents) == all)
    }

    @Test(arguments: [false, true]) func extremeLatentsHaveCodes(symmetric: Bool) {
        let quantizer = FiniteScalarQuantizer(levels: [8, 5, 4], symmetric: symmetric)
        let rows: [[Float]] = [
            [.infinity, .infinity, .infinity], [-.infinity, -.infinity, -.infinity], [9, 9, 9],
            [-9, -9, -9], [0, 0, 0], [.greatestFiniteMagnitude, 1e-40, -1e30],
        ]
        let codes = quantizer.codes(of: Tensor(rows: rows)).scalars
        #expect(codes.allSatisfy { (0..<160).contains($0) })
        #expect(codes[0] == 159 && codes[1] == 0 && codes[2] == 159 && codes[3] == 0)
        let training = quantizer(Tensor(rows: [[.nan, 0, 0]]), .inference)
        #expect((0..<160).contains(training.codes.scalars[0]))
        #expect(training.embeddings.scalars[0].isNaN)
    }

    @Test func aLatentThatIsNotANumberHasNoCode() async {
        await #expect(processExitsWith: .failure) {
            _ = FiniteScalarQuantizer(levels: [3, 3]).codes(of: Tensor(rows: [[0, .nan]]))
        }
    }

    @Test(arguments: [
        ("fsq:8,5,2", "levels"), ("fsq:1", "levels"), ("fsq:8,0", "levels"), ("fsq", "quantizer"),
        ("fsq:8,,5", "quantizer"), ("fsq:8:more", "quantizer"), ("fsq:1:symmetric", "levels"),
        ("fsq:1000,1000,1000,1000,1000,1000,1000,1000", "levels"),
    ])
    func badNamesAreErrors(name: String, key: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Quantizers.configuration(
                named: ComponentName(stringLiteral: name), usual: QuantizerSize(codes: 4, width: 2))
        }
        #expect(error?.key.hasSuffix(key) == true, "\(error.map { "\($0)" } ?? "")")
    }
}

extension Tensor<Float> {
    /// The rows of a matrix.
    var rowLists: [[Float]] { (0..<shape[0]).map { self[$0].scalars } }

    func map(_ body: (Float) -> Float) -> Tensor<Float> {
        Tensor(shape: shape, scalars: scalars.map(body))
    }
}

extension Float {
    var logarithm: Float { Tensor<Float>(self).log().scalar }
}
