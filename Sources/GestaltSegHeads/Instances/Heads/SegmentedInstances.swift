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
    /// others; their pixels go to those of the others that cover them. At most 254 of the most
    /// confident are kept.
    ///
    /// - Parameter threshold: the least score.
    /// - Source: Cheng et al., *MaskFormer* (2021), section 3.4, which leaves the pixels of dropped
    ///   instances empty.
    public init(
        _ proposals: InstanceProposals, threshold: Float = usualThreshold,
        visibility: Float = usualVisibility
    ) {
        let kept = (0..<proposals.count).filter { proposals.scores[$0] >= threshold }
            .sorted { proposals.scores[$0] > proposals.scores[$1] }.prefix(254)
        let claims = PixelClaims(of: Array(kept), in: proposals)
        let seen = kept.filter {
            claims.own[$0] > 0 && Float(claims.own[$0]) >= visibility * Float(claims.whole[$0])
        }
        let final = seen.count == kept.count ? claims : PixelClaims(of: seen, in: proposals)
        instances = seen.enumerated().map { place, proposal in
            Instance(
                id: UInt8(place + 1), category: proposals.classes[proposal],
                score: proposals.scores[proposal], pixelCount: final.own[proposal])
        }
        let numbers = Dictionary(
            uniqueKeysWithValues: seen.enumerated().map { ($1, UInt8($0 + 1)) })
        ids = Tensor(
            shape: [proposals.height, proposals.width],
            scalars: final.owners.map { $0.flatMap { numbers[$0] } ?? 0 })
    }

    /// `[H, W]`: the class of each pixel's instance, 0 where there is none.
    public var classes: Tensor<UInt8> {
        let table = [0] + instances.map(\.category)
        return Tensor(shape: ids.shape, scalars: ids.scalars.map { table[Int($0)] })
    }
}

/// The proposal that each pixel belongs to.
private struct PixelClaims {
    /// Of each pixel its proposal; nil where none covers it.
    private(set) var owners: [Int?]
    /// Of each proposal the number of pixels of its mask, and of those that belong to it.
    private(set) var whole: [Int]
    private(set) var own: [Int]

    /// - Parameter kept: the proposals that take part.
    init(of kept: [Int], in proposals: InstanceProposals) {
        let count = proposals.count
        let pixels = proposals.height * proposals.width
        owners = [Int?](repeating: nil, count: pixels)
        whole = [Int](repeating: 0, count: count)
        own = whole
        proposals.masks.withScalars { values in
            for pixel in 0..<pixels {
                var best: Float = 0
                for instance in kept {
                    let probability = values[pixel * count + instance]
                    guard probability > 0.5 else { continue }
                    whole[instance] += 1
                    let product = proposals.scores[instance] * probability
                    if product > best { (best, owners[pixel]) = (product, instance) }
                }
                if let owner = owners[pixel] { own[owner] += 1 }
            }
        }
    }
}
