import GestaltChecks

/// The part of a tensor of one shape that a subscript selects: a view of its layout.
struct TensorRegion: Sendable {
    /// The selection along an axis of the base, or a new axis (nil).
    private struct Part: Sendable {
        /// The axis of the base; nil for a new one.
        let axis: Int?
        let first: Int
        let count: Int
        let step: Int
        let isDropped: Bool
    }

    let base: Shape
    private let parts: [Part]

    /// - Precondition: at most as many entries as axes, at most one ellipsis, all positions inside.
    init(_ indices: [AxisIndex], of base: Shape) {
        self.base = base
        let named = indices.reduce(0) { $1 == .inserted || $1 == .remaining ? $0 : $0 + 1 }
        let ellipses = indices.reduce(0) { $1 == .remaining ? $0 + 1 : $0 }
        require(
            named <= base.rank && ellipses <= 1,
            "subscript: \(named) indices and \(ellipses) ellipses into shape \(base)")
        var parts: [Part] = []
        var axis = 0
        func takeWhole(_ axes: Int) {
            for _ in 0..<axes {
                parts.append(
                    Part(axis: axis, first: 0, count: base[axis], step: 1, isDropped: false))
                axis += 1
            }
        }
        for index in indices {
            switch index {
            case .inserted:
                parts.append(Part(axis: nil, first: 0, count: 1, step: 1, isDropped: false))
            case .remaining: takeWhole(base.rank - named)
            default:
                parts.append(Self.part(index, axis, base))
                axis += 1
            }
        }
        if ellipses == 0 { takeWhole(base.rank - named) }
        self.parts = parts
    }

    private static func part(_ index: AxisIndex, _ axis: Int, _ base: Shape) -> Part {
        let length = base[axis]
        func inside(_ place: Int) -> Int { place < 0 ? place + length : place }
        var (first, count, step, isDropped) = (0, 0, 1, false)
        switch index {
        case .position(let place): (first, count, isDropped) = (inside(place), 1, true)
        case .range(let lower, let upper, let stride):
            let (low, high) = (inside(lower ?? 0), upper.map(inside) ?? length)
            require(
                low <= high && stride > 0,
                "subscript: \(low)..<\(high) by \(stride) along axis \(axis) of shape \(base)")
            (first, count, step) = (low, (high - low + stride - 1) / stride, stride)
        case .positions(let place, let number, let stride):
            (first, count, step) = (number == 0 ? 0 : inside(place), number, stride)
        case .inserted, .remaining: stop("subscript: \(index) is no part of an axis")
        }
        let last = first + Swift.max(count - 1, 0) * step
        let isInside =
            count == 0 ? 0...length ~= first : first >= 0 && last >= first && last < length
        require(
            isInside && step > 0,
            "subscript: \(count) positions from \(first) by \(step) along axis \(axis) of shape \(base)"
        )
        return Part(axis: axis, first: first, count: count, step: step, isDropped: isDropped)
    }

    /// The region's shape: positions drop their axis, new axes have length 1.
    var shape: Shape { layout(in: Layout(contiguous: base)).shape }

    /// Returns the region as a view of a tensor with this layout.
    func layout(in layout: Layout) -> Layout {
        var result = Layout(
            shape: [], strides: InlineArray(repeating: 0), offset: layout.offset)
        for part in parts {
            if let axis = part.axis { result.offset += part.first * layout.strides[axis] }
            guard !part.isDropped else { continue }
            result.strides[result.shape.rank] =
                part.axis.map { layout.strides[$0] * part.step } ?? 0
            result.shape.append(part.count)
        }
        return result
    }

    /// Writes `value` to the region in `target`, the memory of a contiguous tensor of the base's
    /// shape.
    func write<Scalar>(_ value: Tensor<Scalar>, to target: UnsafeMutablePointer<Scalar>) {
        let layout = layout(in: Layout(contiguous: base))
        let stretched = value.viewed(value.layout.broadcast(to: layout.shape))
        copyElements(from: stretched, to: target, layout: layout)
    }
}

/// A region of a tensor, as a view.
struct SelectRegion<Scalar: TensorScalar>: Operation {
    let region: TensorRegion

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) {
        (x[0].viewed(region.layout(in: x[0].layout)), ())
    }

    // Zeros, with the gradient at the region.
    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        [
            Tensor(uninitialized: region.base) { buffer in
                fill(buffer, with: .zeroScalar)
                guard let target = buffer.baseAddress else { return }
                region.write(cotangent, to: target)
            }
        ]
    }
}

/// A tensor with a region replaced by another tensor, which broadcasts to it.
struct ReplaceRegion<Scalar: TensorScalar>: Operation {
    let region: TensorRegion

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        var result = x[0].copied()
        result.withMutableScalars { buffer in
            guard let target = buffer.baseAddress else { return }
            region.write(x[1], to: target)
        }
        return (result, x[1].shape)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ shape: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let zero = Tensor(Scalar.zeroScalar)
        let outside = ReplaceRegion(region: region)
        let inside = cotangent.viewed(region.layout(in: cotangent.layout))
        return [
            needs[0] ? outside.forward([cotangent, zero], needs: .none).value : nil,
            needs[1] ? summedAway(inside, to: shape) : nil,
        ]
    }
}
