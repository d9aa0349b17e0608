import Foundation
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltTraining
import Testing

/// The settings that recipes share.
@Suite struct OptimizationTests {
    private static let usual = Optimization(steps: 600, batchSize: 16, learningRate: 2e-3)

    @Test func theFixedNumbersOfHeadAndUNet() {
        var settings = Self.usual
        settings.schedule = .oneCycle
        settings.warmUpFraction = 0.2
        #expect(
            settings.rate
                == .oneCycle(OneCycle(maximum: 2e-3, steps: 600, warmUpFraction: 0.2)))
        let plan = settings.plan(freezing: Freezing(["encoder"]))
        #expect(plan.steps == 600 && plan.freezing == Freezing(["encoder"]))
        #expect(plan.evaluationInterval == 150 && plan.checkpointInterval == 150)
        let optimizer = settings.optimizer(groups: [ParameterGroup(.below(["encoder"]))])
        #expect(optimizer is AdamW && optimizer.momentum == 0.9 && optimizer.groups.count == 1)
    }

    @Test func theFixedNumbersOfTokenizerAndPrior() {
        var settings = Optimization(
            steps: 300, batchSize: 8, learningRate: 1e-3, optimizer: .adam(), schedule: .cosine,
            weightDecay: 0)
        settings.warmUpSteps = 30
        settings.gradientNorm = 1
        settings.averageDecay = 0.99
        #expect(settings.rate == .warmUp(steps: 30, then: .cosine(from: 1e-3, steps: 270)))
        #expect(settings.plan().gradientNorm == 1 && settings.plan().averageDecay == 0.99)
        #expect(settings.optimizer() is Adam)
        settings.schedule = .constant
        #expect(settings.rate == .warmUp(steps: 30, then: .constant(1e-3)))
        settings.warmUpSteps = 0
        #expect(settings.rate == .constant(1e-3))
        settings.warmUpSteps = nil
        settings.warmUpFraction = 0.1
        #expect(settings.rate == .warmUp(steps: 30, then: .constant(1e-3)))
    }

    /// The settings' optimizer moves a model as the one made by hand does.
    /// A change that makes the settings invalid, and the key to blame.
    struct Fault: Sendable, CustomTestStringConvertible {
        let key: String
        let change: @Sendable (inout Optimization) -> Void
        var testDescription: String { key }

        init(_ key: String, _ change: @escaping @Sendable (inout Optimization) -> Void) {
            self.key = key
            self.change = change
        }
    }

    private static let faults = [
        Fault("steps") { $0.steps = 0 }, Fault("batchSize") { $0.batchSize = 0 },
        Fault("accumulation") { $0.accumulation = 0 },
        Fault("evaluationInterval") { $0.evaluationInterval = 0 },
        Fault("checkpointInterval") { $0.checkpointInterval = -1 },
        Fault("learningRate") { $0.learningRate = .infinity },
        Fault("learningRate") { $0.learningRate = 0 },
        Fault("weightDecay") { $0.weightDecay = -0.1 },
        Fault("gradientNorm") { $0.gradientNorm = .nan },
        Fault("averageDecay") { $0.averageDecay = 1 },
        Fault("warmUpFraction") { $0.warmUpFraction = 1.5 },
        Fault("warmUpSteps") { $0.warmUpSteps = 600 },
        Fault("warmUpSteps") { $0.warmUpSteps = -1 },
        Fault("warmUpSteps") { ($0.warmUpFraction, $0.warmUpSteps) = (0.1, 10) },
        Fault("optimizer.beta1") { $0.optimizer = .adamW(beta1: 1) },
        Fault("optimizer.beta2") { $0.optimizer = .adam(beta2: -0.5) },
        Fault("optimizer.epsilon") { $0.optimizer = .adam(epsilon: 0) },
        Fault("optimizer.momentum") { $0.optimizer = .sgd(momentum: 1) },
        Fault("optimizer.momentum") { $0.optimizer = .sgd(momentum: 0, isNesterov: true) },
    ]

    @Test(arguments: faults) func namesTheKeyThatIsWrong(_ fault: Fault) throws {
        var settings = Self.usual
        try settings.validate()
        fault.change(&settings)
        let error = #expect(throws: ConfigurationError.self) { try settings.validate() }
        #expect(error?.key == fault.key)
    }
}
