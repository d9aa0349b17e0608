import CKernels
import GestaltChecks

/// Computes an elementwise function of tensors in one pass over memory.
///
/// ```swift
/// let y = fused(x, r) { x, r in (x * 1.01 + 0.1).gelu() + r }
/// ```
///
/// The closure is called once, on placeholders for the operands; its result is then evaluated in
/// blocks that stay in the first-level cache, on all threads. A chain thus reads its operands once
/// and writes its result once, whereas separate operations read and write memory at each step. The
/// values are identical, to the bit: the kernels are those of the operations on tensors.
///
/// Gradients come from the operands alone: the backward pass evaluates the blocks again, and no
/// intermediate value is kept. A value used twice (`let s = …; s * s`) is computed once.
///
/// Faster from two operations on, when the tensors exceed the caches (a third and less of the time
/// on 16 M elements); below that its cost equals that of separate operations.
///
/// - Shapes: operands broadcast as in arithmetic. An operand of the result's shape, or one repeated
///   along leading axes (a bias `[C]`, one number), is read in place; others are copied first.
/// - Precondition: the shapes broadcast; at most 128 operands and operations.
public func fused<Scalar: FloatingScalar>(
    _ x: Tensor<Scalar>, _ body: (Fused<Scalar>) -> Fused<Scalar>
) -> Tensor<Scalar> {
    fused([x]) { body($0[0]) }
}

/// Computes an elementwise function of two operands in one pass.
public func fused<Scalar: FloatingScalar>(
    _ x: Tensor<Scalar>, _ y: Tensor<Scalar>,
    _ body: (Fused<Scalar>, Fused<Scalar>) -> Fused<Scalar>
) -> Tensor<Scalar> {
    fused([x, y]) { body($0[0], $0[1]) }
}

/// Computes an elementwise function of three operands in one pass.
public func fused<Scalar: FloatingScalar>(
    _ x: Tensor<Scalar>, _ y: Tensor<Scalar>, _ z: Tensor<Scalar>,
    _ body: (Fused<Scalar>, Fused<Scalar>, Fused<Scalar>) -> Fused<Scalar>
) -> Tensor<Scalar> {
    fused([x, y, z]) { body($0[0], $0[1], $0[2]) }
}

/// Computes an elementwise function of any number of operands, at least one, in one pass.
@specialized(where Scalar == Float)
public func fused<Scalar: FloatingScalar>(
    _ operands: [Tensor<Scalar>], _ body: ([Fused<Scalar>]) -> Fused<Scalar>
) -> Tensor<Scalar> {
    require(!operands.isEmpty, "fused: no operands")
    let recorder = FusedRecorder(inputs: operands.count)
    let result = body(operands.indices.map { Fused(recorder: recorder, index: $0) })
    require(
        result.recorder === recorder, "fused: the closure returns a value of another chain")
    var shape = operands[0].shape
    for operand in operands.dropFirst() {
        guard let common = shape.broadcast(with: operand.shape) else {
            stop(
                "fused: shapes \(operands.map(\.shape)) do not broadcast")
        }
        shape = common
    }
    guard result.index >= operands.count else {
        let operand = operands[result.index]
        return operand.shape == shape ? operand : operand.broadcast(to: shape)
    }
    let steps = recorder.steps(endingIn: result.index)
    require(
        operands.count + steps.count <= Int(gk_chain_most_values),
        "fused: \(operands.count) operands and \(steps.count) operations, above 128 in all")
    return FusedChain(shape: shape, steps: steps).apply(operands)
}

/// An element of the tensors in `fused(_:_:)`: the argument of its closure.
///
/// It has the arithmetic and the functions of tensors, and accepts scalars in the same positions.
public struct Fused<Scalar: FloatingScalar> {
    let recorder: FusedRecorder
    let index: Int

    private func unary(_ kind: gk_unary, _ first: Scalar = 0, _ second: Scalar = 0) -> Fused {
        append(
            gk_chain_step(
                is_binary: 0, unary: kind, binary: gk_add, a: Int32(index), b: constant,
                p: Double(first), q: Double(second)))
    }

    private func binary(_ kind: gk_binary, _ other: Fused) -> Fused {
        require(
            other.recorder === recorder, "fused: an operand is a value of another chain")
        return append(
            gk_chain_step(
                is_binary: 1, unary: gk_negate, binary: kind, a: Int32(index),
                b: Int32(other.index), p: 0, q: 0))
    }

    private func binary(_ kind: gk_binary, _ other: Scalar, first: Bool = false) -> Fused {
        append(
            gk_chain_step(
                is_binary: 1, unary: gk_negate, binary: kind, a: first ? constant : Int32(index),
                b: first ? Int32(index) : constant, p: Double(other), q: 0))
    }

