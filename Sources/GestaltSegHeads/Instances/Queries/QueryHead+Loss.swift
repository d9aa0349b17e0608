import GestaltNN
import GestaltTensor
import GestaltVideo

extension QueryHead {
    /// The mean of ``setLoss(classes:masks:_:emptyWeight:)`` over all steps; the terms are those of the last.
    public func loss(
        _ latent: Latent, _ targets: InstanceTargets, _ context: Context
    ) -> InstanceLoss {
        let losses = steps(latent, context).map {
            setLoss(classes: $0.classes, masks: $0.masks, targets)
        }
        let sum = losses.dropFirst().reduce(losses[0].total) { $0 + $1.total }
        let last = losses[losses.count - 1]
        return InstanceLoss(
            total: sum / Float(losses.count),
            terms: [
                ("class", last.classes.detached.scalar), ("mask", last.masks.detached.scalar),
                ("dice", last.dice.detached.scalar),
            ])
    }
}

/// Class and mask of a query's instance, from one picture's predictions.
struct QueryDecoding {
    /// Classes of a picture, `[Q, classes]`, and masks, `[Q, H · W]`, as probabilities.
    let classes: Tensor<Float>
    let masks: Tensor<Float>
    let height: Int
    let width: Int

    /// The score below which a query has no instance: far below any threshold, but it keeps lists
    /// of proposals short.
    private static let leastScore: Float = 0.01

    /// The likeliest instance class of each query. Its score is the product of the class's
    /// probability and the mean probability inside the mask, as in the instance segmentation of
    /// Mask2Former; queries with an empty mask are omitted.
    var proposals: InstanceProposals {
        let (classCount, pixels) = (classes.shape[1], height * width)
        var found: [(query: Int32, category: UInt8, score: Float)] = []
        let masks = masks.contiguous()
        masks.withScalars { values in
            classes.withScalars { probabilities in
                for query in 0..<classes.shape[0] {
                    let row = probabilities[(query * classCount)..<((query + 1) * classCount)]
                    let own = Array(row)
                    let category = (1..<classCount).max { own[$0] < own[$1] } ?? 1
                    var (sum, count) = (Float(0), 0)
                    for value in values[(query * pixels)..<((query + 1) * pixels)]
                    where !(value <= 0.5) {
                        sum += value
                        count += 1
                    }
                    guard count > 0 else { continue }
                    let score = own[category] * sum / Float(count)
                    if !(score < Self.leastScore) {
                        found.append((Int32(query), UInt8(category), score))
                    }
                }
            }
        }
        let chosen = masks.gathered(Tensor(found.map(\.query)), axis: 0)
        return InstanceProposals(
            masks: chosen.transposed().contiguous().reshaped([height, width, found.count]),
            classes: found.map(\.category), scores: found.map(\.score))
    }
}
