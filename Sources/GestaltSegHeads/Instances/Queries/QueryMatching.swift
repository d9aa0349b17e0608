import GestaltMetrics
import GestaltNN
import GestaltTensor

/// The assignment of predictions to true instances with the least sum of costs: minus the
/// probability of the class, binary cross entropy and Dice loss of the mask, with the weights of
/// ``SetLoss``.
struct QueryMatching {
    /// The class of each prediction, `[N, Q]`; 0 without an instance.
    private(set) var labels: Tensor<Int32>
    /// Of each pair the prediction, counted over all pictures.
    private(set) var queries: [Int32] = []
    /// Of each pair the row of ``InstanceTargets/membership``, counted over all pictures.
    private(set) var instances: [Int32] = []
    /// Of each pair the picture.
    private(set) var pictures: [Int32] = []
    /// Whether all costs are finite; else nothing is assigned.
    private(set) var isFinite = true

    /// - Parameters: as for ``setLoss(classes:masks:_:)``.
    init<Scalar: FloatingScalar>(
        classes: Tensor<Scalar>, masks: Tensor<Scalar>, _ targets: InstanceTargets
    ) {
        let (count, queryCount) = (classes.shape[0], classes.shape[1])
        let most = targets.membership.shape[1]
        labels = .zeros([count, queryCount])
        guard most > 0 else { return }
        let maskCosts = Self.maskCosts(masks.detached, targets).scalars
        let probabilities = classes.detached.softmax(axis: -1).scalars
        let classCount = classes.shape[2]
        for (picture, own) in targets.classes.enumerated() where !own.isEmpty {
            let costs = (0..<queryCount).flatMap { query in
                own.enumerated().map { place, label in
                    let row = picture * queryCount + query
                    return Double(maskCosts[row * most + place])
                        - Double(probabilities[row * classCount + Int(label)])
                }
            }
            guard costs.allSatisfy(\.isFinite),
                let assignment = Assignment(
                    minimizing: Tensor(shape: [queryCount, own.count], scalars: costs))
            else {
                (isFinite, queries, instances, pictures) = (false, [], [], [])
                return
            }
            add(assignment, of: picture, own, queryCount: queryCount, most: most)
        }
    }

    private mutating func add(
        _ assignment: Assignment, of picture: Int, _ classes: [UInt8], queryCount: Int, most: Int
    ) {
        for pair in assignment.pairs {
            let query = picture * queryCount + pair.row
            queries.append(Int32(query))
            instances.append(Int32(picture * most + pair.column))
            pictures.append(Int32(picture))
            labels.withMutableScalars { $0[query] = Int32(classes[pair.column]) }
        }
    }

    /// Returns the weighted costs of masks, `[N, Q, M]`.
    private static func maskCosts<Scalar: FloatingScalar>(
        _ logits: Tensor<Scalar>, _ targets: InstanceTargets
    ) -> Tensor<Scalar> {
        // Ignored pixels belong to no instance: the truth needs no weights.
        let truth = targets.membership.cast(to: Scalar.self).transposed()
        let weights = targets.weights?.cast(to: Scalar.self).expanded(axis: 1)
        func counted(_ x: Tensor<Scalar>) -> Tensor<Scalar> { weights.map { x * $0 } ?? x }
        let pixels =
            weights?.sum(axes: [2], keepingAxes: true).maximum(1)
            ?? Tensor(Scalar(targets.pixelCount))
        // −t·ln σ(x) − (1 − t)·ln(1 − σ(x)) = ln(1 + eˣ) − t·x.
        let entropy =
            (counted(logits.softplus()).sum(axes: [2], keepingAxes: true) - logits.matmul(truth))
            / pixels
        let p = counted(logits.sigmoid())
        let size = p.sum(axes: [2], keepingAxes: true) + truth.sum(axes: [1], keepingAxes: true)
        let dice = 1 - (2 * p.matmul(truth) + 1) / (size + 1)
        return (entropy + dice) * SetLoss<Scalar>.maskWeight
    }
}
