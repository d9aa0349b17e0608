import GestaltChecks
import GestaltTensor

/// The margins of ``discriminativeLoss(_:_:margins:)``, distances between embeddings.
public struct EmbeddingMargins: Sendable, Hashable {
    /// The distance from the mean of its instance within which a pixel has no loss.
    public var pull: Float
    /// Half the distance between the means of two instances from which on they have no loss.
    public var push: Float

    /// By default the margins of the source.
    public init(pull: Float = 0.5, push: Float = 1.5) {
        self.pull = pull
        self.push = push
    }
}

/// Returns the loss that pulls the embeddings of an instance's pixels together and pushes the means
/// of a picture's instances apart.
///
/// `1/C Σ_c 1/N_c Σ_i max(0, ‖μ_c − e_i‖ − δ_v)²`, plus
/// `1/(C·(C − 1)) Σ_{a≠b} max(0, 2δ_d − ‖μ_a − μ_b‖)²`, plus `0.001/C Σ_c ‖μ_c‖`; the mean over
/// pictures. A picture without instances has no loss, one with a single instance no second term.
/// Background and ignored pixels do not count.
///
/// - Parameters:
///   - embeddings: `[N, P, E]`.
///   - targets: N pictures of P pixels.
/// - Returns: a scalar.
/// - Source: De Brabandere, Neven and Van Gool, *Semantic Instance Segmentation with a
///   Discriminative Loss Function* (2017), equations 1 to 4.
/// - Precondition: the shapes agree.
public func discriminativeLoss<Scalar: FloatingScalar>(
    _ embeddings: Tensor<Scalar>, _ targets: InstanceTargets,
    margins: EmbeddingMargins = EmbeddingMargins()
) -> Tensor<Scalar> {
    require(
        embeddings.rank == 3 && embeddings.shape[0] == targets.count
            && embeddings.shape[1] == targets.pixelCount,
        "discriminativeLoss: embeddings \(embeddings.shape) are not [N, P, E] of \(targets.count) "
            + "pictures of \(targets.pixelCount) pixels")
    let (count, most) = (targets.count, targets.membership.shape[1])
    guard most > 0 else { return .zeros([]) }
    let members = targets.membership.cast(to: Scalar.self)  // [N, M, P]
    let sizes = members.sum(axes: [2], keepingAxes: true)  // [N, M, 1]
    let means = members.matmul(embeddings) / sizes.maximum(1)  // [N, M, E]
    let weights = InstanceWeights<Scalar>(targets.classes, most: most)
    // Each pixel's own mean; 0 where it has none, and its weight is then 0.
    let own = members.transposed().matmul(means)
    let distances = length(embeddings - own, axis: 2)  // [N, P]
    let excess = (distances - Scalar(margins.pull)).relu().squared()
    let pixelWeights = (members * (weights.instances.expanded(axis: 2) / sizes.maximum(1)))
        .sum(axes: [1])
    let pull = (excess * pixelWeights).sum()
    let apart = length(means.expanded(axis: 2) - means.expanded(axis: 1), axis: 3)  // [N, M, M]
    let push = ((2 * Scalar(margins.push) - apart).relu().squared() * weights.pairs).sum()
    let bound = (length(means, axis: 2) * weights.instances).sum()
    return (pull + push + 0.001 * bound) / Scalar(count)
}

/// Euclidean lengths along an axis, with a gradient at 0: the root of squares plus a small term.
private func length<Scalar: FloatingScalar>(
    _ x: Tensor<Scalar>, axis: Int
) -> Tensor<Scalar> {
    (x.squared().sum(axes: [axis]) + 1e-8).squareRoot()
}

/// The weights of instances and of pairs of them, which sum to 1 in each picture.
private struct InstanceWeights<Scalar: FloatingScalar> {
    /// `[N, M]`: 1/C for the C instances of a picture.
    let instances: Tensor<Scalar>
    /// `[N, M, M]`: 1/(C·(C − 1)) for pairs of two instances.
    let pairs: Tensor<Scalar>

    init(_ classes: [[UInt8]], most: Int) {
        var (single, double): ([Scalar], [Scalar]) = ([], [])
        for own in classes {
            let count = own.count
            for a in 0..<most {
                single.append(a < count ? 1 / Scalar(count) : 0)
                for b in 0..<most {
                    let isPair = a != b && a < count && b < count
                    double.append(isPair ? 1 / Scalar(count * (count - 1)) : 0)
                }
            }
        }
        instances = Tensor(shape: [classes.count, most], scalars: single)
        pairs = Tensor(shape: [classes.count, most, most], scalars: double)
    }
}
