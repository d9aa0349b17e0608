import GestaltChecks
import GestaltNN
import GestaltTensor

/// Returns the segmentation loss of scores against labels.
///
/// One class: binary cross entropy plus one minus the soft Dice coefficient over the batch, labels
/// above 0 being foreground. K classes: cross entropy plus half the Dice loss of each class except
/// the background.
///
/// Weights multiply each pixel's terms in both losses: cross entropy is a weighted mean, Dice a
/// ratio of weighted sums. Ignored pixels have weight 0 and no gradient; with all weights 0, loss
/// and gradients are 0.
///
/// - Parameters:
///   - logits: `[N, H, W, K]`, finite.
///   - labels: `[N, H, W]`.
///   - ignored: the label of ignored pixels; nil counts all. `Clip.masks` and the reports use 255.
///   - weights: broadcast to `[N, H, W]`; not negative, constants. Nil weighs all pixels equally.
/// - Returns: a scalar.
/// - Precondition: the shapes agree; with K > 1 labels are below K or ignored.
public func segmentationLoss(
    _ logits: Tensor<Float>, _ labels: Tensor<UInt8>, ignoring ignored: UInt8? = 255,
    weights: Tensor<Float>? = nil
) -> Tensor<Float> {
    require(
        logits.rank == 4 && Shape(logits.shape.dropLast()) == labels.shape,
        "segmentationLoss: logits \(logits.shape) and labels \(labels.shape) are not [N, H, W, K] "
            + "and [N, H, W]")
    var weights = weights
    // Most batches have no ignored pixel and take the shorter path.
    if let ignored, labels.withScalars({ $0.contains(ignored) }) {
        let counted = map(labels) { $0 == ignored ? Float(0) : 1 }
        weights = weights.map { counted * $0 } ?? counted
    }
    let classes = logits.shape[3]
    if classes == 1 {
        return foregroundLoss(
            logits, map(labels) { $0 > 0 ? 1 : 0 }.expanded(axis: -1), weights)
    }
    // Ignored pixels become background: their weight is 0.
    let ids = map(labels) { label in
        if label == ignored { return Int32(0) }
        require(
            label < classes,
            "segmentationLoss: label \(label) with scores of \(classes) classes")
        return Int32(label)
    }
    return crossEntropy(logits, ids, weights: weights)
        + diceOfClasses(logits, ids.oneHot(depth: classes).cast(to: Float.self), weights)
}

/// Returns the segmentation loss of scores against probabilities, as of soft or teacher labels.
///
/// The terms are those of ``segmentationLoss(_:_:ignoring:weights:)``, which this loss equals for
/// probabilities of 0 and 1. The least loss of soft probabilities is above 0: cross entropy leaves
/// their entropy, Dice favors predictions harder than they are.
///
/// - Parameters:
///   - logits: `[N, H, W, K]`, finite.
///   - probabilities: the same shape: of the foreground for one class, else a distribution over the
///     classes at each pixel; constants.
///   - weights: broadcast to `[N, H, W]`; not negative, constants. 0 ignores a pixel.
/// - Returns: a scalar.
/// - Precondition: the shapes agree.
public func segmentationLoss(
    _ logits: Tensor<Float>, probabilities: Tensor<Float>, weights: Tensor<Float>? = nil
) -> Tensor<Float> {
    require(
        logits.rank == 4 && logits.shape == probabilities.shape,
        "segmentationLoss: logits \(logits.shape) and probabilities \(probabilities.shape) are not "
            + "both [N, H, W, K]")
    if logits.shape[3] == 1 { return foregroundLoss(logits, probabilities, weights) }
    return crossEntropy(logits, probabilities: probabilities, weights: weights)
        + diceOfClasses(logits, probabilities.detached, weights)
}

/// The weight of the Dice losses relative to cross entropy, with several classes.
private let diceShare: Float = 0.5

/// - Parameter targets: `[N, H, W, 1]`.
private func foregroundLoss(
    _ logits: Tensor<Float>, _ targets: Tensor<Float>, _ weights: Tensor<Float>?
) -> Tensor<Float> {
    let perScore = weights.map { $0.broadcast(to: Shape(logits.shape.dropLast())) }
    return binaryCrossEntropy(logits, targets, weights: perScore?.expanded(axis: -1))
        + diceLoss(logits, targets, weights: weights)
}

/// Returns the sum of the Dice losses of all classes except the background, times their share.
///
/// As in ``diceLoss(_:_:classes:over:smoothing:weights:)``, 1 is added to numerator and
/// denominator: an empty prediction of an empty class has no loss.
///
/// - Parameter targets: `[N, H, W, K]`.
private func diceOfClasses(
    _ logits: Tensor<Float>, _ targets: Tensor<Float>, _ weights: Tensor<Float>?
) -> Tensor<Float> {
    let axes = [0, 1, 2]
    let classes = logits.shape[3]
    let t = targets.sliced(1..<classes, axis: -1)
    var p = logits.softmax(axis: -1).sliced(1..<classes, axis: -1)
    var size = t
    if let weights {
        let w = weights.broadcast(to: Shape(logits.shape.dropLast())).expanded(axis: -1).detached
        (p, size) = (p * w, t * w)
    }
    let scores =
        (2 * (p * t).sum(axes: axes) + 1) / (p.sum(axes: axes) + size.sum(axes: axes) + 1)
    return (Float(classes - 1) - scores.sum()) * diceShare
}

private func map<Value: TensorScalar>(
    _ labels: Tensor<UInt8>, _ value: (UInt8) -> Value
) -> Tensor<Value> {
    Tensor(shape: labels.shape, scalars: labels.scalars.map(value))
}
