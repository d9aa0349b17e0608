internal import CKernels
import GestaltChecks
import GestaltTensor

/// Returns the cross entropy between the softmax of logits and labels.
///
/// For a row x with label y, weights w and smoothing s, with log-softmax ℓ:
/// `−(1 − s) · w[y] · ℓ[y] − s/K · Σ w[k] · ℓ[k]`. The mean divides by the sum of the labels'
/// weights, times the rows' weights. The softmax is never stored: the gradient recomputes it from
/// the row's log-sum-exp.
///
/// - Parameters:
///   - logits: `[…, K]`.
///   - labels: `[…]`, each below K.
///   - labelSmoothing: from 0 to 1.
///   - ignored: a label whose rows are ignored. If all rows are, the mean is 0; without any rows it
///     is NaN.
///   - classWeights: `[K]`, constants.
///   - weights: weights of rows, broadcast to `[…]` (see ``LossReduction``).
/// - Returns: a scalar, or `[…]` without reduction.
/// - Source: Szegedy et al., *Rethinking the Inception Architecture* (2015), section 7; weights and
///   mean as in PyTorch.
public func crossEntropy<Scalar: FloatingScalar>(
    _ logits: Tensor<Scalar>, _ labels: Tensor<Int32>, labelSmoothing: Scalar = 0,
    ignoring ignored: Int32? = nil, classWeights: Tensor<Scalar>? = nil,
    weights: Tensor<Scalar>? = nil, reduction: LossReduction = .mean
) -> Tensor<Scalar> {
    require(
        logits.rank > 0 && Shape(logits.shape.dropLast()) == labels.shape,
        "crossEntropy: logits \(logits.shape) need labels of that shape without the last axis, not \(labels.shape)"
    )
    let classes = logits.shape[-1]
    checkRule(classes: classes, classWeights: classWeights, labelSmoothing: labelSmoothing)
    let classWeights = classWeights?.detached.contiguous()
    let weights = weights.map {
        checkedWeights($0, for: labels.shape, of: "crossEntropy").values
    }
    let total = weightOfLabels(
        labels, classes: classes, ignoring: ignored, classWeights: classWeights, weights: weights)
    var losses = CrossEntropy<Scalar>(
        labels: labels.contiguous(), ignored: ignored ?? .min, smoothing: Double(labelSmoothing),
        weights: classWeights)(logits)
    if let weights { losses = losses * weights }
    guard reduction == .mean else { return reduction(losses) }
    if labels.count == 0 { return losses.mean() }
    return losses.sum() / Scalar(total > 0 ? total : 1)
}

/// Stops on class weights or a smoothing that fit no cross entropy of `classes` classes.
func checkRule<Scalar: FloatingScalar>(
    classes: Int, classWeights: Tensor<Scalar>?, labelSmoothing: Scalar
) {
    require(
        classWeights == nil || classWeights?.shape == [classes],
        "crossEntropy: class weights \(classWeights?.shape ?? []) for \(classes) classes")
    require(
        (0...1).contains(labelSmoothing), "crossEntropy: label smoothing \(labelSmoothing)")
}

/// Returns the sum over all labels that are not ignored of class weight times row weight.
private func weightOfLabels<Scalar: FloatingScalar>(
    _ labels: Tensor<Int32>, classes: Int, ignoring ignored: Int32?,
    classWeights: Tensor<Scalar>?, weights: Tensor<Scalar>?
) -> Double {
    let classWeights = classWeights?.scalars
    let weights = weights?.scalars
    return labels.withScalars { labels in
        var total = 0.0
        for (row, label) in labels.enumerated() where label != ignored {
            require(
                label >= 0 && label < classes,
                "crossEntropy: label \(label) is none of \(classes) classes")
            let ofClass = classWeights.map { Double($0[Int(label)]) } ?? 1
            total += weights.map { Double($0[row]) * ofClass } ?? ofClass
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
        let variant = Scalar.variant
        var value = Tensor<Scalar>(uninitialized: labels.shape) { _ in }
        var normalizer = Tensor<Scalar>(uninitialized: labels.shape) { _ in }
        let (loss, sums) = (value.writablePointer(), normalizer.writablePointer())
        forEachRange(of: x) { rows, x, labels, rule in
            let first = rows.lowerBound
            gk_cross_entropy(variant, rule, x, labels, rows.count, loss + first, sums + first)
        }
        return (value, (x, normalizer))
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ kept: Residual, needs: Needs
    ) -> [Tensor<Scalar>?] {
        let classes = kept.x.shape[-1]
        let variant = Scalar.variant
        let g = cotangent.contiguous()
        var gradient = Tensor<Scalar>(uninitialized: kept.x.shape) { _ in }
        let (dy, sums, dx) = (g.pointer, kept.normalizer.pointer, gradient.writablePointer())
        withExtendedLifetime(g) {
            forEachRange(of: kept.x) { rows, x, labels, rule in
                let first = rows.lowerBound
                gk_cross_entropy_gradient(
                    variant, rule, x, labels, sums + first, dy + first, rows.count,
                    dx + first * classes)
            }
        }
        return [gradient]
    }

    /// Runs `body` on ranges of rows with their first logits and labels, in parallel.
    private func forEachRange(
        of x: Tensor<Scalar>,
        _ body: (
            Range<Int>, UnsafePointer<Scalar>, UnsafePointer<Int32>,
            UnsafePointer<gk_cross_entropy_rule>
        ) -> Void
    ) {
        let classes = x.shape[-1]
        guard !labels.shape.contains(0) else { return }
        let rule = gk_cross_entropy_rule(
            classes: classes, ignored: ignored, smoothing: smoothing,
            weights: weights.map { UnsafeRawPointer($0.pointer) })
        let (logits, ids) = (x.pointer, labels.pointer)
        withExtendedLifetime((x, labels, weights)) {
            withUnsafePointer(to: rule) { rule in
                parallelChunks(
                    count: labels.count, minimumChunk: max(1, parallelThreshold / 4 / classes),
                    alignment: 1
                ) { rows in
                    body(
                        rows, logits + rows.lowerBound * classes, ids + rows.lowerBound, rule)
                }
            }
        }
    }
}
