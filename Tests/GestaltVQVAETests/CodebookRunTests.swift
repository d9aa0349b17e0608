import Foundation
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Training passes of `Fixtures/codebook.json`: numbers of an independent program in double precision.
@Suite struct CodebookRunTests {
    private struct Run: Decodable {
        struct Tables: Decodable {
            let embeddings: [[Float]]
            let usage: [Float]
            let sums: [[Float]]
        }

        struct Step: Decodable {
            let latents: [[Float]]
            let permutation: [Int32]
            let codes: [Int32]
            let loss: Float
            let perplexity: Float
            let embeddings: [[Float]]
            let usage: [Float]
            let sums: [[Float]]
            let restarts: Int
        }

        let decay: Double
        let commitment: Float
        let start: Tables
        let steps: [Step]
    }

    private func expectClose(_ found: Tensor<Float>, _ expected: Tensor<Float>, _ name: String) {
        let deviation = relativeDeviation(found, from: expected)
        #expect(deviation <= 1e-5, "\(name) deviates by \(deviation)")
    }

    @Test func sixPassesCodesLossMovingAveragesRestarts() throws {
        let url = try #require(Bundle.module.resourceURL?.appending(path: "Fixtures/codebook.json"))
        let run = try JSONDecoder().decode(Run.self, from: Data(contentsOf: url))
        #expect(run.steps.count == 6 && run.steps.contains { $0.restarts > 0 })
        let start = Codebook(
            rows: Tensor(rows: run.start.embeddings), usage: Tensor(run.start.usage),
            sums: Tensor(rows: run.start.sums), decay: run.decay)
        #expect(start.commitment == run.commitment)
        var model = QuantizedLatents(latents: .zeros([1]), codebook: start)
        for (index, step) in run.steps.enumerated() {
            let latents = Tensor<Float>(rows: step.latents)
            model.latents = latents.reshaped([1, 1, 2, 3, latents.shape[1]])
            let quantized = model.train([step.permutation]).quantized
            #expect(quantized.codes.scalars == step.codes, "step \(index)")
            expectClose(quantized.loss, Tensor(step.loss), "loss of \(index)")
            expectClose(
                Tensor(quantized.perplexity), Tensor(step.perplexity), "perplexity of \(index)")
            let codebook = model.codebook
            expectClose(codebook.usage.value, Tensor(step.usage), "usage of \(index)")
            expectClose(codebook.sums.value, Tensor(rows: step.sums), "sums of \(index)")
            expectClose(
                codebook.embeddings.value, Tensor(rows: step.embeddings), "embeddings of \(index)")
        }
    }
}
