import GestaltChecks
import GestaltMedia
import GestaltNN
import GestaltTensor

extension SegmentationModel {
    /// Returns the labels of an image of any size.
    ///
    /// The image is resized to the model's size, and the probabilities back to the image's; labels
    /// are decided at that size, so that edges stay smooth.
    ///
    /// - Parameters:
    ///   - image: `[H, W, 3]`.
    ///   - threshold: the probability above which a pixel is foreground; ignored with several
    ///     classes.
    /// - Returns: `[H, W]`: 0 and 1, or the class.
    /// - Precondition: the model segments single frames.
    public func segment(image: Tensor<UInt8>, threshold: Float = 0.5) -> Tensor<UInt8> {
        labels(ofProbabilities: probabilities(image: image), threshold: threshold)
    }

    /// Returns the probability of foreground `[H, W, 1]` or of each class `[H, W, classes]` in an
    /// image `[H, W, 3]` of any size.
    public func probabilities(image: Tensor<UInt8>) -> Tensor<Float> {
        require(
            image.rank == 3 && image.shape[2] == 3,
            "segment: an image \(image.shape) is not [H, W, 3]")
        return probabilities(images: image.expanded(axis: 0)).selected(0, axis: 0)
    }

    /// Returns the labels `[N, H, W]` of images `[N, H, W, 3]`, all of one size, any size.
    public func segment(images: Tensor<UInt8>, threshold: Float = 0.5) -> Tensor<UInt8> {
        labels(ofProbabilities: probabilities(images: images), threshold: threshold)
    }

    /// Returns the probabilities `[N, H, W, classes]` of images `[N, H, W, 3]`, all of one size.
    ///
    /// - Parameter batch: the batch size of the model; affects memory, not results.
    public func probabilities(images: Tensor<UInt8>, batch: Int = 16) -> Tensor<Float> {
        require(
            !seesFuture, "segment: this model sees the future, so it segments clips, not pictures")
        require(
            images.rank == 4 && images.shape[3] == 3 && images.shape.elementCount > 0 && batch > 0,
            "segment: pictures \(images.shape) are not [N, H, W, 3], in batches of \(batch)")
        let starts = stride(from: 0, to: images.shape[0], by: batch)
        let parts = starts.map { start in
            let end = min(start + batch, images.shape[0])
            return probabilitiesOfBatch(images.sliced(start..<end, axis: 0))
        }
        return parts.count == 1 ? parts[0] : concatenated(parts, axis: 0)
    }

    private func probabilitiesOfBatch(_ images: Tensor<UInt8>) -> Tensor<Float> {
        let (height, width) = (images.shape[1], images.shape[2])
        guard height != input.height || width != input.width else {
            return probabilities(fitted: images)
        }
        return probabilities(fitted: fitted(images)).resized(height: height, width: width)
    }

    /// Returns images `[…, H, W, 3]` at the model's size. With ``probabilities(fitted:)`` and
    /// `resized(height:width:)` these are the steps of ``probabilities(images:batch:)``, for
    /// callers that distribute images over threads.
    package func fitted(_ image: Tensor<UInt8>) -> Tensor<UInt8> {
        image.resized(height: input.height, width: input.width)
    }

    /// Returns the probabilities `[N, h, w, classes]` of images `[N, h, w, 3]` of the model's size.
    package func probabilities(fitted images: Tensor<UInt8>) -> Tensor<Float> {
        probabilities(images.centeredPixels())
    }
}
