import CKernels

/// Elementwise arithmetic of two tensors whose shapes broadcast.
///
/// Source of the broadcasting rule: NumPy; axes are matched from the end, length 1 stretches.
struct Binary<Scalar: FloatingScalar>: Operation {
    enum Kind: UInt32, CaseIterable { case add, subtract, multiply, divide, maximum, minimum, power }
    let kind: Kind

    typealias Residual = (a: Tensor<Scalar>?, b: Tensor<Scalar>?, shapes: (Shape, Shape))

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let keeps: (Bool, Bool) =
            switch kind {
            case .add, .subtract: (false, false)
            case .multiply: (needs[1], needs[0])
            case .divide: (needs[1], needs.any)
            case .maximum, .minimum, .power: (needs.any, needs.any)
            }
        return (
            combined(kind, x[0], x[1]),
            (keeps.0 ? x[0] : nil, keeps.1 ? x[1] : nil, (x[0].shape, x[1].shape))
        )
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let (first, second) = partials(cotangent, kept, needs)
        return [first?.summed(to: kept.shapes.0), second?.summed(to: kept.shapes.1)]
    }

    /// The gradients before broadcast axes are summed away.
    private func partials(
        _ g: Tensor<Scalar>, _ kept: Residual, _ needs: Needs
    ) -> (Tensor<Scalar>?, Tensor<Scalar>?) {
        switch kind {
        case .add: return (needs[0] ? g : nil, needs[1] ? g : nil)
        case .subtract: return (needs[0] ? g : nil, needs[1] ? -g : nil)
        case .multiply: return (needs[0] ? g * kept.b! : nil, needs[1] ? g * kept.a! : nil)
        case .divide:
            let scaled = g / kept.b!
            return (needs[0] ? scaled : nil, needs[1] ? -(scaled * (kept.a! / kept.b!)) : nil)
        case .maximum, .minimum:
            // A tie sends the whole gradient to the first operand.
            let first = kind == .maximum ? kept.a!.greaterOrEqual(kept.b!) : kept.a!.lessOrEqual(kept.b!)
            let zero = Tensor<Scalar>(0)
            return (
                needs[0] ? g.replacing(with: zero, where: !first) : nil,
                needs[1] ? g.replacing(with: zero, where: first) : nil
            )
        case .power:
            let (a, b) = (kept.a!, kept.b!)
            let first = needs[0] ? g * b * combined(.power, a, b - 1) : nil
            // d/db aᵇ = aᵇ·ln a, which is 0 at a = 0 for b > 0.
            let zero = Tensor<Scalar>(0)
            let second = needs[1]
                ? g * (combined(.power, a, b) * a.log()).replacing(with: zero, where: a.equal(zero))
                : nil
            return (first, second)
        }
    }
}

extension Tensor where Scalar: FloatingScalar {
    public static func + (a: Tensor, b: Tensor) -> Tensor { Binary(kind: .add)(a, b) }
    public static func - (a: Tensor, b: Tensor) -> Tensor { Binary(kind: .subtract)(a, b) }
    public static func * (a: Tensor, b: Tensor) -> Tensor { Binary(kind: .multiply)(a, b) }
    public static func / (a: Tensor, b: Tensor) -> Tensor { Binary(kind: .divide)(a, b) }

    public static func + (a: Tensor, b: Scalar) -> Tensor { a + Tensor(b) }
    public static func - (a: Tensor, b: Scalar) -> Tensor { a - Tensor(b) }
    public static func * (a: Tensor, b: Scalar) -> Tensor { a * Tensor(b) }
    public static func / (a: Tensor, b: Scalar) -> Tensor { a / Tensor(b) }

    public static func + (a: Scalar, b: Tensor) -> Tensor { Tensor(a) + b }
    public static func - (a: Scalar, b: Tensor) -> Tensor { Tensor(a) - b }
    public static func * (a: Scalar, b: Tensor) -> Tensor { Tensor(a) * b }
    public static func / (a: Scalar, b: Tensor) -> Tensor { Tensor(a) / b }

    /// The larger of both, element by element. NaN on either side gives NaN; a tie sends its
    /// gradient to the receiver.
    public func maximum(_ other: Tensor) -> Tensor { Binary(kind: .maximum)(self, other) }

    /// The smaller of both, element by element; see ``maximum(_:)``.
    public func minimum(_ other: Tensor) -> Tensor { Binary(kind: .minimum)(self, other) }

