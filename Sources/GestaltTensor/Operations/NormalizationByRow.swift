import CKernels

/// `y = (x − μ) · (1 / √(mean of (x − μ)² + ε) + gain) · scale + shift` along the last axis, μ its
/// mean, or 0 when not centered. Inputs: x `[…, width]`, scale `[width]`, and optionally shift
/// `[width]`.
struct RowNormalization<Scalar: FloatingScalar>: Operation {
    let centers: Bool
    let epsilon: Double
    var gain = 0.0

    /// `statistics` holds, for each row, μ and the reciprocal root.
    typealias Residual = (x: Tensor<Scalar>, scale: Tensor<Scalar>, statistics: Tensor<Scalar>)?

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let x = inputs[0].contiguous()
        let width = x.shape[-1]
        let rows = x.count / max(width, 1)
        guard needs.any else { return (normalized(inputs, rows, width, nil), nil) }
        var value: Tensor<Scalar>?
        let statistics = Tensor<Scalar>(uninitialized: [rows, 2]) {
            value = normalized(inputs, rows, width, $0.baseAddress)
        }
        return (value!, (x, inputs[1], statistics))
    }

    private func normalized(
        _ inputs: [Tensor<Scalar>], _ rows: Int, _ width: Int,
        _ statistics: UnsafeMutablePointer<Scalar>?
    ) -> Tensor<Scalar> {
        let variant = Scalar.variant
        let shift = inputs.count > 2 ? inputs[2].contiguous() : nil
        let streams = bypassesCaches(Scalar.self, inputs[0].count)
        return Tensor(uninitialized: inputs[0].shape) { y in
            guard let y = y.baseAddress, rows > 0 else { return }
            inputs[0].withScalars { x in
                inputs[1].withScalars { scale in
                    withExtendedLifetime(shift) {
                        let shift = shift.map { $0.storage.pointer + $0.layout.offset }
                        parallelChunks(
                            count: rows, minimumChunk: max(1, parallelThreshold / width),
                            alignment: 1
                        ) { range in
                            let first = range.lowerBound * width
                            let statistics = statistics.map { $0 + 2 * range.lowerBound }
                            guard streams else {
                                gk_row_normalize(
                                    variant, x.baseAddress! + first, range.count, width,
                                    centers ? 1 : 0, epsilon, gain, scale.baseAddress!, shift,
                                    y + first, statistics)
                                return
                            }
                            let scratch = Storage<Scalar>(count: width)
                            gk_row_normalize_streamed(
                                variant, x.baseAddress! + first, range.count, width,
                                centers ? 1 : 0, epsilon, gain, scale.baseAddress!, shift,
                                y + first, statistics, scratch.pointer)
                            withExtendedLifetime(scratch) {}
                        }
                    }
                }
            }
        }
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        guard let kept else { return [nil, nil, nil] }
        let dy = cotangent.contiguous()
        let dx = needs[0] ? inputGradient(dy, kept) : nil
        guard needs[1] || needs[2] else { return [dx, nil, nil] }
        let width = kept.x.shape[-1]
        let sums = parameterSums(dy, kept)
        return [
            dx,
            needs[1] ? Tensor(sums[..<width].map { Scalar($0) }) : nil,
            needs[2] ? Tensor(sums[width...].map { Scalar($0) }) : nil,
        ]
    }

    // dx = r · (g·γ − mean of g·γ) − (x − μ) · (r − gain)³ · mean of g·γ·(x − μ); the second term
    // only when centered.
    private func inputGradient(
        _ dy: Tensor<Scalar>,
        _ kept: (x: Tensor<Scalar>, scale: Tensor<Scalar>, statistics: Tensor<Scalar>)
    ) -> Tensor<Scalar> {
        let variant = Scalar.variant
        let width = kept.x.shape[-1]
        return Tensor(uninitialized: kept.x.shape) { dx in
            guard let dx = dx.baseAddress else { return }
            kept.x.withScalars { x in
                dy.withScalars { dy in
                    kept.scale.withScalars { scale in
                        kept.statistics.withScalars { statistics in
                            parallelChunks(
                                count: x.count / max(width, 1),
                                minimumChunk: max(1, parallelThreshold / max(width, 1)),
                                alignment: 1
                            ) { range in
                                let first = range.lowerBound * width
                                gk_row_normalize_gradient(
                                    variant, x.baseAddress! + first, dy.baseAddress! + first,
                                    range.count, width, centers ? 1 : 0, gain,
                                    scale.baseAddress!,
                                    statistics.baseAddress! + 2 * range.lowerBound, dx + first)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Returns the gradients of scale and shift, one after the other.
    private func parameterSums(
        _ dy: Tensor<Scalar>,
        _ kept: (x: Tensor<Scalar>, scale: Tensor<Scalar>, statistics: Tensor<Scalar>)
    ) -> [Double] {
        let variant = Scalar.variant
        let width = kept.x.shape[-1]
        let blocks = ColumnBlocks(
            segments: 1, rows: kept.x.count / max(width, 1), columns: width, folding: false)
        return kept.x.withScalars { x in
            dy.withScalars { dy in
                kept.statistics.withScalars { statistics in
                    blocks.sums(of: Scalar.self) { _, elements, block, sums in
                        let start = elements.lowerBound
                        gk_row_normalize_sums(
                            variant, x.baseAddress! + start, dy.baseAddress! + start,
                            elements.count / width, width,
                            statistics.baseAddress! + 2 * (start / width), block, sums)
                    }
                }
            }
        }
    }
}
