import GestaltChecks

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A tensor with the slices at some positions of its outermost axis replaced.
struct ReplaceSlices<Scalar: TensorScalar>: Operation {
    /// Distinct places in the outermost axis.
    let positions: Tensor<Int32>

    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Shape) {
        var result = x[0].copied()
        result.replaceSlices(at: positions, with: x[1])
        return (result, x[1].shape)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ shape: Shape, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let taken = Gather<Scalar>(indices: positions, axis: 0)
        return [
            needs[0] ? forward([cotangent, Tensor(Scalar.zeroScalar)], needs: .none).value : nil,
            needs[1]
                ? summedAway(taken.forward([cotangent], needs: .none).value, to: shape) : nil,
        ]
    }
}

extension Tensor {
    /// The elements at which `mask` is true, in row-major order, as a vector; for a mask over the
    /// outermost axes only, the selected slices: `[selected, remaining axes…]`.
    ///
    /// Recorded as a lookup. Assigning writes a tensor that broadcasts to the shape of the
    /// selection, or one number (`x[mask] = 0`); it is recorded on tracked tensors.
    /// - Precondition: the mask has the shape of the tensor or of its outermost axes.
    public subscript(mask: Tensor<Bool>) -> Tensor {
        get { masked(mask).gathered(mask.truePositions(), axis: 0) }
        set {
            let (whole, positions) = (shape, mask.truePositions())
            let expected = Shape([positions.count] + shape.dimensions.dropFirst(mask.rank))
            require(
                expected.broadcast(with: newValue.shape) == expected,
                "subscript: a tensor of shape \(newValue.shape) is assigned to masked elements of shape \(expected)"
            )
            guard record == nil && newValue.record == nil else {
                self = ReplaceSlices(positions: positions)(masked(mask), newValue).reshaped(whole)
                return
            }
            _ = masked(mask)  // checks the shapes
            replaceSlices(at: positions, with: newValue, leading: mask.rank)
        }
    }

    @_disfavoredOverload
    public subscript(mask: Tensor<Bool>) -> FillValue<Scalar> {
        @available(*, unavailable, message: "x[mask] is a tensor: read x[mask].scalar")
        get { FillValue(scalar: (self[mask] as Tensor).scalar) }
        set { self[mask] = Tensor(newValue.scalar) }
    }

    /// Returns this tensor with the axes of `mask` merged into one.
    private func masked(_ mask: Tensor<Bool>) -> Tensor {
        require(
            mask.rank <= rank && mask.shape.elementsEqual(shape.dropLast(rank - mask.rank)),
            "subscript: a mask of shape \(mask.shape) for a tensor of shape \(shape)")
        return reshaped(Shape([mask.count] + shape.dimensions.dropFirst(mask.rank)))
    }

    /// Writes `value`, broadcast to them, to the slices at `positions` of the `leading` axes in
    /// row-major order.
    fileprivate mutating func replaceSlices(
        at positions: Tensor<Int32>, with value: Tensor, leading: Int = 1
    ) {
        let rest = shape.dimensions.dropFirst(leading)
        let slices = value.viewed(value.layout.broadcast(to: Shape([positions.count] + rest)))
            .contiguous()
        let width = rest.reduce(1, *)
        guard slices.count > 0 else { return }
        let bytes = width * MemoryLayout<Scalar>.stride
        withMutableScalars { target in
            let to = UnsafeMutableRawPointer(target.baseAddress!)
            let from = UnsafeRawPointer(slices.pointer)
            positions.withScalars { places in
                let places = places.baseAddress!
                parallelChunks(
                    count: positions.count, minimumChunk: Swift.max(1, parallelThreshold / width)
                ) { range in
                    for i in range {
                        memcpy(to + Int(places[i]) * bytes, from + i * bytes, bytes)
                    }
                }
            }
        }
        withExtendedLifetime(slices) {}
    }
}

extension Tensor<Bool> {
    /// Returns the positions of true elements, counted in row-major order, ascending.
    /// - Precondition: fewer than 2³¹ elements.
    public func truePositions() -> Tensor<Int32> {
        require(count <= Int(Int32.max), "truePositions: \(shape) has more places than an Int32")
        return withScalars { flags in
            var total = 0
            for flag in flags where flag { total += 1 }
            return Tensor<Int32>(uninitialized: [total]) { places in
                var next = 0
                for (place, flag) in flags.enumerated() where flag {
                    places[next] = Int32(place)
                    next += 1
                }
            }
        }
    }
}
