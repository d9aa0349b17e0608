import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import TestSupport
import Testing

/// The bounds of `Fixtures/README.md`, relative to the largest magnitude.
private let forwardBound: Float = 1e-5
private let gradientBound: Float = 1e-4

@Suite struct OwnNumbersTests {
    @Test(arguments: OwnNumbers.all)
    func onePassGivesPyTorchsFeaturesHiddenStatesLogitsAndLoss(of numbers: OwnNumbers) throws {
        let file = try numbers.file()
        let prior = try numbers.prior(file)
        func expect(_ value: Tensor<Float>, _ name: String) throws {
            let deviation = relativeDeviation(value, from: try file.tensor(name))
            #expect(deviation <= forwardBound, "\(name) deviates by \(deviation)")
        }
        let condition = try numbers.condition(prior, file, .inference)
        if let features = condition.features {
            let shape = try file.info("frame_features").shape
            try expect(features.reshaped(Shape(shape)), "frame_features")
        }
        let embeddings: Tensor<Float> = try file.tensor("embeddings_in")
        let layers = Array(1...prior.configuration.layers)
        for (layer, hidden) in zip(
            layers, prior.hidden(embeddings, layers: layers, condition, .inference))
        {
            try expect(hidden, "hidden/after_block\(layer - 1)")
        }
        try expect(prior.logits(embeddings, condition, .inference), "logits")
        let codes = try file.tensor("ids", as: Int32.self)
        try expect(prior.loss(embeddings, codes: codes, condition, .inference), "loss")
    }

    @Test(arguments: OwnNumbers.all)
    func itsGradientsArePyTorchs(of numbers: OwnNumbers) throws {
        let file = try numbers.file()
        let prior = try numbers.prior(file)
        let codes = try file.tensor("ids", as: Int32.self)
        let embeddings: Tensor<Float> = try file.tensor("embeddings_in")
        let step = try valueAndGradients(of: prior, Context.training(random: RandomStream(seed: 0)))
        { model, context in
            let condition = try numbers.condition(model, file, context)
            return (model.loss(embeddings, codes: codes, condition, context), ())
        }
        for entry in KeyMap(videoGPT: prior.configuration).entries {
            guard let path = entry.path else { continue }
            let ours = try #require(step.gradients[path: path], "no gradient for \(path)")
            let deviation = relativeDeviation(
                entry.arrangement.toTheirs(ours), from: try file.tensor("grads/" + entry.key))
            #expect(deviation <= gradientBound, "\(entry.key) deviates by \(deviation)")
        }
    }

    @Test(arguments: OwnNumbers.all)
    func theLikeliestCodesStepByStepArePyTorchs(of numbers: OwnNumbers) throws {
        let file = try numbers.file()
        let prior = try numbers.prior(file)
        let condition = try numbers.condition(prior, file, .inference)
        let expected = try file.tensor("greedy/ids", as: Int32.self)
        let (clips, tokens) = (expected.shape[0], prior.configuration.tokens)
        let weights = DecodingWeights(prior, codebook: try file.tensor("codebook"))
        let cache = DecodingCache(weights, condition, clips: Array(0..<clips))
        var last: Tensor<Int32>?
        var found: [[Int32]] = []
        for _ in 0..<tokens {
            let codes = weights.logits(after: last, cache).argmax(axis: -1)
            found.append(codes.scalars)
            last = codes
        }
        let drawn = Tensor((0..<clips).flatMap { clip in found.map { $0[clip] } })
        #expect(drawn.reshaped(expected.shape) == expected)
    }
}
