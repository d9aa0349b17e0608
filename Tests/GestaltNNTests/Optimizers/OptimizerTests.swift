import Foundation
import GestaltNN
import GestaltTensor
import TestSupport
import Testing

/// Two parameters of different length, one of them past a vector's width.
private struct Pair: Module {
    var weight: Tensor<Float> = .sample([3, 37], seed: 1)
    var bias: Tensor<Float> = .sample([5], seed: 2)

    mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
        visitor.parameter("bias", &bias)
    }

    static func gradients(_ step: Int) -> Gradients {
        Gradients([
            (path: "weight", tensor: .sample([3, 37], seed: UInt64(100 + step))),
            (path: "bias", tensor: .sample([5], seed: UInt64(200 + step))),
        ])
    }
}

/// One number's update by the formulas, in double.
private struct NumberCase: Sendable, CustomStringConvertible {
    let name: String
    let optimizer: any Optimizer
    let weightDecay: Double
    /// (p, g, m, v, t, learning rate, decay) to p; m and v kept.
    let update:
        @Sendable (
            _ p: Double, _ g: Double, _ m: inout Double, _ v: inout Double, _ t: Int,
            _ rate: Double,
            _ decay: Double
        ) -> Double
    var description: String { name }
}

private let numberCases: [NumberCase] = [
    NumberCase(name: "SGD", optimizer: SGD(learningRate: 0.1), weightDecay: 0) {
        p, g, _, _, _, rate, _ in p - rate * g
    },
    NumberCase(
        name: "SGD with momentum, dampening and decay",
        optimizer: SGD(learningRate: 0.1, momentum: 0.9, dampening: 0.3, weightDecay: 0.05),
        weightDecay: 0.05
    ) { p, g, b, _, t, rate, decay in
        let d = g + decay * p
        b = t == 1 ? d : 0.9 * b + 0.7 * d
        return p - rate * b
    },
    NumberCase(
        name: "SGD, Nesterov", optimizer: SGD(learningRate: 0.1, momentum: 0.8, isNesterov: true),
        weightDecay: 0
    ) { p, g, b, _, t, rate, _ in
        b = t == 1 ? g : 0.8 * b + g
        return p - rate * (g + 0.8 * b)
    },
    NumberCase(
        name: "Adam", optimizer: Adam(learningRate: 0.05, beta2: 0.99, weightDecay: 0.02),
        weightDecay: 0.02
    ) { p, g, m, v, t, rate, decay in
        adam(p, g + decay * p, &m, &v, t, rate)
    },
    NumberCase(
        name: "AdamW", optimizer: AdamW(learningRate: 0.05, beta2: 0.99), weightDecay: 0.01
    ) { p, g, m, v, t, rate, decay in
        adam(p * (1 - rate * decay), g, &m, &v, t, rate)
    },
    NumberCase(
        name: "Lion", optimizer: Lion(learningRate: 0.05, beta2: 0.97, weightDecay: 0.03),
        weightDecay: 0.03
    ) { p, g, m, _, _, rate, decay in
        let direction = 0.9 * m + 0.1 * g
        m = 0.97 * m + 0.03 * g
        return p * (1 - rate * decay) - rate * (direction > 0 ? 1 : direction < 0 ? -1 : 0)
    },
    NumberCase(
        name: "RMSprop", optimizer: RMSprop(learningRate: 0.05, smoothing: 0.9, weightDecay: 0.02),
        weightDecay: 0.02
    ) { p, g, _, v, _, rate, decay in
        let g = g + decay * p
        v = 0.9 * v + 0.1 * g * g
        return p - rate * g / (v.squareRoot() + 1e-8)
    },
    NumberCase(
        name: "RMSprop with momentum",
        optimizer: RMSprop(learningRate: 0.02, smoothing: 0.9, momentum: 0.8), weightDecay: 0
    ) { p, g, b, v, _, rate, _ in
        v = 0.9 * v + 0.1 * g * g
        b = 0.8 * b + g / (v.squareRoot() + 1e-8)
        return p - rate * b
    },
]

private func adam(
    _ p: Double, _ g: Double, _ m: inout Double, _ v: inout Double, _ t: Int, _ rate: Double
) -> Double {
    m = 0.9 * m + 0.1 * g
    v = 0.99 * v + 0.01 * g * g
    let corrected = (v / (1 - pow(0.99, Double(t)))).squareRoot()
    return p - rate * (m / (1 - pow(0.9, Double(t)))) / (corrected + 1e-8)
}

@Suite struct OptimizerTests {
    @Test(arguments: numberCases)
    fileprivate func twentyStepsFollowTheFormulasInDouble(_ line: NumberCase) {
        var model = Pair()
        var optimizer = line.optimizer
        let groups = [ParameterGroup(.named(["bias"]), learningRateFactor: 0.5, weightDecay: 0)]
        optimizer.groups = groups
        var expected = model.state.map { $0.value.scalars.map { Double($0) } }
        var memory = expected.map { $0.map { _ in (m: 0.0, v: 0.0) } }
        for t in 1...20 {
            let gradients = Pair.gradients(t)
            optimizer.update(&model, with: gradients)
            for (place, path) in ["weight", "bias"].enumerated() {
                let g = gradients[path: path]!.scalars
                let rate = optimizer.learningRate * (place == 1 ? 0.5 : 1)
                for i in g.indices {
                    var (m, v) = memory[place][i]
                    expected[place][i] = line.update(
                        expected[place][i], Double(g[i]), &m, &v, t, rate,
                        place == 1 ? 0 : line.weightDecay)
                    memory[place][i] = (m, v)
                }
            }
        }
        for (place, entry) in model.state.enumerated() {
            let wanted = Tensor(shape: entry.value.shape, scalars: expected[place])
            let problem = difference(
                entry.value.mapped { Double($0) }, wanted, within: trajectoryTolerance(steps: 20))
            #expect(problem == nil, "\(line) \(entry.path)")
        }
    }

