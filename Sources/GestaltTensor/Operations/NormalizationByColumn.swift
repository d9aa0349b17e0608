import CKernels

/// Mean and biased variance of each group of channels, in each segment of a tensor.
struct ColumnStatistics: Sendable {
    let groups: Int
    /// The number of elements per statistic.
    let count: Int
    /// By segment, then group.
    var mean: [Double]
    var variance: [Double]
}

/// `y = (x − μ) / √(σ² + ε) · scale + shift` down the columns of a channels-last tensor,
/// optionally followed by a rectifier, in one pass. Inputs: x, scale `[C]`, shift `[C]`.
///
/// μ and σ² are the specified statistics; when they are those of `x` itself, the gradient includes
/// their dependence on `x`.
struct ColumnNormalization<Scalar: FloatingScalar>: Operation {
    let blocks: ColumnBlocks
    let statistics: ColumnStatistics
    let followsInput: Bool
    let epsilon: Double
    let rectifies: Bool

    typealias Residual = (x: Tensor<Scalar>, scale: Tensor<Scalar>, shift: Tensor<Scalar>)

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let kept = (x: inputs[0].contiguous(), scale: inputs[1], shift: inputs[2])
        let (mean, scale, shift) = affine(kept)
        let (period, variant) = (blocks.period, Scalar.variant)
        let value = Tensor<Scalar>(uninitialized: kept.x.shape) { y in
            guard let y = y.baseAddress else { return }
            kept.x.withScalars { x in
                let x = x.baseAddress!
                withPointers(mean, scale, shift) { mean, scale, shift in
                    blocks.forEachTask { segment, elements in
                        let (at, start) = (segment * period, elements.lowerBound)
                        gk_column_affine(
                            variant, x + start, elements.count, period, mean + at, scale + at,
                            shift + at, rectifies ? 1 : 0, y + start)
                    }
                }
            }
        }
        return (value, kept)
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let dy = cotangent.contiguous()
        let wantsSums = needs[1] || needs[2] || (needs[0] && followsInput)
        let sums = wantsSums ? gradientSums(dy, kept) : []
        return [
            needs[0] ? inputGradient(dy, kept, sums) : nil,
            needs[1] ? scaleGradient(sums) : nil,
            needs[2] ? shiftGradient(sums) : nil,
        ]
    }

    // d scale = Σ g · (x − μ) / √(σ² + ε), over rows and segments.
    private func scaleGradient(_ sums: [Double]) -> Tensor<Scalar> {
        let columns = blocks.columns
        return Tensor(
            (0..<columns).map { column in
                Scalar(
                    (0..<blocks.segments).reduce(0.0) {
                        $0 + sums[(2 * $1 + 1) * columns + column] * inverse(segment: $1, column)
                    })
            })
    }

    private func shiftGradient(_ sums: [Double]) -> Tensor<Scalar> {
        let columns = blocks.columns
        return Tensor(
            (0..<columns).map { column in
                Scalar((0..<blocks.segments).reduce(0.0) { $0 + sums[2 * $1 * columns + column] })
            })
    }

    private func place(_ segment: Int, _ column: Int) -> Int {
        segment * statistics.groups + column / (blocks.columns / statistics.groups)
    }

    /// Returns 1 / √(σ² + ε).
    private func inverse(segment: Int, _ column: Int) -> Double {
        1 / (statistics.variance[place(segment, column)] + epsilon).squareRoot()
    }

    private func affine(_ kept: Residual) -> (mean: [Scalar], scale: [Scalar], shift: [Scalar]) {
        let (scale, shift) = (kept.scale.scalars, kept.shift.scalars)
        return (
            blocks.coefficients { statistics.mean[place($0, $1)] },
            blocks.coefficients { Double(scale[$1]) * inverse(segment: $0, $1) },
            blocks.coefficients { Double(shift[$1]) }
        )
    }

    /// Returns Σ g and Σ g · (x − μ) down the columns of each segment.
    private func gradientSums(_ dy: Tensor<Scalar>, _ kept: Residual) -> [Double] {
        let (mean, scale, shift) = affine(kept)
        let (period, variant) = (blocks.period, Scalar.variant)
        return kept.x.withScalars { x in
            dy.withScalars { dy in
                withPointers(mean, scale, shift) { mean, scale, shift in
                    blocks.sums(of: Scalar.self) { segment, elements, block, sums in
                        let (at, start) = (segment * period, elements.lowerBound)
                        gk_column_affine_sums(
                            variant, x.baseAddress! + start, dy.baseAddress! + start,
                            elements.count, period, mean + at, scale + at, shift + at,
                            rectifies ? 1 : 0, block, sums)
                    }
                }
            }
        }
    }

    /// Computes the input's gradient. With r = 1/√(σ² + ε), m elements per statistic, and sums over
    /// the group: `dx = γ·r·g − r/m · Σ γ·g − (x − μ) · r³/m · Σ γ·g·(x − μ)`; the sums are omitted
    /// for constant statistics.
    private func inputGradient(
        _ dy: Tensor<Scalar>, _ kept: Residual, _ sums: [Double]
    ) -> Tensor<Scalar> {
        let (mean, scale, shift) = affine(kept)
        let (slope, offset) = corrections(kept.scale.scalars, sums)
        let (period, variant) = (blocks.period, Scalar.variant)
        return Tensor(uninitialized: kept.x.shape) { dx in
            guard let dx = dx.baseAddress else { return }
            kept.x.withScalars { x in
                dy.withScalars { dy in
                    let (x, dy) = (x.baseAddress!, dy.baseAddress!)
                    withPointers(mean, scale, shift) { mean, scale, shift in
                        withPointers(slope, offset, offset) { slope, offset, _ in
                            blocks.forEachTask { segment, elements in
                                let (at, start) = (segment * period, elements.lowerBound)
                                gk_column_affine_gradient(
                                    variant, x + start, dy + start, elements.count, period,
                                    mean + at, scale + at, shift + at, slope + at, offset + at,
                                    rectifies ? 1 : 0, dx + start)
                            }
                        }
                    }
                }
            }
        }
    }

    private func corrections(
        _ scale: [Scalar], _ sums: [Double]
    ) -> (slope: [Scalar], offset: [Scalar]) {
        guard followsInput else {
            let zeros: [Scalar] = blocks.coefficients { _, _ in 0 }
            return (zeros, zeros)
        }
        let columns = blocks.columns
        var grouped = [(plain: Double, centered: Double)](
            repeating: (0, 0), count: blocks.segments * statistics.groups)
        for segment in 0..<blocks.segments {
            for column in 0..<columns {
                let (at, factor) = (place(segment, column), Double(scale[column]))
                grouped[at].plain += factor * sums[2 * segment * columns + column]
                grouped[at].centered += factor * sums[(2 * segment + 1) * columns + column]
            }
        }
        let count = Double(statistics.count)
        return (
            blocks.coefficients { segment, column in
                let r = inverse(segment: segment, column)
                return -r * r * r / count * grouped[place(segment, column)].centered
            },
            blocks.coefficients { segment, column in
                -inverse(segment: segment, column) / count * grouped[place(segment, column)].plain
            }
        )
    }
}

