/// The positions of a tensor's elements in its storage: shape, step per axis, first element.
package struct Layout: Sendable {
    package var shape: Shape
    /// The distances between neighbors along each axis, in elements; 0 along a broadcast axis.
    package var strides: InlineArray<8, Int>
    package var offset: Int

    /// Creates a contiguous row-major layout from the start of the storage.
    package init(contiguous shape: Shape) {
        self.shape = shape
        strides = InlineArray(repeating: 0)
        offset = 0
        var step = 1
        for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
            strides[axis] = step
            step *= shape[axis]
        }
    }

    package init(shape: Shape, strides: InlineArray<8, Int>, offset: Int) {
        self.shape = shape
        self.strides = strides
        self.offset = offset
    }

    /// Whether the elements follow each other in row-major order without gaps.
    package var isContiguous: Bool {
        var step = 1
        for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
            let length = shape[axis]
            if length == 0 { return true }
            if length != 1 && strides[axis] != step { return false }
            step *= length
        }
        return true
    }

    package func permuted(_ axes: [Int]) -> Layout {
        var result = self
        for (new, old) in axes.enumerated() {
            result.shape[new] = shape[old]
            result.strides[new] = strides[old]
        }
        return result
    }

    /// Selects every `step`-th element of `range` along `axis`.
    package func sliced(_ range: Range<Int>, axis: Int, step: Int) -> Layout {
        var result = self
        result.offset += range.lowerBound * strides[axis]
        result.shape[axis] = (range.count + step - 1) / step
        result.strides[axis] *= step
        return result
    }

    /// Repeats the elements along axes of length 1 and new outer axes.
    package func broadcast(to target: Shape) -> Layout {
        var result = Layout(shape: target, strides: InlineArray(repeating: 0), offset: offset)
        let lead = target.rank - shape.rank
        for axis in 0..<shape.rank where shape[axis] == target[axis + lead] {
            result.strides[axis + lead] = shape[axis] == 1 ? 0 : strides[axis]
        }
        return result
    }

    /// Returns the layout of a reshape without a copy, or nil when the elements must move.
    package func reshaped(_ target: Shape) -> Layout? {
        if isContiguous || shape.elementCount == 0 {
            var result = Layout(contiguous: target)
            result.offset = offset
            return result
        }
        // Group axes of both shapes whose products agree; inside a group the old axes must be
        // contiguous.
        var result = Layout(shape: target, strides: InlineArray(repeating: 0), offset: offset)
        var old = 0
        var new = 0
        while old < shape.rank || new < target.rank {
            let (firstOld, firstNew) = (old, new)
            closeGroup(&old, &new, target)
            guard var inner = mergedStride(of: firstOld..<old) else { return nil }
            for axis in (firstNew..<new).reversed() {
                result.strides[axis] = inner
                inner *= target[axis]
            }
        }
        return result
    }

    /// Advances both axes to the end of the next group: the fewest axes of this shape and of
    /// `target` with equal products, and the axes of length 1 after them.
    private func closeGroup(_ old: inout Int, _ new: inout Int, _ target: Shape) {
        var oldCount = 1
        var newCount = 1
        repeat {
            if new == target.rank || (oldCount <= newCount && old < shape.rank) {
                oldCount *= shape[old]
                old += 1
            } else {
                newCount *= target[new]
                new += 1
            }
        } while oldCount != newCount || (old < shape.rank && shape[old] == 1)
            || (new < target.rank && target[new] == 1)
    }

    /// Returns the stride of `axes` as one axis, 0 for a single element; nil when they are not
    /// contiguous among each other.
    private func mergedStride(of axes: Range<Int>) -> Int? {
        var inner: Int?
        var outer = 0
        for axis in axes.reversed() where shape[axis] != 1 {
            if inner != nil, strides[axis] != outer { return nil }
            inner = inner ?? strides[axis]
            outer = strides[axis] * shape[axis]
        }
        return inner ?? 0
    }
}
