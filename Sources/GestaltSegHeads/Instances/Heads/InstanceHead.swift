import GestaltMedia
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A map from a ``Latent`` to instances: objects apart, each with a mask and a class of its own.
///
/// Heads differ in what they compute between latent and instances, so each defines its own loss and
/// decoding.
public protocol InstanceHead: Module {
    /// The shape of the latents it was built for.
    var latentShape: LatentShape { get }
    /// The number of classes, background included.
    var classes: Int { get }
    /// Returns the loss of a batch.
    /// - Parameter targets: of the latent's frames, of their size.
    func loss(
        _ latent: Latent, _ targets: InstanceTargets, _ context: Context
    ) -> InstanceLoss
    /// Returns the instances of each frame, at the frames' size.
    func proposals(_ latent: Latent) -> [InstanceProposals]
}

/// The loss of an instance head.
public struct InstanceLoss: Sendable {
    /// A scalar.
    public let total: Tensor<Float>
    /// Its terms by name, for logs; their weights are the head's.
    public let terms: [(name: String, value: Float)]

    public init(total: Tensor<Float>, terms: [(name: String, value: Float)] = []) {
        self.total = total
        self.terms = terms
    }
}

/// The instances that a model proposes for a picture; masks may overlap.
public struct InstanceProposals: Sendable {
    /// `[H, W, M]`: the probability that a pixel belongs to each instance.
    public let masks: Tensor<Float>
    /// The class of each instance, from 1 on.
    public let classes: [UInt8]
    /// The confidence in each instance, 0…1.
    public let scores: [Float]

    public init(masks: Tensor<Float>, classes: [UInt8], scores: [Float]) {
        (self.masks, self.classes, self.scores) = (masks, classes, scores)
    }

    public var count: Int { scores.count }
    public var height: Int { masks.shape[0] }
    public var width: Int { masks.shape[1] }

    /// Whether all scores and probabilities are finite.
    public var isFinite: Bool {
        scores.allSatisfy(\.isFinite) && masks.withScalars { $0.allSatisfy(\.isFinite) }
    }

    /// Returns the mask of an instance, `[H, W]`: 1 where its probability is above one half.
    /// - Precondition: an index below ``count``.
    public func mask(_ instance: Int) -> Tensor<UInt8> {
        Tensor(uninitialized: [height, width]) { target in
            masks.withScalars { values in
                for pixel in target.indices {
                    target[pixel] = values[pixel * count + instance] > 0.5 ? 1 : 0
                }
            }
        }
    }

    /// Returns the proposals with masks of another size, resized bilinearly.
    public func resized(height: Int, width: Int) -> InstanceProposals {
        guard count > 0, height != self.height || width != self.width else {
            return count > 0
                ? self
                : InstanceProposals(masks: .zeros([height, width, 0]), classes: [], scores: [])
        }
        return InstanceProposals(
            masks: masks.resized(height: height, width: width), classes: classes, scores: scores)
    }

    /// Returns the proposals with the upper left part of their masks.
    func cropped(height: Int, width: Int) -> InstanceProposals {
        guard height != self.height || width != self.width else { return self }
        return InstanceProposals(
            masks: masks.sliced(0..<height, axis: 0).sliced(0..<width, axis: 1).contiguous(),
            classes: classes, scores: scores)
    }
}
