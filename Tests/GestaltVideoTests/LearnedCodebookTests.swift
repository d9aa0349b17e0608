import Foundation
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// A codebook and the latents it quantizes, both parameters.
private struct Quantization: Module {
    var latents: Tensor<Float>
    var codebook: LearnedCodebook

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("latents", &latents)
        visitor.module("codebook", &codebook)
    }
}

@Suite(
    .tags(.peer),
    .enabled(if: MagvitFixture.isAvailable, "set GESTALT_FIXTURES to compare with the originals"))
struct LearnedCodebookFixtureTests {
    @Test(arguments: [false, true]) func codesLossesGradients(isUnit: Bool) throws {
        let fixture = try MagvitFixture("vq-64x8")
        let prefix = isUnit ? "unit/" : "plain/"
        var random = RandomStream(seed: 0)
        var codebook = LearnedCodebook(
            codes: 64, width: 8, .init(isUnit: isUnit, temperature: 0.5), random: &random)
        codebook.embeddings = try fixture.numbers("codebook")
        let model = Quantization(latents: try fixture.numbers("z"), codebook: codebook)
        let quantized = codebook(model.latents, .inference)
        #expect(quantized.codes == (try fixture.integers(prefix + "ids")))
        #expect(codebook.codes(of: model.latents) == quantized.codes)
        func expect(_ value: Tensor<Float>, _ name: String, _ bound: Float) throws {
            let deviation = relativeDeviation(value, from: try fixture.numbers(prefix + name))
            #expect(deviation <= bound, "\(prefix)\(name) deviates by \(deviation)")
        }
        try expect(quantized.embeddings, "codes", MagvitFixture.forwardBound)
        try expect(codebook.embeddings(of: quantized.codes), "codes", MagvitFixture.forwardBound)
        for (name, key) in [
            ("commitment", "commitment"), ("codebook", "codebook"), ("entropy", "entropy"),
            ("token_entropy", "tokenEntropy"), ("mean_entropy", "meanEntropy"),
        ] {
            let value = try #require(quantized.metrics.first { $0.name == name }).value
            try expect(Tensor(value), "losses/" + key, MagvitFixture.forwardBound)
        }
        try expect(quantized.loss, "losses/total", MagvitFixture.forwardBound)

        let probe = try fixture.numbers("probe")
        for (term, loss) in [
            ("straightThrough", { ($0.embeddings * probe).sum() }), ("total", { $0.loss }),
        ] as [(String, (Quantized) -> Tensor<Float>)] {
            let step = valueAndGradients(of: model, Context.training(random: RandomStream(seed: 0)))
            { model, context in (loss(model.codebook(model.latents, context)), ()) }
            let z = try #require(step.gradients[path: "latents"])
            try expect(z, "grads/\(term)/z", MagvitFixture.gradientBound)
            let rows = step.gradients[path: "codebook.embeddings"] ?? .zeros([64, 8])
            try expect(rows, "grads/\(term)/codebook", MagvitFixture.gradientBound)
        }
    }
}

@Suite struct LearnedCodebookTests {
    @Test func firstRowsAreLatents() {
        var random = RandomStream(seed: 3)
        var codebook = LearnedCodebook(codes: 4, width: 2, .init(), random: &random)
        let latents = Tensor<Float>.sample([1, 1, 2, 4, 2])
        codebook.begin(with: latents, random: &random)
        let rows = Set(latents.reshaped([8, 2]).rowLists)
        #expect(codebook.embeddings.rowLists.allSatisfy { rows.contains($0) })
        #expect(Set(codebook.embeddings.rowLists).count == 4)
        // Of fewer latents all rows differ nevertheless.
        var wide = LearnedCodebook(codes: 20, width: 2, .init(isUnit: true), random: &random)
        wide.begin(with: latents, random: &random)
        #expect(Set(wide.embeddings.rowLists).count == 20)
    }

    @Test(arguments: [
        ("vq", "vq of 512 64 averages"), ("vq:32x8", "vq of 32 8 averages"),
        ("vq:1024x8:unit", "vq of 1024 8 unit"), ("vq:gradient", "vq of 512 64 gradient"),
    ])
    func names(name: String, meaning: String) throws {
        let found = try Quantizers.configuration(
            named: ComponentName(stringLiteral: name), usual: QuantizerSize(codes: 512, width: 64))
        let vq = try #require(found as? VectorQuantizerConfiguration)
        let learning = vq.gradient.map { $0.isUnit ? "unit" : "gradient" } ?? "averages"
        #expect("vq of \(vq.codes) \(vq.width) \(learning)" == meaning)
        #expect((vq.decay == nil) == (vq.gradient != nil))
        var random = RandomStream(seed: 0)
        let quantizer = vq.quantizer(random: &random)
        #expect(quantizer.codeCount == vq.codes && quantizer.embeddingWidth == vq.width)
        #expect((quantizer is Codebook) == (vq.gradient == nil))
    }

    @Test(arguments: [
        "vq:0x8", "vq:8", "vq:8x", "vq:8x8:soft", "vq:99999999x8", "vq:commitment=-1",
    ])
    func badNamesAreErrors(name: String) {
        #expect(throws: ConfigurationError.self) {
            try Quantizers.configuration(
                named: ComponentName(stringLiteral: name), usual: QuantizerSize(codes: 4, width: 2))
        }
    }

    @Test(arguments: ["fsq:8,5,5,5", "fsq:2,2:symmetric", "lfq:10:beta=4", "vq", "vq:64x8:unit"])
    func configurationsAreStoredStrictly(name: String) throws {
        let value = AnyQuantizerConfiguration(
            try Quantizers.configuration(
                named: ComponentName(stringLiteral: name),
                usual: QuantizerSize(codes: 512, width: 64)))
        let bytes = try StrictJSON.encode(value)
        #expect(try StrictJSON.decode(AnyQuantizerConfiguration.self, from: bytes) == value)
        let text = String(decoding: bytes, as: UTF8.self)
        let stray = text.replacingOccurrence(
            of: "\"configuration\" : {", with: "\"configuration\" : {\"mood\": 1,")
        #expect(stray != text)
        #expect(throws: ConfigurationError.self) {
            try StrictJSON.decode(AnyQuantizerConfiguration.self, from: Array(stray.utf8))
        }
    }

    @Test func usageOfOneCodeAndOfAll() {
        let quantizer = LookupFreeQuantizer(.init(bits: 3))
        let all = quantizer.embeddings(of: Tensor((0..<Int32(8)).map { $0 }))
        #expect(abs(quantizer(all, .inference).perplexity - 8) < 1e-5)
        let one = Tensor<Float>.ones([5, 3])
        #expect(quantizer(one, .inference).perplexity == 1)
    }
}

extension String {
    fileprivate func replacingOccurrence(of part: String, with other: String) -> String {
        guard let range = range(of: part) else { return self }
        return replacingCharacters(in: range, with: other)
    }
}
