import GestaltTensor

/// Moves a model's parameters along their gradients.
///
/// An optimizer is a value: its hyperparameters, and a few tensors for each parameter, kept by
/// path. ``state`` and ``restore(_:)`` carry those through a checkpoint bit for bit.
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
    /// Parameters that are treated otherwise than the rest; the first group that covers one counts.
    var groups: [ParameterGroup] { get set }
    /// What the optimizer remembers of each parameter it has moved: names and tensors.
    var state: [(name: String, tensor: Tensor<Float>)] { get }

    /// Moves every parameter that has a gradient, in place where its memory is not shared.
    /// - Precondition: a gradient has its parameter's shape.
    mutating func update(_ model: inout some Module, with gradients: Gradients)

    /// Takes over what another run remembered.
    /// - Parameter state: as ``state`` gave it; replaces all there was.
    mutating func restore(
        _ state: [(name: String, tensor: Tensor<Float>)]
    ) throws(OptimizerStateError)
}

extension Optimizer {
    /// Sets learning rate and momentum to what `schedule` says for `step`.
    public mutating func follow(_ schedule: Schedule, at step: Int) {
        learningRate = schedule.learningRate(at: step)
        if let scheduled = schedule.momentum(at: step) { momentum = scheduled }
    }
}

/// Some of a model's parameters, and how an optimizer treats them.
public struct ParameterGroup: Sendable, Equatable, Codable {
    /// Which parameters.
    public enum Selection: Sendable, Equatable, Codable {
        /// Those of the modules at these paths.
        case below([String])
        /// Those with one of these last names: `bias`, `shift`.
        case named([String])
        /// Those of at most so many axes: 1 takes biases and the scales of norms.
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
    /// Multiplies the learning rate.
    public var learningRateFactor: Double
    /// Replaces the optimizer's weight decay; nil leaves it.
    public var weightDecay: Double?

    public init(
        _ selection: Selection, learningRateFactor: Double = 1, weightDecay: Double? = nil
    ) {
        self.selection = selection
        self.learningRateFactor = learningRateFactor
        self.weightDecay = weightDecay
    }
}

/// A state that does not fit the optimizer it is given to.
public enum OptimizerStateError: Error, Equatable, CustomStringConvertible {
    /// A tensor whose name this optimizer does not write.
    case unknownName(String)
    /// A parameter of which only a part is there.
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
