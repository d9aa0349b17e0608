/// The offsets of the parts of several operands with common outer axes: the matrices of a batch.
///
/// Neighboring axes are merged where every operand permits it, so that most batches become one
/// axis. Stored inline: creating one allocates nothing.
struct BatchWalk: Sendable {
    /// A number for each of up to eight operands.
    typealias Row = InlineArray<8, Int>

    /// The number of parts in the batch.
    let count: Int
    /// Merged axes, innermost first: a length, and the step of every operand.
    private var axes = 0
    private var lengths = InlineArray<8, Int>(repeating: 1)
    private var steps = InlineArray<8, Row>(repeating: Row(repeating: 0))

    /// - Parameters:
    ///   - outer: the lengths of the outer axes.
    ///   - step: the step of an operand along an axis, 0 where it is broadcast.
    init(_ outer: Shape, operands: Int, step: (_ operand: Int, _ axis: Int) -> Int) {
        count = outer.elementCount
        for axis in stride(from: outer.rank - 1, through: 0, by: -1) where outer[axis] != 1 {
            var here = Row(repeating: 0)
            for operand in 0..<operands { here[operand] = step(operand, axis) }
            if axes > 0, Self.continues(here, steps[axes - 1], lengths[axes - 1]) {
                lengths[axes - 1] *= outer[axis]
            } else {
                lengths[axes] = outer[axis]
                steps[axes] = here
                axes += 1
            }
        }
    }

    private static func continues(_ row: Row, _ inner: Row, _ length: Int) -> Bool {
        for operand in 0..<8 where row[operand] != inner[operand] * length { return false }
        return true
    }

    /// Returns the offset of part `index` in every operand, in elements.
    @inline(__always)
    func offsets(at index: Int) -> Row {
        var result = Row(repeating: 0)
        var rest = index
        for axis in 0..<axes {
            let place = axis == axes - 1 ? rest : rest % lengths[axis]
            for operand in 0..<8 { result[operand] += place * steps[axis][operand] }
            if axis < axes - 1 { rest /= lengths[axis] }
        }
        return result
    }
}

extension Tensor {
    /// Returns the step along axis `axis` of `outer`, when this tensor's axes before the last two
    /// broadcast to it.
    func outerStep(_ axis: Int, in outer: Shape) -> Int {
        let own = axis - (outer.rank - (rank - 2))
        return own < 0 || shape[own] == 1 ? 0 : layout.strides[own]
    }
}

extension Shape {
    /// Without the last two axes: the batch of matrices.
    var leadingMatrixAxes: Shape {
        var result: Shape = []
        for axis in 0..<Swift.max(rank - 2, 0) { result.append(self[axis]) }
        return result
    }
}
