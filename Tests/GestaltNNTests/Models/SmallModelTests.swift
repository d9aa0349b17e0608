import GestaltNN
import GestaltTensor
import TestSupport
import Testing

@Suite struct SmallModelTests {
    @Test func aSmallPerceptronLearnsExclusiveOr() {
        var random = RandomStream(seed: 2)
        var model = Sequential {
            Linear(2, 16, random: &random)
            Activation.tanh
            Linear(16, 1, random: &random)
        }
        let x = Tensor<Float>(shape: [4, 2], scalars: [0, 0, 0, 1, 1, 0, 1, 1])
        let t = Tensor<Float>(shape: [4, 1], scalars: [0, 1, 1, 0])
        var optimizer = AdamW(learningRate: 0.05)
        var loss: Float = .infinity
        for step in 0..<150 {
            let result = valueAndGradients(
                of: model, Context.training(random: RandomStream(seed: 0))
            ) { model, context in
                (binaryCrossEntropy(model(x, context), t), ())
            }
            optimizer.follow(.cosine(from: 0.05, steps: 150), at: step)
            optimizer.update(&model, with: result.gradients)
            loss = result.loss
        }
        #expect(loss < 0.02)
    }

    @Test func aSmallConvolutionalNetworkLearnsToFindBrightSquares() {
        var random = RandomStream(seed: 2)
        var model = Sequential {
            Convolution(rank: 2, 1, 8, kernel: 3, padding: .same, random: &random)
            BatchNorm(channels: 8, rectifies: true)
            MaxPooling(kernel: [2, 2])
            Convolution(
                rank: 2, 8, 8, kernel: 3, padding: .same, activation: .relu, random: &random)
            TransposedConvolution(rank: 2, 8, 1, kernel: 2, stride: 2, random: &random)
        }
        let noise = Tensor<Float>.sample([4, 8, 8, 1], seed: 6, in: -0.3...0.3)
        let masks = Tensor<Float>.built([4, 8, 8, 1]) { i in
            (i[0]..<i[0] + 4).contains(i[1]) && (2..<6).contains(i[2]) ? 1 : 0
        }
        var optimizer = AdamW(learningRate: 0.02)
        var losses: [Float] = []
        for _ in 0..<60 {
            let result = valueAndGradients(
                of: model, Context.training(random: RandomStream(seed: 0))
            ) { model, context in
                let logits = model(masks + noise, context)
                return (binaryCrossEntropy(logits, masks) + diceLoss(logits, masks), ())
            }
            optimizer.update(&model, with: result.gradients)
            result.commitBuffers(to: &model)
            losses.append(result.loss)
        }
        #expect(losses[0] > 0.8 && losses[59] < 0.1, "\(losses[0]) to \(losses[59])")
        let evaluated = model(masks + noise, .inference)
        #expect((evaluated .> 0) == (masks .> 0))
    }

    /// Recomputing a part changes neither loss nor gradients, with dropout inside.
    @Test func checkpointed() {
        var random = RandomStream(seed: 2)
        let model = Sequential {
            Linear(6, 12, random: &random)
            BatchNorm(channels: 12)
            Dropout(0.4)
            Linear(12, 3, random: &random)
        }
        let x = Tensor<Float>.sample([8, 6])
        func step(recomputes: Bool) -> (TrainingStep<Void>, Sequential) {
            let context = Context.training(random: RandomStream(seed: 9))
            let result = valueAndGradients(of: model, context) { model, context in
                let y =
                    recomputes
                    ? context.checkpointed { model(x, context) } : model(x, context)
                // Drawn after the part: the replay must not move the stream.
                let more = Dropout(0.5)(y, context)
                return (more.squared().sum(), ())
            }
            var committed = model
            result.commitBuffers(to: &committed)
            return (result, committed)
        }
        let (plain, after) = step(recomputes: false)
        let (replayed, afterReplay) = step(recomputes: true)
        #expect(plain.loss == replayed.loss)
        #expect(plain.gradients.paths == replayed.gradients.paths)
        for path in plain.gradients.paths {
            #expect(plain.gradients[path: path] == replayed.gradients[path: path], "\(path)")
        }
        for (a, b) in zip(after.state, afterReplay.state) {
            #expect(a.value == b.value, "\(a.path)")
        }
    }

    @Test func dropoutKeepsItsShareScalesItAndRestsInInference() {
        let x = Tensor<Float>.ones([100, 100])
        let context = Context.training(random: RandomStream(seed: 3))
        let y = Dropout(0.25)(x, context).scalars
        let kept = y.filter { $0 != 0 }
        let scaled = 1 / Float(0.75)
        #expect(kept.allSatisfy { abs($0 - scaled) < 2 * Float.ulpOfOne })
        let deviation = (10_000 * 0.25 * 0.75).squareRoot()
        let excess = abs(Double(kept.count) - 7500)
        #expect(excess < 4 * deviation)
        #expect(Dropout(0.25)(x, .inference) == x)
        #expect(Dropout(0.25)(x, context).scalars != y)
    }

    @Test func anUnusedParameterHasNoGradientAndStays() {
        struct Lazy: Module {
            var used = Tensor<Float>([1])
            var idle = Tensor<Float>([1])
            mutating func visit(_ visitor: inout some ParameterVisitor) {
                visitor.parameter("used", &used)
                visitor.parameter("idle", &idle)
            }
        }
        var model = Lazy()
        let step = valueAndGradients(of: model, Context.training(random: RandomStream(seed: 0))) {
            model, _ in
            (model.used.sum(), ())
        }
        #expect(step.gradients.paths == ["used"])
        var optimizer = AdamW(learningRate: 0.5, weightDecay: 0.5)
        optimizer.update(&model, with: step.gradients)
        #expect(model.idle == Tensor([1]) && model.used != Tensor([1]))
    }
}
