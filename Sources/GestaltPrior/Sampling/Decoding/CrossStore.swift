internal import CKernels
import GestaltTensor

/// The memory layout of the cross-attention to frames.
struct CrossPlan {
    let head: gk_decode_head
    /// Positions of the frame features.
    let positions: Int
    /// Groups of samples that share a clip's frames: the clip, and its samples.
    let groups: [(clip: Int, samples: Range<Int>)]
    let heads: Int
    let layers: Int

    /// Returns nil for a prior without frames.
    init?(_ weights: DecodingWeights, _ condition: PriorCondition, _ clips: [Int]) {
        let configuration = weights.configuration
        guard let features = condition.features, let conditioning = configuration.conditioning
        else { return nil }
        (heads, layers) = (configuration.heads, configuration.layers)
        positions = features.shape[1]
        head = gk_decode_head(
            width: configuration.width / heads,
            valueWidth: conditioning.encoder.outputWidth / heads, positions: positions,
            format: weights.format.cache)
        var groups: [(clip: Int, samples: Range<Int>)] = []
        for (sample, clip) in clips.enumerated() {
            if let last = groups.last, last.clip == clip {
                groups[groups.count - 1].samples = last.samples.lowerBound..<sample + 1
            } else {
                groups.append((clip, sample..<sample + 1))
            }
        }
        self.groups = groups
    }

    var byteCount: Int {
        HeadStore.byteCount(head, count: layers * groups.count * heads)
    }
}

/// Keys and values of the frame features, projected once per clip and shared by its samples.
struct CrossStore {
    let plan: CrossPlan
    let store: HeadStore
    let ranges: VisibleRanges

    init(
        _ plan: CrossPlan, _ weights: DecodingWeights, _ condition: PriorCondition,
        _ memory: DecodingMemory
    ) {
        self.plan = plan
        store = HeadStore(plan.head, count: plan.layers * plan.groups.count * plan.heads, memory)
        ranges = VisibleRanges(all: plan.positions)
        guard let features = condition.features else { return }
        for (layer, block) in weights.blocks.enumerated() {
            guard let cross = block.cross else { continue }
            for (group, member) in plan.groups.enumerated() {
                // One clip at a time: a product's bits may depend on its number of rows.
                let own = features[member.clip]
                fill(layer, group, keys: own.matmul(cross.key), values: own.matmul(cross.value))
            }
        }
    }

    /// Returns the index of the head of a layer and a group of samples.
    func index(_ layer: Int, _ group: Int, _ head: Int) -> Int {
        (layer * plan.groups.count + group) * plan.heads + head
    }

    /// The number of key and value elements that a step reads.
    var numbersRead: Int {
        plan.layers * plan.groups.count * plan.heads * plan.positions
            * (plan.head.width + plan.head.value_width)
    }

    /// - Parameters:
    ///   - keys: `[positions, width]`.
    ///   - values: `[positions, featureWidth]`.
    private func fill(_ layer: Int, _ group: Int, keys: Tensor<Float>, values: Tensor<Float>) {
        let (width, valueWidth) = (plan.head.width, plan.head.value_width)
        keys.withScalars { k in
            values.withScalars { v in
                for head in 0..<plan.heads {
                    let index = index(layer, group, head)
                    for position in 0..<plan.positions {
                        let place = position * plan.heads + head
                        store.append(
                            index, position: position, key: k.baseAddress! + place * width,
                            value: v.baseAddress! + place * valueWidth)
                    }
                }
            }
        }
    }
}
