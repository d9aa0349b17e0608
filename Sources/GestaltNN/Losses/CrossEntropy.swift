internal import CKernels
import GestaltChecks
import GestaltTensor

/// Cross entropy between the softmax of logits and labels.
///
/// For a row x with label y, weights w and smoothing s, with log-softmax ℓ:
/// `−(1 − s) · w[y] · ℓ[y] − s/K · Σ w[k] · ℓ[k]`. The mean divides by the sum of the labels'
/// weights. The softmax is never stored: the gradient forms it again from the row's log-sum-exp.
///
/// - Parameters:
///   - logits: `[…, K]`.
///   - labels: `[…]`, each below K.
///   - labelSmoothing: from 0 to 1.
///   - ignored: a label whose rows count for nothing. Where all do, the mean is 0; of no
///     row at all it is NaN.
///   - classWeights: `[K]`, constants.
/// - Returns: a number, or `[…]` without reduction.
/// - Source: Szegedy et al., *Rethinking the Inception Architecture* (2015), section 7; weights and
///   mean as in PyTorch.
public func crossEntropy<Scalar: FloatingScalar>(
    _ logits: Tensor<Scalar>, _ labels: Tensor<Int32>, labelSmoothing: Scalar = 0,
    ignoring ignored: Int32? = nil, classWeights: Tensor<Scalar>? = nil,
    reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    require(
        logits.rank > 0 && Shape(logits.shape.dropLast()) == labels.shape,
        "crossEntropy: logits \(logits.shape) need labels of that shape without the last axis, not \(labels.shape)"
    )
    let classes = logits.shape[-1]
    require(
        classWeights == nil || classWeights?.shape == [classes],
        "crossEntropy: class weights \(classWeights?.shape ?? []) for \(classes) classes")
    require(
        (0...1).contains(labelSmoothing), "crossEntropy: label smoothing \(labelSmoothing)")
    let weights = classWeights?.detached.contiguous()
    let total = weightOfLabels(labels, classes: classes, ignoring: ignored, weights: weights)
    let losses = CrossEntropy<Scalar>(
        labels: labels.contiguous(), ignored: ignored ?? .min, smoothing: Double(labelSmoothing),
        weights: weights)(logits)
    guard reduction == .mean else { return reduction(losses) }
    if labels.count == 0 { return losses.mean() }
    return losses.sum() / Scalar(total > 0 ? total : 1)
}

/// The sum of the class weights of all labels that count.
private func weightOfLabels<Scalar: FloatingScalar>(
    _ labels: Tensor<Int32>, classes: Int, ignoring ignored: Int32?, weights: Tensor<Scalar>?
) -> Double {
    let weights = weights?.scalars
    return labels.withScalars { labels in
        var total = 0.0
        for label in labels where label != ignored {
            require(
                label >= 0 && label < classes,
                "crossEntropy: label \(label) is none of \(classes) classes")
            total += weights.map { Double($0[Int(label)]) } ?? 1
        }
        return total
    }
}

/// The losses of single rows.
private struct CrossEntropy<Scalar: FloatingScalar>: Operation {
    let labels: Tensor<Int32>
    let ignored: Int32
    let smoothing: Double
    let weights: Tensor<Scalar>?

    /// The logits, and each row's log-sum-exp.
    typealias Residual = (x: Tensor<Scalar>, normalizer: Tensor<Scalar>)

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Residual) {
        let x = inputs[0].contiguous()
        let classes = x.shape[-1]
        let variant = Scalar.variant
        var normalizer = Tensor<Scalar>(uninitialized: labels.shape) { _ in }
        let value = Tensor<Scalar>(uninitialized: labels.shape) { loss in
            normalizer.withMutableScalars { normalizer in
                withInputs(x) { x, labels, rule in
                    forEachRange(rows: loss.count, classes: classes) { rows in
                        let first = rows.lowerBound
                        withUnsafePointer(to: rule) { rule in
                            gk_cross_entropy(
                                variant, rule, x + first * classes, labels + first, rows.count,
                                loss.baseAddress! + first, normalizer.baseAddress! + first)
                        }
                    }
                }
            }
        }
        return (value, (x, normalizer))
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let classes = kept.x.shape[-1]
        let variant = Scalar.variant
        let dx = Tensor<Scalar>(uninitialized: kept.x.shape) { dx in
            cotangent.withScalars { g in
                kept.normalizer.withScalars { normalizer in
                    withInputs(kept.x) { x, labels, rule in
                        forEachRange(rows: g.count, classes: classes) { rows in
                            let first = rows.lowerBound
                            withUnsafePointer(to: rule) { rule in
                                gk_cross_entropy_gradient(
                                    variant, rule, x + first * classes, labels + first,
                                    normalizer.baseAddress! + first, g.baseAddress! + first,
                                    rows.count, dx.baseAddress! + first * classes)
                            }
                        }
                    }
                }
            }
        }
        return [dx]
    }

    private func withInputs(
        _ x: Tensor<Scalar>,
        _ body: (UnsafePointer<Scalar>, UnsafePointer<Int32>, gk_cross_entropy_rule) -> Void
    ) {
        guard !labels.shape.contains(0) else { return }
        let weights = weights ?? Tensor([])
        weights.withScalars { weights in
            let rule = gk_cross_entropy_rule(
                classes: x.shape[-1], ignored: ignored, smoothing: smoothing,
                weights: weights.isEmpty ? nil : UnsafeRawPointer(weights.baseAddress))
            x.withScalars { x in
                labels.withScalars { labels in body(x.baseAddress!, labels.baseAddress!, rule) }
            }
        }
    }

    private func forEachRange(rows: Int, classes: Int, _ body: (Range<Int>) -> Void) {
        parallelChunks(
            count: rows, minimumChunk: max(1, parallelThreshold / 4 / classes), alignment: 1, body)
    }
}
