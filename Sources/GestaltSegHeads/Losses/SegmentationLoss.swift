import GestaltChecks
import GestaltNN
import GestaltTensor

/// Returns the segmentation loss of scores against labels.
///
/// One class: binary cross entropy plus one minus the soft Dice coefficient over the batch, labels
/// above 0 being foreground. K classes: cross entropy plus half the Dice loss of each class except
/// the background.
///
/// Ignored pixels are excluded from the loss; the gradients of their scores are 0. With all pixels
/// ignored, loss and gradients are 0.
///
/// - Parameters:
///   - logits: `[N, H, W, K]`, finite.
///   - labels: `[N, H, W]`.
///   - ignored: the label of ignored pixels; nil counts all. `Clip.masks` and the reports use 255.
/// - Returns: a scalar.
/// - Precondition: the shapes agree; with K > 1 labels are below K or ignored.
public func segmentationLoss(
    _ logits: Tensor<Float>, _ labels: Tensor<UInt8>, ignoring ignored: UInt8? = 255
) -> Tensor<Float> {
    require(
        logits.rank == 4 && Shape(logits.shape.dropLast()) == labels.shape,
        "segmentationLoss: logits \(logits.shape) and labels \(labels.shape) are not [N, H, W, K] "
            + "and [N, H, W]")
    let classes = logits.shape[3]
    // Most batches have no ignored pixel and take the shorter path.
    let present = labels.withScalars { ids in ids.first { $0 == ignored } }
    return classes == 1
        ? foregroundLoss(logits, labels, present) : classLoss(logits, labels, classes, present)
}

/// The weight of the Dice losses relative to cross entropy, with several classes.
private let diceShare: Float = 0.5

private func foregroundLoss(
    _ logits: Tensor<Float>, _ labels: Tensor<UInt8>, _ ignored: UInt8?
) -> Tensor<Float> {
    let targets = map(labels) { $0 > 0 ? 1 : 0 }.reshaped(logits.shape)
    guard let ignored else {
        return binaryCrossEntropy(logits, targets) + diceLoss(logits, targets)
    }
    let counted = map(labels) { $0 == ignored ? 0 : 1 }.reshaped(logits.shape)
    let kept = targets * counted
    let losses = binaryCrossEntropy(logits, kept, reduction: .none) * counted
    let mean = losses.sum() / max(1, counted.sum().scalar)
    return mean + 1 - softDice(logits.sigmoid() * counted, kept)
}

private func classLoss(
    _ logits: Tensor<Float>, _ labels: Tensor<UInt8>, _ classes: Int, _ ignored: UInt8?
) -> Tensor<Float> {
    let none = Int32(classes)
    let known = Tensor<Int32>(
        shape: labels.shape,
        scalars: labels.scalars.map { label in
            if label == ignored { return none }
            require(
                Int32(label) < none,
                "segmentationLoss: label \(label) with scores of \(classes) classes")
            return Int32(label)
        })
    let crossEntropy = crossEntropy(logits, known, ignoring: none)
    // The extra class removes the ignored pixels from every target.
    let targets = known.oneHot(depth: classes + 1).cast(to: Float.self)
    let counted = 1 - targets.sliced(classes..<classes + 1, axis: -1)
    let likelihood = logits.softmax(axis: -1) * counted
    let dice = softDice(
        likelihood.sliced(1..<classes, axis: -1), targets.sliced(1..<classes, axis: -1))
    return crossEntropy + (Float(classes - 1) - dice) * diceShare
}

/// Returns the soft Dice coefficient of each class of `[N, H, W, K]` over the batch, summed; 1 is
/// added to numerator and denominator, as in ``diceLoss``, so that an empty prediction of an empty
/// class scores 1.
private func softDice(_ p: Tensor<Float>, _ t: Tensor<Float>) -> Tensor<Float> {
    let axes = [0, 1, 2]
    return ((2 * (p * t).sum(axes: axes) + 1) / (p.sum(axes: axes) + t.sum(axes: axes) + 1)).sum()
}

private func map(_ labels: Tensor<UInt8>, _ value: (UInt8) -> Float) -> Tensor<Float> {
    Tensor(shape: labels.shape, scalars: labels.scalars.map(value))
}
