import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// A codebook and the latents it quantizes as a parameter, so that a pass has gradients for them.
struct QuantizedLatents: Module {
    var latents: Tensor<Float>
    var codebook: Codebook

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("latents", &latents)
        visitor.module("codebook", &codebook)
    }

    /// One training pass with recorded draws; buffers are committed.
    /// - Parameter loss: of the quantized latents; by default the codebook's own.
    mutating func train(
        _ permutations: [[Int32]] = [], noises: [Tensor<Float>] = [],
        freezing: Freezing = Freezing([]),
        loss: (Quantized) -> Tensor<Float> = { $0.loss }
    ) -> (quantized: Quantized, latentGradient: Tensor<Float>?) {
        var draws = RecordedDraws(permutations: permutations.map { Tensor($0) }, noises: noises)
        let step = valueAndGradients(
            of: self, Context.training(random: RandomStream(seed: 0)), freezing: freezing
        ) {
            model, context in
            let quantized = model.codebook.quantize(model.latents, context, draws: &draws)
            return (
                loss(quantized),
                Quantized(
                    codes: quantized.codes, embeddings: quantized.embeddings.detached,
                    loss: quantized.loss.detached, perplexity: quantized.perplexity)
            )
        }
        step.commitBuffers(to: &self)
        return (step.auxiliary, step.gradients[path: "latents"])
    }
}

extension Codebook {
    /// A codebook whose rows are known.
    init(
        rows: Tensor<Float>, usage: Tensor<Float>? = nil, sums: Tensor<Float>? = nil,
        decay: Double = 0.5, isInitialized: Bool = true
    ) {
        var random = RandomStream(seed: 0)
        self.init(codes: rows.shape[0], width: rows.shape[1], decay: decay, random: &random)
        embeddings.value = rows
        self.usage.value = usage ?? .ones([rows.shape[0]])
        self.sums.value = sums ?? rows
        self.isInitialized.value = Tensor(isInitialized ? 1 : 0)
    }

    fileprivate var tables: [Tensor<Float>] {
        [embeddings.value, usage.value, sums.value, isInitialized.value]
    }
}

@Suite struct CodebookTests {
    /// Latents as a grid of one clip, one frame, one row.
    private func grid(_ rows: [[Float]]) -> Tensor<Float> {
        Tensor<Float>(rows: rows).reshaped([1, 1, 1, rows.count, rows[0].count])
    }

