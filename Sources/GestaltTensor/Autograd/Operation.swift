import GestaltChecks

/// A differentiable function of tensors: forward and pullback side by side.
///
/// Both receive *detached* tensors, so nothing they keep points back to a tape, and computing a
/// gradient is never itself recorded. What is not differentiated is a field of the operation.
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
    /// What the pullback keeps alive from the forward pass.
    associatedtype Residual

    /// The operation's name in messages: by default the type's, without generic arguments.
    static var name: String { get }

    /// The name of this one in profiles: by default `name`. A type that serves a family of functions
    /// returns the function's.
    var label: String { get }

    /// The value, and what the pullback will want. `needs` tells which inputs gradients are wanted
    /// for; when it is empty the residual is dropped at once, so do no work for it.
    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual)

    /// From the gradient of the value, the gradients of the inputs, one entry an input; nil where
    /// there is none, or where `needs` does not ask for it.
    func pullback(
        _ cotangent: Tensor<Scalar>, _ residual: Residual, needs: Needs
    ) -> [Tensor<Scalar>?]
}

/// Which inputs of an operation gradients are wanted for.
public struct Needs: Sendable, Equatable {
    private var bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    public static let none = Needs(bits: 0)

    /// Whether a gradient of input `index` is wanted.
    public subscript(index: Int) -> Bool { bits >> UInt64(Swift.min(index, 63)) & 1 == 1 }
    /// Whether anything is recorded at all.
    public var any: Bool { bits != 0 }
}

extension Operation {
    public static var name: String {
        let name = String(describing: Self.self)
        return String(name.prefix { $0 != "<" })
    }

    public var label: String { Self.name }

    /// Computes the value; records the operation when an input is tracked.
    /// - Precondition: all tracked inputs stand on one tape.
    public func callAsFunction(_ inputs: Tensor<Scalar>...) -> Tensor<Scalar> { apply(inputs) }

    /// The same for a list of inputs.
    public func apply(_ inputs: [Tensor<Scalar>]) -> Tensor<Scalar> {
        var bits: UInt64 = 0
        for index in inputs.indices where inputs[index].record != nil {
            // Inputs past the 63rd share the last bit: gradients are then made for all of them.
            bits |= 1 << UInt64(Swift.min(index, 63))
        }
        guard bits != 0 else { return counted(inputs, needs: .none).value }
        // A closure, not a key path: one into a generic type is built anew at each use.
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

    /// `forward`, with a row in the profiles that are being taken.
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

    /// `pullback`, with a row in the profiles that are being taken.
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

/// The tape the inputs stand on, unless none does or recording is suspended on this thread.
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
