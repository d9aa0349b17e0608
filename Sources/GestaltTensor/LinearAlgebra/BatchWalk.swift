/// Where the parts of several operands stand that share outer axes: the matrices of a batch.
///
/// Neighbouring axes are merged where every operand lets them, so that most batches become one axis.
struct BatchWalk: Sendable {
    /// The number of parts.
    let count: Int
    /// Merged axes, innermost first: a length, and the step of every operand.
    private var lengths: [Int] = []
    private var steps: [[Int]] = []

    /// - Parameters:
    ///   - axes: the outer axes, outermost first.
    ///   - operands: an operand's steps along them, 0 where it is broadcast.
    init(_ axes: [Int], _ operands: [[Int]]) {
        count = axes.reduce(1, *)
        for axis in axes.indices.reversed() where axes[axis] != 1 {
            let here = operands.map { $0[axis] }
            if let length = lengths.last, let inner = steps.last,
                zip(here, inner).allSatisfy({ $0 == $1 * length })
            {
                lengths[lengths.count - 1] *= axes[axis]
            } else {
                lengths.append(axes[axis])
                steps.append(here)
            }
        }
    }

    /// Elements from the start of operand `operand` to its part `index`.
    @inline(__always)
    func offset(_ operand: Int, at index: Int) -> Int {
        if lengths.count == 1 { return index * steps[0][operand] }
        var rest = index
        var result = 0
        for axis in lengths.indices {
            let length = lengths[axis]
            result += rest % length * steps[axis][operand]
            rest /= length
        }
        return result
    }
}

extension Tensor {
    /// The steps along the axes of `outer` when this tensor's first `axes` axes broadcast to it.
    func outerSteps(_ axes: Int, in outer: Shape) -> [Int] {
        let lead = outer.rank - axes
        return (0..<outer.rank).map { axis in
            axis < lead || shape[axis - lead] == 1 ? 0 : layout.strides[axis - lead]
        }
    }
}
