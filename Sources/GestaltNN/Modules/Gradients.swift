import GestaltChecks
import GestaltTensor

/// Gradients of a model's parameters, by path, in the order of `visit`.
public struct Gradients: Sendable {
    public private(set) var paths: [String]
    public private(set) var tensors: [Tensor<Float>]
    private var places: [String: Int]

    public init(_ pairs: [(path: String, tensor: Tensor<Float>)]) {
        paths = pairs.map(\.path)
        tensors = pairs.map(\.tensor)
        places = Dictionary(
            paths.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The gradient of the parameter at `path`; nil for a frozen or unused parameter.
    public subscript(path path: String) -> Tensor<Float>? { places[path].map { tensors[$0] } }

    /// The root of the sum of all squares.
    public var norm: Float {
        let squares = tensors.reduce(0.0) { $0 + Double($1.squared().sum().scalar) }
        return Float(squares.squareRoot())
    }

    /// Multiplies every gradient by `factor`.
    public mutating func scale(by factor: Float) {
        for index in tensors.indices { tensors[index] = tensors[index] * factor }
    }

    /// Adds the gradients of another pass over the same model; gradients present only in `other`
    /// are copied.
    /// - Precondition: gradients of one path have one shape.
    public mutating func add(_ other: Gradients) {
        for (path, tensor) in zip(other.paths, other.tensors) {
            guard let place = places[path] else {
                places[path] = paths.count
                paths.append(path)
                tensors.append(tensor)
                continue
            }
            require(
                tensor.shape == tensors[place].shape,
                "\(path): gradients of shapes \(tensors[place].shape) and \(tensor.shape)")
            tensors[place] = tensors[place] + tensor
        }
    }

    /// Replaces every gradient by its mean over all ranks.
    /// - Precondition: all ranks have gradients of the same parameters, in the same order.
    public mutating func average(over collectives: any Collectives) {
        guard collectives.size > 1 else { return }
        for index in tensors.indices {
            tensors[index] = collectives.allReduce(tensors[index]) / Float(collectives.size)
        }
    }

    /// Scales all gradients so that their common norm is at most `maximum`.
    /// - Returns: the norm before scaling.
    /// - Source: Pascanu et al. (2013), algorithm 1; the divisor is ‖g‖ + 1e-6 as in PyTorch.
    @discardableResult
    public mutating func clip(norm maximum: Float) -> Float {
        let before = norm
        let factor = maximum / (before + 1e-6)
        if factor < 1 { scale(by: factor) }
        return before
    }

    /// Clamps each element to −limit … limit.
    /// - Precondition: `limit` is positive.
    public mutating func clip(value limit: Float) {
        require(limit > 0, "clip(value: \(limit)): must be positive")
        for index in tensors.indices {
            tensors[index] = tensors[index].clamped(min: -limit, max: limit)
        }
    }
}
