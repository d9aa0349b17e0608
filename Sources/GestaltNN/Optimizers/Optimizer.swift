import GestaltTensor

/// An algorithm that updates a model's parameters from their gradients.
///
/// An optimizer is a value type: its hyperparameters, and a few tensors for each parameter, stored
/// by path. ``state`` and ``restore(_:)`` preserve those in a checkpoint bit for bit.
///
/// ```swift
/// var optimizer = AdamW(learningRate: 2e-3)
/// for step in 0..<steps {
///     optimizer.follow(schedule, at: step)
///     let context = Context.training(random: stream.split(UInt64(step)))
///     let result = valueAndGradients(of: model, context) { model, context in
///         binaryCrossEntropy(model(images, context), masks)
///     }
///     optimizer.update(&model, with: result.gradients)
///     result.commitBuffers(to: &model)
/// }
/// ```
public protocol Optimizer: Sendable {
    /// The learning rate of the next update; a group multiplies it by its factor.
    var learningRate: Double { get set }
    /// The weight of the past in the direction of the next update: momentum, or β₁.
    var momentum: Double { get set }
    /// Groups of parameters with separate settings; the first group that covers a parameter
    /// applies.
    var groups: [ParameterGroup] { get set }
    /// The optimizer's state of each updated parameter: names and tensors.
    var state: [NamedTensor<Float>] { get }

    /// Updates every parameter with a gradient, in place if its memory is not shared.
    /// - Precondition: a gradient has its parameter's shape.
    mutating func update(_ model: inout some Module, with gradients: Gradients)

    /// Restores the state of another run.
    /// - Parameter state: a value of ``state``; replaces the current state.
    mutating func restore(
        _ state: [NamedTensor<Float>]
    ) throws(OptimizerStateError)
}

extension Optimizer {
    /// Sets learning rate and momentum to the values of `schedule` at `step`.
    public mutating func follow(_ schedule: Schedule, at step: Int) {
        learningRate = schedule.learningRate(at: step)
        if let scheduled = schedule.momentum(at: step) { momentum = scheduled }
    }
}

/// A subset of a model's parameters with their optimizer settings.
public struct ParameterGroup: Sendable, Equatable, Codable {
    /// The selection of parameters.
    public enum Selection: Sendable, Equatable, Codable {
        /// Parameters of the modules at these paths.
        case below([String])
        /// Parameters whose last name is one of these: `bias`, `shift`.
        case named([String])
        /// Parameters of at most this rank: 1 selects biases and the scales of norms.
        case rank(atMost: Int)

        func covers(_ path: String, _ shape: Shape) -> Bool {
            switch self {
            case .below(let ancestors): Freezing(ancestors).covers(path)
            case .named(let names):
                names.contains { path == $0 || path.hasSuffix("." + $0) }
            case .rank(let most): shape.rank <= most
            }
        }
    }

    public var selection: Selection
    /// The factor of the learning rate.
    public var learningRateFactor: Double
    /// The replacement of the optimizer's weight decay; nil keeps it.
    public var weightDecay: Double?

    public init(
        _ selection: Selection, learningRateFactor: Double = 1, weightDecay: Double? = nil
    ) {
        self.selection = selection
        self.learningRateFactor = learningRateFactor
        self.weightDecay = weightDecay
    }
}

/// A state that does not match the optimizer.
public enum OptimizerStateError: Error, Equatable, CustomStringConvertible {
    /// A tensor with a name unknown to this optimizer.
    case unknownName(String)
    /// A parameter with an incomplete state.
    case incomplete(path: String, missing: String)
    case wrongShape(name: String, expected: [Int], found: [Int])

    public var description: String {
        switch self {
        case .unknownName(let name): "the optimizer has no state named \(name)"
        case .incomplete(let path, let missing):
            "the optimizer state of \(path) lacks \(missing)"
        case .wrongShape(let name, let expected, let found):
            "the optimizer state \(name) has shape \(found), expected \(expected)"
        }
    }
}
