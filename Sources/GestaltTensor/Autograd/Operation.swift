import GestaltChecks

/// A differentiable function of tensors: forward and pullback in one type.
///
/// Both receive *detached* tensors, so residuals never reference a tape, and gradient computation
/// is never itself recorded. Operands without a gradient are fields of the operation.
///
/// ```swift
/// struct Squared<Scalar: FloatingScalar>: Operation {
///     func forward(_ x: [Tensor<Scalar>], needs: Needs) -> (value: Tensor<Scalar>, residual: Tensor<Scalar>) {
///         (x[0] * x[0], x[0])
///     }
///     func pullback(_ cotangent: Tensor<Scalar>, _ x: Tensor<Scalar>, needs: Needs) -> [Tensor<Scalar>?] {
///         [cotangent * x * 2]
///     }
/// }
/// let y = Squared()(x)
/// ```
public protocol Operation<Scalar>: Sendable {
    associatedtype Scalar: TensorScalar
    /// The values that the pullback keeps from the forward pass.
    associatedtype Residual

    /// The operation's name in messages: by default the type's, without generic arguments.
    static var name: String { get }

    /// The operation's name in profiles: by default `name`. A type that serves a family of
    /// functions returns the name of the function.
    var label: String { get }

    /// Returns the value and the residual of the pullback. `needs` specifies the inputs that
    /// require gradients; when it is empty the residual is dropped at once, so compute nothing for
    /// it.
    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual)

    /// Returns the gradients of the inputs from the gradient of the value, one entry per input; nil
    /// for an input without a gradient or one that `needs` excludes.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ residual: Residual, needs: Needs
    ) -> [Tensor<Scalar>?]
}

/// The inputs of an operation that require gradients.
public struct Needs: Sendable, Equatable {
    private var bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    public static let none = Needs(bits: 0)

    /// Whether input `index` requires a gradient.
    public subscript(index: Int) -> Bool { bits >> UInt64(Swift.min(index, 63)) & 1 == 1 }
    /// Whether any input requires a gradient, so that the operation is recorded.
    public var any: Bool { bits != 0 }
}

extension Operation {
    public static var name: String {
        let name = String(describing: Self.self)
        return String(name.prefix { $0 != "<" })
    }

    public var label: String { Self.name }

    /// Computes the value; records the operation when an input is tracked.
    /// - Precondition: all tracked inputs are on one tape.
    public func callAsFunction(_ inputs: Tensor<Scalar>...) -> Tensor<Scalar> { apply(inputs) }

    /// Applies the operation to a list of inputs.
    public func apply(_ inputs: [Tensor<Scalar>]) -> Tensor<Scalar> {
        var bits: UInt64 = 0
        for index in inputs.indices where inputs[index].record != nil {
            // Inputs past the 63rd share the last bit: gradients are then computed for all of them.
            bits |= 1 << UInt64(Swift.min(index, 63))
        }
        guard bits != 0 else { return counted(inputs, needs: .none).value }
        // A closure, not a key path: one into a generic type is rebuilt at each use.
        let constants = inputs.map { $0.detached }
        guard let tape = recordingTape(of: inputs, Self.self) else {
            return counted(constants, needs: .none).value
        }
        let needs = Needs(bits: bits)
        let (value, residual) = counted(constants, needs: needs)
        return tape.append(
            value, parents: inputs.map { $0.record?.index ?? -1 }, operation: Self.self
        ) { cotangent in
            countedPullback(cotangent, residual, needs: needs)
        }
    }

    /// Runs `forward`, recorded as a row in the active profiles.
    @inline(__always)
    private func counted(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        guard Profiler.isOn else { return forward(inputs, needs: needs) }
        return Profiler.measure(label, .forward, inputs.map { $0.shape }) {
            forward(inputs, needs: needs)
        } bytes: {
            Profiler.byteCount(inputs + [$0.value])
        }
    }

    /// Runs `pullback`, recorded as a row in the active profiles.
    @inline(__always)
    private func countedPullback(
        _ cotangent: Tensor<Scalar>, _ residual: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard Profiler.isOn else { return pullback(cotangent, residual, needs: needs) }
        return Profiler.measure(label, .pullback, [cotangent.shape]) {
            pullback(cotangent, residual, needs: needs)
        } bytes: {
            Profiler.byteCount([cotangent] + $0.compactMap { $0 })
        }
    }
}

/// Returns the tape of the inputs; nil when none is tracked or recording is suspended on this
/// thread.
private func recordingTape<Scalar: TensorScalar>(
    of inputs: [Tensor<Scalar>], _ operation: any Operation.Type
) -> Tape<Scalar>? {
    var found: Tape<Scalar>?
    for input in inputs {
        guard let tape = input.record?.tape else { continue }
        if let found, found !== tape {
            stop(
                "\(operation.name): operands of two tapes: a gradient closure mixes values of another"
            )
        }
        found = tape
    }
    guard let found else { return nil }
    found.checkThread()
    if let suspension = RecordingSuspension.current {
        suspension.noticed(found)
        return nil
    }
    return found
}
