import GestaltModels
import GestaltNN

/// An optimizer with its hyperparameters, as data of an experiment.
///
/// Encoded as an object with `kind` and the hyperparameters of that kind; omitted hyperparameters
/// have their default values.
public enum OptimizerChoice: Equatable, Sendable {
    case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
    case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
    case sgd(momentum: Double = 0.9, isNesterov: Bool = false)

    /// Returns the optimizer in its initial state.
    /// - Precondition: ``validate()`` accepts the numbers, and the weight decay is not negative.
    public func optimizer(
        learningRate: Double, weightDecay: Double, groups: [ParameterGroup] = []
    ) -> any Optimizer {
        switch self {
        case .adam(let beta1, let beta2, let epsilon):
            Adam(
                learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                weightDecay: weightDecay, groups: groups)
        case .adamW(let beta1, let beta2, let epsilon):
            AdamW(
                learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                weightDecay: weightDecay, groups: groups)
        case .sgd(let momentum, let isNesterov):
            SGD(
                learningRate: learningRate, momentum: momentum, isNesterov: isNesterov,
                weightDecay: weightDecay, groups: groups)
        }
    }

    /// - Throws: `ConfigurationError` with the key, relative to the choice.
    public func validate() throws(ConfigurationError) {
        switch self {
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
            for (key, value) in [("beta1", beta1), ("beta2", beta2)]
            where !(0..<1).contains(value) {
                throw .invalid(key, expected: "at least 0 and below 1", found: value)
            }
            guard epsilon > 0, epsilon.isFinite else {
                throw .invalid("epsilon", expected: "a positive number", found: epsilon)
            }
        case .sgd(let momentum, let isNesterov):
            guard (0..<1).contains(momentum) else {
                throw .invalid("momentum", expected: "at least 0 and below 1", found: momentum)
            }
            guard !isNesterov || momentum > 0 else {
                throw .invalid(
                    "momentum", expected: "a positive number with isNesterov", found: momentum)
            }
        }
    }
}

extension OptimizerChoice: Codable {
    private enum Kind: String, Codable { case adam, adamW, sgd }

    private enum CodingKeys: String, CodingKey {
        case kind, beta1, beta2, epsilon, momentum, isNesterov
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys, _ usual: Double) throws -> Double {
            try values.decodeIfPresent(Double.self, forKey: key) ?? usual
        }
        switch try values.decode(Kind.self, forKey: .kind) {
        case .adam:
            self = .adam(
                beta1: try number(.beta1, 0.9), beta2: try number(.beta2, 0.999),
                epsilon: try number(.epsilon, 1e-8))
        case .adamW:
            self = .adamW(
                beta1: try number(.beta1, 0.9), beta2: try number(.beta2, 0.999),
                epsilon: try number(.epsilon, 1e-8))
        case .sgd:
            self = .sgd(
                momentum: try number(.momentum, 0.9),
                isNesterov: try values.decodeIfPresent(Bool.self, forKey: .isNesterov) ?? false)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
            let isDecoupled = if case .adamW = self { true } else { false }
            try values.encode(isDecoupled ? Kind.adamW : .adam, forKey: .kind)
            try values.encode(beta1, forKey: .beta1)
            try values.encode(beta2, forKey: .beta2)
            try values.encode(epsilon, forKey: .epsilon)
        case .sgd(let momentum, let isNesterov):
            try values.encode(Kind.sgd, forKey: .kind)
            try values.encode(momentum, forKey: .momentum)
            try values.encode(isNesterov, forKey: .isNesterov)
        }
    }
}