extension ColumnBlocks {
    /// Returns mean and biased variance of `groups` groups of neighboring channels, in one pass.
    ///
    /// Squares are taken about the mean of a few rows, which is close enough to the true mean that
    /// little cancels when the variance is formed.
    ///
    /// The sums that a convolution accumulated while writing `x` are used instead if they are
    /// accurate.
    func statistics<Scalar: FloatingScalar>(of x: Tensor<Scalar>, groups: Int) -> ColumnStatistics {
        if segments == 1, groups == columns,
            let known = ChannelSums.gathered(of: x)?.statistics,
            known.groups == groups, known.count == rows
        {
            return known
        }
        let (period, variant) = (self.period, Scalar.variant)
        let (origin, sums) = x.withScalars { x in
            let origin: [Scalar] = sampleMeans(x)
            let sums = origin.withUnsafeBufferPointer { origin in
                self.sums(of: Scalar.self) { segment, elements, block, sums in
                    gk_column_moments(
                        variant, x.baseAddress! + elements.lowerBound, elements.count, period,
                        origin.baseAddress! + segment * period, block, sums)
                }
            }
            return (origin, sums)
        }
        let width = columns / groups
        var result = ColumnStatistics(groups: groups, count: rows * width, mean: [], variance: [])
        for segment in 0..<segments {
            for group in 0..<groups {
                let moments = moments(
                    (group * width..<(group + 1) * width).map { column in
                        (
                            origin: Double(origin[segment * period + column]),
                            first: sums[2 * segment * columns + column],
                            second: sums[(2 * segment + 1) * columns + column]
                        )
                    })
                result.mean.append(moments.mean)
                result.variance.append(moments.variance)
            }
        }
        return result
    }

    /// Returns mean and biased variance of columns together, from each one's sums about its own
    /// origin: first the common mean, then the squares about that.
    private func moments(
        _ sums: [(origin: Double, first: Double, second: Double)]
    ) -> (mean: Double, variance: Double) {
        let count = Double(rows * sums.count)
        let mean = sums.reduce(0) { $0 + $1.first + $1.origin * Double(rows) } / count
        let squares = sums.reduce(0) { sum, column in
            let d = column.origin - mean
            return sum + column.second + 2 * d * column.first + d * d * Double(rows)
        }
        return (mean, max(0, squares / count))
    }

    /// Returns the column means of up to 32 rows spread over each segment, folded.
    private func sampleMeans<Scalar: FloatingScalar>(
        _ x: UnsafeBufferPointer<Scalar>
    ) -> [Scalar] {
        let samples = min(rows, 32)
        return coefficients { segment, column in
            var sum = 0.0
            for sample in 0..<samples {
                let row = segment * rows + sample * rows / samples
                sum += Double(x[row * columns + column])
            }
            return sum / Double(samples)
        }
    }
}

/// Calls `body` with three arrays as pointers.
private func withPointers<Scalar, Result>(
    _ a: [Scalar], _ b: [Scalar], _ c: [Scalar],
    _ body: (UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>) -> Result
) -> Result {
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            c.withUnsafeBufferPointer { c in body(a.baseAddress!, b.baseAddress!, c.baseAddress!) }
        }
    }
}
