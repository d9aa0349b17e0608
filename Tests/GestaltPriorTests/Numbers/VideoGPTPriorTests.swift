import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite(
    .tags(.peer),
    .enabled(if: VideoGPTFixture.isAvailable, "set GESTALT_FIXTURES to compare with VideoGPT"))
struct VideoGPTPriorTests {
    @Test func allCasesOfTheFixturesAreThere() { #expect(PriorCase.all.count == 5) }

    @Test(arguments: PriorCase.all)
    func onePassCodesFeaturesHiddenStatesLogitsLoss(of stated: PriorCase) throws {
        let fixture = try VideoGPTFixture(stated.file)
        let predictor = try stated.predictor(fixture)
        let prior = predictor.prior
        let clips = try fixture.clips("video_u8")
        func expect(_ value: Tensor<Float>, _ name: String) throws {
            let deviation = relativeDeviation(value, from: try fixture.raw(name))
            #expect(deviation <= stated.forwardBound, "\(name) deviates by \(deviation)")
        }
        let codes = predictor.tokenizer.encode(clips)
        #expect(codes == (try fixture.integers("ids")))
        let condition = try stated.condition(prior, clips, fixture, .inference)
        if let features = condition.features {
            let expected = try fixture.raw("hidden/frame_features")
            try expect(features.reshaped(expected.shape), "hidden/frame_features")
        }
        let embeddings = try fixture.raw("embeddings_in")
        let layers = Array(0...stated.configuration.prior.layers)
        let hidden = prior.hidden(embeddings, layers: layers, condition, .inference)
        try expect(hidden[0], "hidden/after_pos_embd")
        for layer in layers.dropFirst() {
            try expect(hidden[layer], "hidden/after_block\(layer - 1)")
        }
        let last = hidden.last!
        let normalized = prior.norm(
            last.reshaped([last.shape[0], -1, last.shape[4]]), classes: condition.classes)
        try expect(normalized.reshaped(last.shape), "hidden/after_final_norm")
        try expect(prior.logits(embeddings, condition, .inference), "logits")
        try expect(predictor.logits(codes, condition), "logits")
        try expect(
            prior.loss(embeddings, codes: codes, condition, .inference), "loss_eval")
    }

    @Test(arguments: PriorCase.all, [false, true])
    func gradientsOfATrainingPass(of stated: PriorCase, checkpointing: Bool) throws {
        let fixture = try VideoGPTFixture(stated.file)
        let predictor = try stated.predictor(fixture, untying: true)
        let clips = try fixture.clips("video_u8")
        let step = try Self.step(predictor, clips, stated, fixture, checkpointing)
        #expect(
            relativeDeviation(Tensor(step.loss), from: try fixture.raw("loss_train"))
                <= 1e-5 * convolutionBoundFactor)
        var compared = 0
        let whole = try fixture.tensors(below: "grads/")
        for entry in KeyMap(videoGPT: stated.configuration).entries {
            guard let path = entry.path, path.hasPrefix("prior.") else { continue }
            let ours = try #require(step.gradients[path: path], "no gradient for \(path)")
            let gradient = entry.arrangement.toTheirs(ours)
            if let theirs = whole[entry.key] {
                let deviation = relativeDeviation(gradient, from: theirs)
                #expect(
                    deviation <= 1e-4 * convolutionBoundFactor,
                    "\(entry.key) deviates by \(deviation)")
            } else {
                try compare(gradient, entry.key, fixture)
            }
            compared += 1
        }
        #expect(
            compared
                == KeyMap(videoGPT: stated.configuration.prior).entries.count { $0.path != nil })
    }

    /// Sum, norm and probe of a gradient that is not stored whole, and its first numbers.
    private func compare(
        _ gradient: Tensor<Float>, _ key: String, _ fixture: VideoGPTFixture
    ) throws {
        let stats = try fixture.file.tensor("grad_stats/" + key, as: Double.self).scalars
        let numbers = gradient.scalars
        let norm = numbers.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        let bound = 1e-4 * Double(convolutionBoundFactor)
        #expect(abs(norm - stats[1]) <= bound * stats[1], "\(key): norm \(norm), not \(stats[1])")
        let probe = FormulaWeights.probe(key, gradient)
        #expect(
            abs(probe - stats[2]) <= bound * stats[1], "\(key): probe \(probe), not \(stats[2])")
        let head = try fixture.raw("grad_head/" + key).scalars
        let largest = numbers.reduce(0) { max($0, abs($1)) }
        for (ours, theirs) in zip(numbers, head) {
            #expect(abs(ours - theirs) <= Float(bound) * largest, "\(key): \(ours), not \(theirs)")
        }
    }

    /// One pass of training, the tokenizer frozen.
    private static func step(
        _ predictor: VideoPredictor, _ clips: Tensor<Float>, _ stated: PriorCase,
        _ fixture: VideoGPTFixture, _ checkpointing: Bool
    ) throws -> TrainingStep<Void> {
        let codes = predictor.tokenizer.encode(clips)
        let embeddings = predictor.tokenizer.embeddings(of: codes)
        return try valueAndGradients(
            of: predictor, Context.training(random: RandomStream(seed: 0)),
            freezing: Freezing(["tokenizer"])
        ) { model, context in
            let condition = try stated.condition(model.prior, clips, fixture, context)
            return (
                model.prior.loss(
                    embeddings, codes: codes, condition, checkpointing: checkpointing, context), ()
            )
        }
    }

    @Test(arguments: PriorCase.all)
    func adamUnderACosineFollowsTheOriginalsCurve(of stated: PriorCase) throws {
        let fixture = try VideoGPTFixture(stated.file)
        guard fixture.file.contains("adam/curve") else { return }
        var predictor = try stated.predictor(fixture, untying: true)
        let batches = try fixture.clips("adam/batches_u8")
        let curve = try fixture.file.tensor("adam/curve", as: Double.self)
        let schedule = Schedule.cosine(from: 3e-4, steps: stated.scheduleSteps)
        var optimizer: any Optimizer = Adam()
        let steps = batches.shape[0]
        for index in 0..<steps {
            optimizer.follow(schedule, at: index)
            let step = try Self.step(predictor, batches[index], stated, fixture, false)
            optimizer.update(&predictor, with: step.gradients)
            let expected = curve[index].scalars
            let factor = Double(convolutionBoundFactor)
            let bound = 1e-5 * factor * (index == 0 ? 1 : pow100(Double(index) / Double(steps - 1)))
            #expect(abs(Double(step.loss) - expected[0]) <= bound * expected[0], "loss of \(index)")
            #expect(abs(optimizer.learningRate - expected[1]) <= 1e-9)
            #expect(
                abs(Double(step.gradients.norm) - expected[2]) <= max(bound, 1e-4 * factor)
                    * expected[2],
                "norm of \(index)")
        }
    }

    private func pow100(_ share: Double) -> Double {
        Tensor<Double>(100).power(share).scalar
    }
}
