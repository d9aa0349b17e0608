import GestaltChecks
import GestaltMedia
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A model from frames to instances: objects apart, each with a mask, a class and a score.
public protocol InstanceModel: Module {
    /// The size and scale of its input images.
    var input: PictureInput { get }
    /// The number of classes, background included.
    var classes: Int { get }
    /// Frames are padded to multiples of this, in pixels.
    var sizeMultiple: Int { get }
    /// Returns the loss of a batch.
    ///
    /// - Parameters:
    ///   - frames: `[N, H, W, 3]` in −0.5…0.5.
    ///   - targets: of these frames, with classes below ``classes``.
    func loss(
        of frames: Tensor<Float>, _ targets: InstanceTargets, _ context: Context
    ) -> InstanceLoss
    /// Returns the instances of each of frames `[N, H, W, 3]` in −0.5…0.5, at their size.
    func proposals(_ frames: Tensor<Float>) -> [InstanceProposals]
    /// Returns the features that the head reads, `[N, h, w, C]`, a grid of cells that covers the
    /// frames and possibly padding at the bottom and right; nil, the default, for a model without.
    /// - Parameter frames: as for ``proposals(_:)``.
    func features(_ frames: Tensor<Float>) -> Latent.Stage?
}

extension InstanceModel {
    public func features(_ frames: Tensor<Float>) -> Latent.Stage? { nil }

    /// Returns the instances of each of images `[N, H, W, 3]`, all of one size, any size. Images
    /// are resized to the model's size, masks back.
    ///
    /// - Parameter batch: the batch size of the model; affects memory, not results.
    public func proposals(images: Tensor<UInt8>, batch: Int = 16) -> [InstanceProposals] {
        require(
            images.rank == 4 && images.shape[3] == 3 && images.shape.elementCount > 0 && batch > 0,
            "proposals: pictures \(images.shape) are not [N, H, W, 3], in batches of \(batch)")
        return stride(from: 0, to: images.shape[0], by: batch).flatMap { start in
            let end = min(start + batch, images.shape[0])
            return proposals(fitted: fitted(images.sliced(start..<end, axis: 0)))
                .map { $0.resized(height: images.shape[1], width: images.shape[2]) }
        }
    }

    /// Returns the instances of an image `[H, W, 3]` of any size, without overlap.
    ///
    /// - Parameters:
    ///   - threshold: the least score of an instance.
    ///   - name: the name of the image, for errors.
    /// - Throws: ``NonFiniteScores`` with the name of the image: a broken model has not found that
    ///   there is nothing.
    public func instances(
        image: Tensor<UInt8>, threshold: Float = SegmentedInstances.usualThreshold,
        name: String = "the image"
    ) throws(NonFiniteScores) -> SegmentedInstances {
        require(
            image.rank == 3 && image.shape[2] == 3,
            "instances: an image \(image.shape) is not [H, W, 3]")
        let found = proposals(images: image.expanded(axis: 0))[0]
        guard found.isFinite else { throw NonFiniteScores(picture: name) }
        return SegmentedInstances(found, threshold: threshold)
    }

    /// Returns images `[…, H, W, 3]` at the model's size.
    package func fitted(_ image: Tensor<UInt8>) -> Tensor<UInt8> {
        image.resized(height: input.height, width: input.width)
    }

    /// Returns the instances of images `[N, h, w, 3]` of the model's size.
    package func proposals(fitted images: Tensor<UInt8>) -> [InstanceProposals] {
        proposals(images.centeredPixels())
    }
}
