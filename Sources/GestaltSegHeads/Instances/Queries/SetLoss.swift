import GestaltChecks
import GestaltNN
import GestaltTensor

/// The loss of a set of predictions against a set of true instances.
public struct SetLoss<Scalar: FloatingScalar>: Sendable {
    /// Cross entropy of classes, binary cross entropy of masks and Dice loss, unweighted.
    public let classes: Tensor<Scalar>
    public let masks: Tensor<Scalar>
    public let dice: Tensor<Scalar>

    /// The weights of ``masks`` and ``dice`` relative to ``classes``, in the loss and in the costs
    /// of matching. Source: Cheng et al., *Masked-attention Mask Transformer* (2022), section 4.1:
    /// 5, 5 and 2.
    static var maskWeight: Scalar { 2.5 }
    /// Returns the weight of the class of a query without an instance, by default: a tenth for 100
    /// queries, as in DETR, and together as much for fewer. Of 16 queries about half have an
    /// instance; with a tenth each, a query with a chance of one in ten to have one would count as
    /// undecided, and those of 0.2 as found.
    static func emptyWeight(queries: Int) -> Scalar { min(1, 10 / Scalar(queries)) }

    /// The weighted sum.
    public var total: Tensor<Scalar> { classes + (masks + dice) * Self.maskWeight }
}

/// Returns the loss of predicted instances, each assigned to at most one true instance so that the
/// sum of costs is the least.
///
/// Predictions without a true instance have class 0, with a weight of its own, and no loss of their
/// masks. Binary cross entropy is the mean over pixels and pairs, Dice loss the mean over
/// pairs. Ignored pixels have no gradient. The assignment itself is a constant for the gradient.
/// Non-finite predictions have the loss NaN.
///
/// - Parameters:
///   - classes: `[N, Q, K]`, before the softmax; class 0 is none.
///   - masks: `[N, Q, P]`, before the sigmoid.
///   - targets: N pictures of P pixels with classes below K. Of more than Q instances in a picture
///     those with the least costs are assigned.
///   - emptyWeight: the weight of class 0 relative to the others; nil for 10 / Q, at most 1.
/// - Source: Carion et al., *DETR* (2020), section 3.1; Cheng et al., *MaskFormer* (2021).
/// - Precondition: the shapes agree.
public func setLoss<Scalar: FloatingScalar>(
    classes: Tensor<Scalar>, masks: Tensor<Scalar>, _ targets: InstanceTargets,
    emptyWeight: Scalar? = nil
) -> SetLoss<Scalar> {
    require(
        classes.rank == 3 && masks.rank == 3 && classes.shape[0] == targets.count
            && masks.shape == [targets.count, classes.shape[1], targets.pixelCount],
        "setLoss: classes \(classes.shape) and masks \(masks.shape) are not [N, Q, K] and "
            + "[N, Q, P] of \(targets.count) pictures of \(targets.pixelCount) pixels")
    let matching = QueryMatching(classes: classes, masks: masks, targets)
    let empty = emptyWeight ?? SetLoss<Scalar>.emptyWeight(queries: classes.shape[1])
    let weights = Tensor<Scalar>((0..<classes.shape[2]).map { $0 == 0 ? empty : 1 })
    let classLoss = crossEntropy(classes, matching.labels, classWeights: weights)
    guard matching.isFinite else {
        return SetLoss(classes: classLoss * .nan, masks: .zeros([]), dice: .zeros([]))
    }
    guard !matching.queries.isEmpty else {
        return SetLoss(classes: classLoss, masks: .zeros([]), dice: .zeros([]))
    }
    let pixels = targets.pixelCount
    func rows<T: TensorScalar>(_ x: Tensor<T>, _ places: [Int32]) -> Tensor<T> {
        x.reshaped([x.count / pixels, pixels]).gathered(Tensor(places), axis: 0)
    }
    let logits = rows(masks, matching.queries)
    let truth = rows(targets.membership, matching.instances).cast(to: Scalar.self)
    let counted = targets.weights.map { rows($0, matching.pictures).cast(to: Scalar.self) }
    return SetLoss(
        classes: classLoss,
        masks: binaryCrossEntropy(logits, truth, weights: counted),
        dice: diceLoss(
            logits.expanded(axis: 2), truth.expanded(axis: 2), over: .image, weights: counted))
}
