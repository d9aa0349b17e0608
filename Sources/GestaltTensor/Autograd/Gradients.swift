import GestaltChecks

/// Returns the value of `body` at `points`, and its gradient with respect to each of them.
///
/// ```swift
/// let (value, gradients) = valueAndGradients(at: [x, y]) { v in (v[0] * v[1]).sum() }
/// ```
/// - Parameter body: receives the points as tracked tensors; returns a tensor of one element.
/// - Returns: the value, and one gradient per point, of the point's shape: zeros where `body` does
///   not depend on it.
public func valueAndGradients<Scalar: FloatingScalar, Failure>(
    at points: [Tensor<Scalar>],
    _ body: ([Tensor<Scalar>]) throws(Failure) -> Tensor<Scalar>
) throws(Failure) -> (value: Tensor<Scalar>, gradients: [Tensor<Scalar>]) {
    let recording = Recording(points)
    let value = try recording.run(body)
    let gradients = recording.gradients(of: value)
    return (
        value.detached,
        zip(points, gradients).map { point, gradient in gradient ?? .zeros(point.shape) }
    )
}

/// Returns the gradients without the value; see ``valueAndGradients(at:_:)``.
public func gradients<Scalar: FloatingScalar, Failure>(
    at points: [Tensor<Scalar>],
    of body: ([Tensor<Scalar>]) throws(Failure) -> Tensor<Scalar>
) throws(Failure) -> [Tensor<Scalar>] {
    try valueAndGradients(at: points, body).gradients
}

/// A fresh tape with its independent variables: the common basis of the gradient functions of
/// tensors and of models.
package final class Recording<Scalar: FloatingScalar> {
    private let tape = Tape<Scalar>()
    /// The points, tracked.
    package let variables: [Tensor<Scalar>]

    package init(_ points: [Tensor<Scalar>]) {
        var variables: [Tensor<Scalar>] = []
        variables.reserveCapacity(points.count)
        for point in points { variables.append(tape.leaf(point.detached)) }
        self.variables = variables
    }

    /// Runs `body` on the variables with recording on, regardless of an enclosing suspension.
    package func run<Result, Failure>(
        _ body: ([Tensor<Scalar>]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try RecordingSuspension.lifted { () throws(Failure) -> Result in try body(variables) }
    }

    // A checkpoint's closure holds tracked tensors, and with them the tape that holds it.
    deinit { tape.discard() }

    /// Returns the gradients of `value`, a tensor of one element, and ends the recording.
    /// - Precondition: `value` has one element.
    package func gradients(of value: Tensor<Scalar>) -> [Tensor<Scalar>?] {
        require(
            value.count == 1,
            "a gradient is taken of one number, not of a tensor of shape \(value.shape): reduce it with sum() or mean()"
        )
        guard let record = value.record, record.tape === tape else {
            return Array(repeating: nil, count: variables.count)
        }
        return tape.sweep(from: record.index, seed: .ones(value.shape), leaves: variables.count)
    }
}
