import GestaltChecks

extension Tensor where Scalar: FloatingScalar {
    /// Returns the quantile `q` of the elements over `axes`, by linear interpolation between the
    /// two nearest in order (NumPy's default). NaN if an element is NaN. Gradients flow to the two
    /// elements.
    /// - Parameter axes: the axes to reduce; nil: all.
    /// - Precondition: 0 ≤ q ≤ 1; at least one element.
    public func quantile(_ q: Double, axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        require((0...1).contains(q), "quantile(\(q)): outside of 0 … 1")
        let set = AxisSet(axes, of: shape)
        let kept = (0..<rank).filter { !set.contains($0) }
        let length = set.reducedCount(shape)
        require(length > 0, "quantile: an axis of \(shape) is empty, and nothing has no quantile")
        let joined = permuted(kept + (0..<rank).filter(set.contains))
            .reshaped(Shape(kept.map { shape[$0] } + [length]))
        let place = q * Double(length - 1)
        let low = Int(place)
        let share = Scalar(place - Double(low))
        let ordered = joined.sorted().values
        var value = ordered[..., low]
        if share > 0 {
            let next = ordered[..., low + 1]
            // The difference of equal infinities is NaN, but their interpolation is the same
            // infinity.
            let isSettled = (value .== next) .& value.isInfinite()
            value = value + ((next - value) * share).replacing(with: 0, where: isSettled)
        }
        // NaN is sorted last.
        let last = ordered[..., -1]
        value = value.replacing(with: last, where: last.isNaN())
        return value.reshaped(set.reduced(shape, keeping: keepingAxes))
    }

    /// Returns the median over `axes` (nil: all); for an even number of elements, the mean of the
    /// two in the middle. See ``quantile(_:axes:keepingAxes:)``.
    public func median(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
        quantile(0.5, axes: axes, keepingAxes: keepingAxes)
    }

    /// Counts the elements in each of `bins` equal parts of a range.
    ///
    /// A part includes its lower edge, the last one both; elements outside and NaN are not counted.
    /// - Parameters:
    ///   - range: the range of the bins; nil: from the smallest to the largest element, or ±½
    ///     around a single value.
    /// - Returns: counts `[bins]` and edges `[bins + 1]`.
    /// - Precondition: at least one bin, a finite range.
    public func histogram(
        bins: Int, in range: ClosedRange<Scalar>? = nil
    ) -> (counts: Tensor<Int64>, edges: Tensor) {
        let (low, high) = bounds(of: range)
        require(
            bins > 0 && (high - low).isFinite,
            "histogram: \(bins) bins from \(low) to \(high)")
        let edges = Tensor.linearSpace(from: low, to: high, count: bins + 1)
        let scale = Scalar(bins) / (high - low)
        let counts = edges.withScalars { edges in
            Tensor<Int64>(uninitialized: [bins]) { counts in
                counts.initialize(repeating: 0)
                withScalars { values in
                    for value in values where value >= low && value <= high {
                        var bin = Swift.min(Int((value - low) * scale), bins - 1)
                        // Rounding may be off by one: the edges are decisive.
                        if value < edges[bin] { bin -= 1 }
                        if bin + 1 < bins && value >= edges[bin + 1] { bin += 1 }
                        counts[bin] += 1
                    }
                }
            }
        }
        return (counts, edges)
    }

    private func bounds(of range: ClosedRange<Scalar>?) -> (low: Scalar, high: Scalar) {
        let (low, high) =
            if let range {
                (range.lowerBound, range.upperBound)
            } else if count > 0 {
                (detached.min().scalar, detached.max().scalar)
            } else {
                (Scalar(0), Scalar(1))
            }
        return low == high ? (low - 0.5, high + 0.5) : (low, high)
    }
}

extension Tensor where Scalar: NumericScalar {
    /// Returns the distinct elements in ascending order; NaN, once, is the last.
    ///
    /// - Returns: values `[k]`; for each element of this tensor its index among the values, of this
    ///   shape; the number of occurrences of each value, `[k]`.
    public func unique() -> (values: Tensor, inverse: Tensor<Int32>, counts: Tensor<Int32>) {
        let (ordered, order) = detached.flattened().sorted()
        var values: [Scalar] = []
        var counts: [Int32] = []
        var inverse = Tensor<Int32>.zeros(shape)
        ordered.withScalars { ordered in
            order.withScalars { order in
                inverse.withMutableScalars { inverse in
                    for (scalar, place) in zip(ordered, order) {
                        // Only NaN differs from itself.
                        let isKnown = values.last.map {
                            $0 == scalar || ($0 != $0 && scalar != scalar)
                        }
                        if isKnown != true {
                            values.append(scalar)
                            counts.append(0)
                        }
                        counts[counts.count - 1] += 1
                        inverse[Int(place)] = Int32(values.count - 1)
                    }
                }
            }
        }
        return (Tensor(values), inverse, Tensor<Int32>(counts))
    }
}