    @Test(arguments: numberCases)
    fileprivate func stateTakenOverContinuesBitForBit(_ line: NumberCase) throws {
        var (model, optimizer) = (Pair(), line.optimizer)
        for t in 1...3 { optimizer.update(&model, with: Pair.gradients(t)) }
        var (other, resumed) = (model, line.optimizer)
        try resumed.restore(optimizer.state)
        for t in 4...6 {
            optimizer.update(&model, with: Pair.gradients(t))
            resumed.update(&other, with: Pair.gradients(t))
        }
        for (a, b) in zip(model.state, other.state) { #expect(a.value == b.value, "\(a.path)") }
        #expect(
            zip(optimizer.state, resumed.state).allSatisfy {
                $0.name == $1.name && $0.tensor == $1.tensor
            })
    }

    @Test func aStateThatDoesNotFitIsRefusedWithItsName() {
        var adam = Adam()
        #expect(throws: OptimizerStateError.unknownName("velocity")) {
            try adam.restore([("velocity", .zeros([1]))])
        }
        #expect(throws: OptimizerStateError.unknownName("weight/velocity")) {
            try adam.restore([("weight/velocity", .zeros([1]))])
        }
        #expect(throws: OptimizerStateError.incomplete(path: "weight", missing: "second")) {
            try adam.restore([("weight/updates", .zeros([2])), ("weight/first", .zeros([1]))])
        }
        #expect(
            throws: OptimizerStateError.wrongShape(name: "w/second", expected: [1], found: [2])
        ) {
            try adam.restore([
                ("w/updates", .zeros([2])), ("w/first", .zeros([1])), ("w/second", .zeros([2])),
            ])
        }
        #expect(adam.state.isEmpty)
    }

    @Test func aCopiedModelKeepsItsWeightsWhenTheOtherOneMoves() {
        var (model, optimizer) = (Pair(), Adam())
        let copy = model
        optimizer.update(&model, with: Pair.gradients(1))
        #expect(copy.weight == Pair().weight)
        #expect(copy.weight != model.weight)
    }

    @Test func groupsSelectByPathByNameAndByRankTheFirstCounts() {
        let selections: [(ParameterGroup.Selection, Set<String>)] = [
            (.below(["weight"]), ["weight"]), (.below([""]), ["weight", "bias"]),
            (.named(["bias"]), ["bias"]), (.rank(atMost: 1), ["bias"]),
        ]
        for (selection, stays) in selections {
            var model = Pair()
            var optimizer = SGD(
                learningRate: 1,
                groups: [
                    ParameterGroup(selection, learningRateFactor: 0),
                    ParameterGroup(.below([""]), learningRateFactor: 2),
                ])
            optimizer.update(&model, with: Pair.gradients(1))
            for (old, new) in zip(Pair().state, model.state) {
                #expect((old.value == new.value) == stays.contains(old.path), "\(selection)")
            }
        }
    }

    @Test func gradientsAreClippedByNormAndByValue() {
        var gradients = Gradients([
            (path: "a", tensor: Tensor([3, 0])), (path: "b", tensor: Tensor([-4])),
        ])
        #expect(gradients.norm == 5)
        var unchanged = gradients
        #expect(unchanged.clip(norm: 6) == 5)
        #expect(unchanged[path: "a"] == Tensor([3, 0]))
        var limited = gradients
        limited.clip(value: 2)
        #expect(limited[path: "a"] == Tensor([2, 0]) && limited[path: "b"] == Tensor([-2]))
        gradients.clip(norm: 1)
        #expect(abs(gradients.norm - 1) < 4 * Float.ulpOfOne)
    }

    @Test func aWeightAverageFollowsWithItsDecayAndCopiesBuffers() {
        var norm = BatchNorm(channels: 1)
        var average = WeightAverage(of: norm, decay: 0.9)
        #expect(average.currentDecay == 0.1)
        norm.scale = Tensor([11])
        norm.runningMean.value = Tensor([7])
        average.update(towards: norm)
        #expect(average.model.scale == Tensor([10]))
        #expect(average.model.runningMean.value == Tensor([7]))
        #expect(average.currentDecay == Float(2) / 11)
        var steady = WeightAverage(of: BatchNorm(channels: 1), decay: 0.75, warmsUp: false)
        steady.update(towards: norm)
        #expect(steady.model.scale == Tensor([3.5]))
    }
}

/// Each step rounds a number of size below 4 a few times.
private func trajectoryTolerance(steps: Int) -> Double {
    Double(steps) * 8 * Double(Float.ulpOfOne)
}
