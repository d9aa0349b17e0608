import GestaltTensor

/// The instances of a picture without overlap: every pixel belongs to one or to none.
public struct SegmentedInstances: Sendable {
    /// `[H, W]`: 0 where there is none, else the id of the instance.
    public let ids: Tensor<UInt8>
    /// The instances by id, from 1 on, without gaps.
    public let instances: [Instance]

    /// One instance.
    public struct Instance: Sendable, Hashable {
        public let id: UInt8
        /// Its class, from 1 on.
        public let category: UInt8
        public let score: Float
        public let pixelCount: Int
    }

    /// The score below which proposals are dropped, by default.
    public static let usualThreshold: Float = 0.5
    /// The share of its mask that an instance must keep next to more confident ones, by default.
    public static let usualVisibility: Float = 0.6

    /// Gives each pixel to the proposal with the largest product of score and probability, among
    /// those with a probability above one half.
    ///
    /// Instances that keep less than `visibility` of their mask are dropped, as duplicates of
    /// others; their pixels belong to none. At most 254 of the most confident are kept.
    ///
    /// - Parameter threshold: the least score.
    /// - Source: Cheng et al., *MaskFormer* (2021), section 3.4.
    public init(
        _ proposals: InstanceProposals, threshold: Float = usualThreshold,
        visibility: Float = usualVisibility
    ) {
        let count = proposals.count
        let kept = (0..<count).filter { proposals.scores[$0] >= threshold }
            .sorted { proposals.scores[$0] > proposals.scores[$1] }.prefix(254)
        let pixels = proposals.height * proposals.width
        var owners = [Int?](repeating: nil, count: pixels)
        var whole = [Int](repeating: 0, count: count)
        var own = whole
        proposals.masks.withScalars { values in
            for pixel in 0..<pixels {
                var best: Float = 0
                var owner: Int?
                for instance in kept {
                    let probability = values[pixel * count + instance]
                    guard probability > 0.5 else { continue }
                    whole[instance] += 1
                    let product = proposals.scores[instance] * probability
                    if product > best { (best, owner) = (product, instance) }
                }
                owners[pixel] = owner
                if let owner { own[owner] += 1 }
            }
        }
        let seen = kept.filter {
            own[$0] > 0 && Float(own[$0]) >= visibility * Float(whole[$0])
        }
        instances = seen.enumerated().map { place, proposal in
            Instance(
                id: UInt8(place + 1), category: proposals.classes[proposal],
                score: proposals.scores[proposal], pixelCount: own[proposal])
        }
        let numbers = Dictionary(
            uniqueKeysWithValues: seen.enumerated().map { ($1, UInt8($0 + 1)) })
        ids = Tensor(
            shape: [proposals.height, proposals.width],
            scalars: owners.map { $0.flatMap { numbers[$0] } ?? 0 })
    }

    /// `[H, W]`: the class of each pixel's instance, 0 where there is none.
    public var classes: Tensor<UInt8> {
        let table = [0] + instances.map(\.category)
        return Tensor(shape: ids.shape, scalars: ids.scalars.map { table[Int($0)] })
    }
}