    private func append(_ step: gk_chain_step) -> Fused {
        Fused(recorder: recorder, index: recorder.append(step))
    }

    private var constant: Int32 { Int32(gk_chain_constant) }
}

extension Fused {
    public static prefix func - (x: Fused) -> Fused { x.unary(gk_negate) }

    public static func + (a: Fused, b: Fused) -> Fused { a.binary(gk_add, b) }
    public static func - (a: Fused, b: Fused) -> Fused { a.binary(gk_subtract, b) }
    public static func * (a: Fused, b: Fused) -> Fused { a.binary(gk_multiply, b) }
    public static func / (a: Fused, b: Fused) -> Fused { a.binary(gk_divide, b) }

    public static func + (a: Fused, b: Scalar) -> Fused { a.binary(gk_add, b) }
    public static func - (a: Fused, b: Scalar) -> Fused { a.binary(gk_subtract, b) }
    public static func * (a: Fused, b: Scalar) -> Fused { a.binary(gk_multiply, b) }
    public static func / (a: Fused, b: Scalar) -> Fused { a.binary(gk_divide, b) }

    public static func + (a: Scalar, b: Fused) -> Fused { b.binary(gk_add, a, first: true) }
    public static func - (a: Scalar, b: Fused) -> Fused { b.binary(gk_subtract, a, first: true) }
    public static func * (a: Scalar, b: Fused) -> Fused { b.binary(gk_multiply, a, first: true) }
    public static func / (a: Scalar, b: Fused) -> Fused { b.binary(gk_divide, a, first: true) }

    public func exp() -> Fused { unary(gk_exp) }
    public func log() -> Fused { unary(gk_log) }
    public func squareRoot() -> Fused { unary(gk_square_root) }
    public func reciprocalSquareRoot() -> Fused { unary(gk_reciprocal_square_root) }
    public func squared() -> Fused { unary(gk_squared) }
    public func reciprocal() -> Fused { unary(gk_reciprocal) }
    public func abs() -> Fused { unary(gk_abs) }
    public func tanh() -> Fused { unary(gk_tanh) }
    public func erf() -> Fused { unary(gk_erf) }
    public func power(_ exponent: Scalar) -> Fused { unary(gk_power_of, exponent) }
    public func sigmoid() -> Fused { unary(gk_sigmoid) }
    public func relu() -> Fused { unary(gk_relu) }
    public func leakyRelu(slope: Scalar = 0.01) -> Fused { unary(gk_leaky_relu, slope) }
    public func silu() -> Fused { unary(gk_swish, 1) }
    public func softplus() -> Fused { unary(gk_softplus) }

    public func gelu(_ form: GELUForm = .exact) -> Fused {
        switch form {
        case .exact: unary(gk_gelu)
        case .tanh: unary(gk_gelu_tanh)
        case .sigmoid: unary(gk_swish, 1.702)
        }
    }

    /// - Precondition: `min ≤ max`.
    public func clamped(min lowest: Scalar = -.infinity, max highest: Scalar = .infinity) -> Fused {
        require(lowest <= highest, "clamped(min: \(lowest), max: \(highest))")
        return unary(gk_clamp, lowest, highest)
    }
}

/// The steps recorded by a closure of ``fused(_:_:)``.
final class FusedRecorder {
    private let inputs: Int
    private var steps: [gk_chain_step] = []

    init(inputs: Int) { self.inputs = inputs }

    /// Appends a step; returns the number of its value.
    func append(_ step: gk_chain_step) -> Int {
        steps.append(step)
        return inputs + steps.count - 1
    }

    /// Returns the steps that value `last` depends on, ending in it and renumbered without the
    /// others.
    func steps(endingIn last: Int) -> [gk_chain_step] {
        var isUsed = [Bool](repeating: false, count: inputs + steps.count)
        isUsed[last] = true
        for index in steps.indices.reversed() where isUsed[inputs + index] {
            if steps[index].a >= 0 { isUsed[Int(steps[index].a)] = true }
            if steps[index].b >= 0 { isUsed[Int(steps[index].b)] = true }
        }
        var number = (0..<isUsed.count).map(Int32.init)
        var kept: [gk_chain_step] = []
        for index in steps.indices where isUsed[inputs + index] {
            var step = steps[index]
            if step.a >= 0 { step.a = number[Int(step.a)] }
            if step.b >= 0 { step.b = number[Int(step.b)] }
            number[inputs + index] = Int32(inputs + kept.count)
            kept.append(step)
        }
        return kept
    }
}
