import CKernels
import GestaltChecks

extension RandomStream {
    /// Elements of a kernel's batch; ranges of a parallel draw begin at its multiples.
    private static let batch = 64
    private static let smallestRange = 1 << 14

    /// Draws independent numbers uniformly from `range`.
    /// - Precondition: `range` is not empty and its bounds are finite.
    public mutating func uniform<Scalar: FloatingScalar>(
        _ shape: Shape, in range: Range<Scalar> = 0..<1
    ) -> Tensor<Scalar> {
        checkBounds(range)
        let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
        let below = Double(range.upperBound.nextDown)
        let (key, path, variant) = (key, path, Scalar.variant)
        return drawn(shape) { block, target, count in
            gk_random_uniform(variant, key, path, block, low, high, below, target, count)
        }
    }

    /// Draws independent numbers from the normal distribution.
    /// - Precondition: `standardDeviation` is not negative.
    public mutating func normal<Scalar: FloatingScalar>(
        _ shape: Shape, mean: Scalar = 0, standardDeviation: Scalar = 1
    ) -> Tensor<Scalar> {
        require(standardDeviation >= 0, "normal: standard deviation \(standardDeviation)")
        let (center, deviation) = (Double(mean), Double(standardDeviation))
        let (key, path, variant) = (key, path, Scalar.variant)
        return drawn(shape) { block, target, count in
            gk_random_normal(variant, key, path, block, center, deviation, target, count)
        }
    }

    /// Draws independent numbers from the truncated normal distribution: values further from the
    /// mean than `limit` standard deviations are drawn again. (The result's own standard deviation
    /// is smaller: 0.88 of `standardDeviation` for a limit of 2.)
    /// - Precondition: `standardDeviation` is not negative, `limit` at least 0.1.
    public mutating func truncatedNormal<Scalar: FloatingScalar>(
        _ shape: Shape, mean: Scalar = 0, standardDeviation: Scalar = 1, limit: Scalar = 2
    ) -> Tensor<Scalar> {
        require(
            standardDeviation >= 0 && limit >= Scalar(0.1),
            "truncatedNormal: standard deviation \(standardDeviation), limit \(limit)")
        var drawn: Tensor<Scalar> = normal([shape.elementCount])
        return Tensor(uninitialized: shape) { target in
            var filled = 0
            while filled < target.count {
                drawn.withScalars { candidates in
                    for value in candidates where abs(value) <= limit {
                        guard filled < target.count else { return }
                        target[filled] = mean + standardDeviation * value
                        filled += 1
                    }
                }
                if filled < target.count {
                    drawn = normal([max(Self.batch, (target.count - filled) * 2)])
                }
            }
        }
    }

    /// Draws independent truth values, true with the given probability.
    /// - Precondition: 0 ≤ `probability` ≤ 1.
    public mutating func bernoulli(_ shape: Shape, probability: Double) -> Tensor<Bool> {
        require((0...1).contains(probability), "bernoulli: probability \(probability)")
        let threshold = UInt64((probability * 0x1p32).rounded())
        let (key, path, variant) = (key, path, Float.variant)
        let first = advance((shape.elementCount + 3) / 4)
        return Tensor<Bool>(uninitialized: shape) { result in
            guard let base = result.baseAddress else { return }
            let bytes = UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt8.self)
            parallelChunks(
                count: result.count, minimumChunk: Self.smallestRange, alignment: Self.batch
            ) { range in
                gk_random_flags(
                    variant, key, path, first &+ UInt64(range.lowerBound / 4), threshold,
                    bytes + range.lowerBound, range.count)
            }
        }
    }

    /// Draws independent integers uniformly from `range`.
    /// - Precondition: `range` is not empty and lies within `Int32`.
    public mutating func integers(_ shape: Shape, in range: Range<Int>) -> Tensor<Int32> {
        require(
            !range.isEmpty && Int32(exactly: range.lowerBound) != nil
                && Int32(exactly: range.upperBound - 1) != nil,
            "integers(in: \(range)): the range must be within Int32 and not empty")
        return Tensor(uninitialized: shape) { target in
            for index in target.indices { target[index] = Int32(integer(in: range)) }
        }
    }

    /// Draws a uniformly distributed permutation of 0 ..< n by the Fisher–Yates shuffle.
    /// - Precondition: 0 ≤ n < 2³¹.
    public mutating func permutation(_ n: Int) -> Tensor<Int32> {
        require(n >= 0 && n <= Int(Int32.max), "permutation(\(n))")
        return Tensor(uninitialized: [n]) { order in
            for index in 0..<n { order[index] = Int32(index) }
            for index in stride(from: n - 1, to: 0, by: -1) {
                order.swapAt(index, integer(in: 0..<index + 1))
            }
        }
    }

    /// Draws indices along the last axis with the probabilities softmax(logits).
    /// - Parameter logits: `[…, K]`; −∞ excludes an index.
    /// - Returns: `[…]`.
    /// - Precondition: at least one axis; K > 0. Every row has a finite logit.
    public mutating func categorical<Scalar: FloatingScalar>(
        _ logits: Tensor<Scalar>
    ) -> Tensor<Int32> {
        require(
            logits.rank > 0 && logits.shape[-1] > 0, "categorical: logits of shape \(logits.shape)")
        let shape = logits.shape.removing(axis: -1)
        let classes = logits.shape[-1]
        let numbers: Tensor<Double> = uniform([shape.elementCount])
        let variant = Scalar.variant
        return Tensor(uninitialized: shape) { target in
            guard let y = target.baseAddress, !target.isEmpty else { return }
            logits.withScalars { x in
                numbers.withScalars { u in
                    let (x, u) = (x.baseAddress!, u.baseAddress!)
                    parallelChunks(
                        count: target.count, minimumChunk: max(1, Self.smallestRange / classes),
                        alignment: 1
                    ) { rows in
                        let first = rows.lowerBound
                        gk_random_categorical(
                            variant, x + first * classes, u + first, rows.count, classes, y + first)
                    }
                }
            }
        }
    }

    /// Returns a tensor whose elements `fill` writes, in ranges that begin at a block.
    private mutating func drawn<Scalar: FloatingScalar>(
        _ shape: Shape, _ fill: (UInt64, UnsafeMutablePointer<Scalar>, Int) -> Void
    ) -> Tensor<Scalar> {
        if drawsPlaceholders { return Tensor(Scalar.zeroScalar).broadcast(to: shape) }
        let perBlock = 16 / MemoryLayout<Scalar>.stride
        let first = advance((shape.elementCount + perBlock - 1) / perBlock)
        return Tensor(uninitialized: shape) { result in
            guard let base = result.baseAddress else { return }
            parallelChunks(
                count: result.count, minimumChunk: Self.smallestRange, alignment: Self.batch
            ) { range in
                fill(
                    first &+ UInt64(range.lowerBound / perBlock), base + range.lowerBound,
                    range.count)
            }
        }
    }
}