    /// `selfᵉ`, element by element. The gradient with respect to the exponent needs a base ≥ 0.
    public func power(_ exponent: Tensor) -> Tensor { Binary(kind: .power)(self, exponent) }
    public func power(_ exponent: Scalar) -> Tensor { power(Tensor(exponent)) }

    public static func += (a: inout Tensor, b: Tensor) { a = a + b }
    public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
    public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
    public static func /= (a: inout Tensor, b: Tensor) { a = a / b }

    /// The sum over the axes along which `shape` was broadcast to this tensor's shape.
    package func summed(to shape: Shape) -> Tensor {
        guard self.shape != shape else { return self }
        let lead = rank - shape.rank
        let axes = (0..<rank).filter { $0 < lead || (shape[$0 - lead] == 1 && self.shape[$0] != 1) }
        return sum(axes: axes, keepingAxes: true).reshaped(shape)
    }

    /// Adds in place where the memory is this tensor's own; not recorded.
    package mutating func add(_ other: Tensor) {
        precondition(shape == other.shape, "add: \(shape) and \(other.shape)")
        let addend = other.contiguous()
        let variant = Scalar.variant
        addend.withScalars { x in
            withMutableScalars { y in
                let (from, to) = (x.baseAddress!, y.baseAddress!)
                parallelChunks(count: x.count, minimumChunk: parallelThreshold) { range in
                    gk_accumulate(
                        variant, from + range.lowerBound, to + range.lowerBound, range.count)
                }
            }
        }
    }
}

/// The value of an elementwise operation, not recorded.
func combined<Scalar: FloatingScalar>(
    _ kind: Binary<Scalar>.Kind, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) -> Tensor<Scalar> {
    guard let shape = a.shape.broadcast(with: b.shape) else {
        preconditionFailure("\(kind): shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    let operation = gk_binary(kind.rawValue)
    let variant = Scalar.variant
    // Operands in the forms the kernels walk: dense, one element, or repeated down the rows.
    let (x, y) = (Operand(a, in: shape), Operand(b, in: shape))
    return Tensor(uninitialized: shape) { result in
        guard !result.isEmpty else { return }
        let target = result.baseAddress!
        x.tensor.withScalars { p in
            y.tensor.withScalars { q in
                let (p, q) = (p.baseAddress!, q.baseAddress!)
                if x.form == .repeated || y.form == .repeated {
                    let swapped = x.form == .repeated
                    let (dense, row) = swapped ? (q, p) : (p, q)
                    let length = swapped ? x.tensor.count : y.tensor.count
                    parallelChunks(
                        count: result.count / length,
                        minimumChunk: max(1, parallelThreshold / length), alignment: 1
                    ) { rows in
                        let first = rows.lowerBound * length
                        gk_binary_repeated(
                            variant, operation, dense + first, row, swapped ? 1 : 0,
                            target + first, rows.count, length)
                    }
                    return
                }
                let steps = (x.form == .dense ? 1 : 0, y.form == .dense ? 1 : 0)
                parallelChunks(count: result.count, minimumChunk: parallelThreshold) { range in
                    let first = range.lowerBound
                    gk_binary_rows(
                        variant, operation, p + first * steps.0, steps.0 == 1 ? gk_dense : gk_constant,
                        q + first * steps.1, steps.1 == 1 ? gk_dense : gk_constant,
                        target + first, range.count)
                }
            }
        }
    }
}

/// An operand of a broadcast pass, in a form the kernels walk.
private struct Operand<Scalar: TensorScalar> {
    enum Form { case dense, constant, repeated }
    let tensor: Tensor<Scalar>
    let form: Form

    init(_ tensor: Tensor<Scalar>, in shape: Shape) {
        let lead = shape.rank - tensor.rank
        if tensor.shape == shape || tensor.count == shape.elementCount {
            (self.tensor, form) = (tensor.contiguous(), .dense)
        } else if tensor.count == 1 {
            (self.tensor, form) = (tensor.contiguous(), .constant)
        } else if let first = (0..<tensor.rank).first(where: { tensor.shape[$0] != 1 }),
            (first..<tensor.rank).allSatisfy({ tensor.shape[$0] == shape[$0 + lead] })
        {
            (self.tensor, form) = (tensor.contiguous(), .repeated)
        } else {
            (self.tensor, form) = (tensor.viewed(tensor.layout.broadcast(to: shape)).copied(), .dense)
        }
    }
}
