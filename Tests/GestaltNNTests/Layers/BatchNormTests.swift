import GestaltNN
import GestaltTensor
import TestSupport
import Testing

@Suite struct BatchNormTests {
    private let x = Tensor<Float>.sample([3, 5, 2], seed: 11) + 2

    /// Running statistics move by momentum, towards the unbiased variance.
    @Test func runningStatistics() {
        var norm = BatchNorm(channels: 2)
        for _ in 0..<2 {
            let step = valueAndGradients(of: norm, Context.training(random: RandomStream(seed: 0)))
            { norm, context in
                (norm(x, context).sum(), ())
            }
            step.commitBuffers(to: &norm)
        }
        for channel in 0..<2 {
            let values = x.sliced(channel..<channel + 1, axis: -1).scalars.map { Double($0) }
            let mean = values.reduce(0, +) / 15
            let unbiased = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 14
            // Two steps from 0 and from 1 with momentum 0.1.
            let (mean2, variance2) = (0.19 * mean, 0.81 + 0.19 * unbiased)
            #expect(abs(Double(norm.runningMean.value.scalars[channel]) - mean2) < statistics)
            #expect(
                abs(Double(norm.runningVariance.value.scalars[channel]) - variance2) < statistics)
        }
    }

    @Test func aSecondUseInOnePassGoesOnFromTheFirst() {
        var norm = BatchNorm(channels: 2, momentum: 0.5)
        let step = valueAndGradients(of: norm, Context.training(random: RandomStream(seed: 0))) {
            norm, context in
            (norm(x, context).sum() + norm(x * 2, context).sum(), ())
        }
        step.commitBuffers(to: &norm)
        let mean = x.mean(axes: [0, 1])
        let expected = mean * 0.25 + mean * 2 * 0.5
        #expect(difference(norm.runningMean.value, expected, within: 4 * statistics) == nil)
    }

    @Test func inferenceUsesAndLeavesTheRunningStatistics() {
        let norm = BatchNorm(channels: 2)
        let y = norm(x, .inference)
        #expect(difference(y, x / Float(1 + 1e-5).squareRoot(), within: statistics) == nil)
    }

    /// A frozen layer keeps weights and statistics bit by bit, and normalizes by the latter.
    @Test func frozen() {
        struct Pair: Module {
            var norm = BatchNorm(channels: 2)
            var other = BatchNorm(channels: 2)
            mutating func visit(_ visitor: inout some ParameterVisitor) {
                visitor.module("norm", &norm)
                visitor.module("other", &other)
            }
        }
        var model = Pair()
        let before = model
        var optimizer = AdamW(learningRate: 0.1)
        let step = valueAndGradients(
            of: model, Context.training(random: RandomStream(seed: 0)), freezing: Freezing(["norm"])
        ) { model, context in
            let inner = model.norm(x, context)
            return (model.other(inner, context).squared().sum(), inner.detached)
        }
        optimizer.update(&model, with: step.gradients)
        step.commitBuffers(to: &model)
        for (old, new) in zip(before.state, model.state) {
            #expect((old.value == new.value) == old.path.hasPrefix("norm."), "\(old.path)")
        }
        #expect(step.auxiliary == before.norm(x, .inference))
        #expect(step.gradients.paths == ["other.scale", "other.shift"])
    }

    @Test func aCopyOfAModelDoesNotShareItsStatistics() {
        var norm = BatchNorm(channels: 2)
        let copy = norm
        let step = valueAndGradients(of: norm, Context.training(random: RandomStream(seed: 0))) {
            norm, context in
            (norm(x, context).sum(), ())
        }
        step.commitBuffers(to: &norm)
        #expect(copy.runningMean.value == Tensor.zeros([2]))
        #expect(norm.runningMean.value != Tensor.zeros([2]))
    }
}

/// Statistics of numbers up to 4 in float, and a division.
private let statistics = 16 * Double(Float.ulpOfOne)