    private func expectClose(
        _ found: Tensor<Float>, _ expected: [[Float]], _ name: String = "",
        location: SourceLocation = #_sourceLocation
    ) {
        let deviation = relativeDeviation(found, from: Tensor(rows: expected))
        #expect(
            deviation <= 1e-6, "\(name) \(found) deviates by \(deviation)", sourceLocation: location
        )
    }

    /// The first batch gives the rows, in the order of the draw, and is learned from at once.
    @Test func firstBatch() {
        let latents = grid([[0, 0], [1, 0], [4, 0], [0, 8]])
        var model = QuantizedLatents(
            latents: latents,
            codebook: Codebook(
                rows: Tensor(rows: [[9, 9], [7, 7], [5, 5]]), usage: .zeros([3]),
                isInitialized: false))
        let quantized = model.train([[2, 0, 3, 1], [0, 1, 2, 3]]).quantized
        // Rows (4, 0), (0, 0), (0, 8); the second latent alone is none of them.
        #expect(quantized.codes == Tensor(shape: [1, 1, 1, 4], scalars: [1, 1, 0, 2]))
        #expect(quantized.loss.scalar == 0.25 * 1 / 8)
        // Shares 1/4, 1/2, 1/4: an entropy of 1.5 bits.
        #expect(abs(quantized.perplexity - 2.828_427) < 1e-5)
        let codebook = model.codebook
        #expect(codebook.isInitialized.value.scalar == 1)
        // N: 1 each, then half of it and half of the counts 1, 2, 1.
        #expect(codebook.usage.value == Tensor([1, 1.5, 1]))
        #expect(codebook.sums.value == Tensor(rows: [[4, 0], [0.5, 0], [0, 8]]))
        expectClose(codebook.embeddings.value, [[4, 0], [1 / 3, 0], [0, 8]])
        // A second pass keeps the rows it has.
        let again = model.train([[3, 2, 1, 0]]).quantized
        #expect(again.codes == quantized.codes)
    }

    /// Fewer latents than codes are repeated with noise of 0.01 / √D.
    @Test func repeatedLatents() {
        var model = QuantizedLatents(
            latents: grid([[1, 2, 3, 4], [-8, 0, 0, 8]]),
            codebook: Codebook(rows: .zeros([3, 4]), usage: .zeros([3]), isInitialized: false))
        let noise = Tensor<Float>(rows: [
            [1, 1, 1, 1], [2, 2, 2, 2], [-3, -3, -3, -3], [4, 4, 4, 4],
        ])
        _ = model.train([[3, 0, 2, 1], [0, 1, 2, 3]], noises: [noise, .zeros([4, 4])]) {
            quantized in
            // The rows as they are decoded in this pass.
            #expect(quantized.codes.scalars == [1, 0])
            return quantized.loss
        }
        // Row 2 is taken by no latent: N = 0.5 is below 1, and the first candidates have no noise.
        let rows = model.codebook.sums.value
        expectClose(
            rows,
            [
                // (latent 1 + 4 · 0.005) and latent 1, half each.
                [-7.99, 0.01, 0.01, 8.01],
                [1.0025, 2.0025, 3.0025, 4.0025],
                // (latent 0 − 3 · 0.005) alone, halved.
                [0.4925, 0.9925, 1.4925, 1.9925],
            ], "sums")
        #expect(model.codebook.usage.value == Tensor([1, 1, 0.5]))
        #expect(model.codebook.embeddings.value[2] == Tensor([1, 2, 3, 4]))
    }

    @Test func aRowThatHardlyAnyLatentTakesIsRedrawnItsAveragesStay() {
        var model = QuantizedLatents(
            latents: grid([[1, 1], [2, 2], [1.5, 1], [3, 3]]),
            codebook: Codebook(
                rows: Tensor(rows: [[2, 2], [-90, 0], [90, 0]]),
                usage: Tensor([2, 1.999, 2.001]),
                sums: Tensor(rows: [[4, 4], [-180, 0], [180, 0]])))
        let quantized = model.train([[1, 3, 0, 2]]).quantized
        #expect(quantized.codes.scalars == [0, 0, 0, 0] && quantized.perplexity < 1.0001)
        let codebook = model.codebook
        #expect(codebook.usage.value[0].scalar == 3)
        // 0.9995 restarts, 1.0005 does not.
        #expect(codebook.embeddings.value[1] == Tensor([3, 3]))
        #expect(codebook.sums.value[1] == Tensor([-90, 0]))
        expectClose(
            codebook.embeddings.value, [[5.75 / 3, 5.5 / 3], [3, 3], [90 / 1.0005, 0]], "rows")
    }

    @Test func evaluationAndAFrozenCodebookChangeNothing() {
        let start = Codebook(rows: Tensor(rows: [[0, 0], [4, 4]]), usage: Tensor([0.1, 0.1]))
        var model = QuantizedLatents(latents: grid([[1, 1], [3, 3]]), codebook: start)
        let frozen = model.train(freezing: Freezing(["codebook"])).quantized
        #expect(model.codebook.tables == start.tables)
        let evaluated = start(model.latents, .inference)
        #expect(evaluated.codes == frozen.codes && evaluated.loss == frozen.loss)
        #expect(evaluated.codes.scalars == [0, 1])
        // Not even rows that are still the initial draw.
        let fresh = Codebook(rows: Tensor(rows: [[0, 0], [4, 4]]), isInitialized: false)
        _ = fresh(model.latents, .inference)
        #expect(fresh.isInitialized.value.scalar == 0)
    }

    /// The lowest of equally near rows is taken, and nearly equal ones are told apart.
    @Test func ties() {
        func codes(_ rows: [[Float]], _ latents: [[Float]]) -> [Int32] {
            Codebook(rows: Tensor(rows: rows))(grid(latents), .inference).codes.scalars
        }
        #expect(
            codes([[1, 0], [-1, 0], [1, 0]], [[0, 5], [1, 0], [-1, 0], [2, 2]]) == [0, 0, 1, 0])
        #expect(codes([[-1, 0], [1, 0]], [[0, 0]]) == [0])
        // One unit in the last place apart, where squared norms of 2²⁴ round to 2.
        let one = Float(4096).nextUp
        #expect(codes([[4096, 0], [one, 0]], [[4096, 0], [one, 0]]) == [0, 1])
        #expect(codes([[one, 0], [4096, 0]], [[4096, 0], [one, 0]]) == [1, 0])
    }

    /// Gradients pass straight through; the commitment draws latents to their rows.
    @Test func straightThrough() throws {
        let start = Codebook(rows: Tensor(rows: [[1, 0], [0, 2]]), usage: Tensor([4, 4]))
        let latents = grid([[0.75, 0.5], [0, 1], [2, -1]])
        let weights = grid([[1, 2], [3, 4], [5, 6]])
        var model = QuantizedLatents(latents: latents, codebook: start)
        let (quantized, gradient) = model.train([[0, 1, 2]], noises: []) {
            ($0.embeddings * weights).sum()
        }
        #expect(gradient == weights)
        #expect(quantized.codes.scalars == [0, 1, 0])
        let rows = grid([[1, 0], [0, 2], [1, 0]])
        #expect(relativeDeviation(quantized.embeddings, from: rows) <= 2 * .ulpOfOne)
        #expect(start.embeddings(of: quantized.codes) == rows)

        var committed = QuantizedLatents(latents: latents, codebook: start)
        let commitment = try #require(committed.train([[0, 1, 2]]).latentGradient)
        // 0.25 · 2 (z − e) / 6
        let expected = (latents - rows) * (0.25 * 2 / 6)
        #expect(relativeDeviation(commitment, from: expected) <= 4 * .ulpOfOne)
    }

    @Test func theTableOfCodesEmbeddingsOfAllOfAnyShapeOfCodes() {
        let rows = Tensor<Float>(rows: [[1, 2], [3, 4], [5, 6]])
        let codebook = Codebook(rows: rows)
        #expect(codebook.codeCount == 3 && codebook.embeddingWidth == 2)
        #expect(codebook.embeddings(of: Tensor([0, 1, 2])) == rows)
        let some = codebook.embeddings(of: Tensor(shape: [2, 1, 2], scalars: [2, 0, 1, 1]))
        #expect(some == Tensor(shape: [2, 1, 2, 2], scalars: [5, 6, 1, 2, 3, 4, 3, 4]))
    }
}
