import GestaltMedia
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltVideo

/// What suggestions ask of a model of foreground, of classes or of instances.
struct FrameNetwork {
    /// Returns a picture `[H, W, 3]` in the model's size, `[h, w, 3]`.
    private let fitted: (Tensor<UInt8>) -> Tensor<UInt8>
    /// Returns the probabilities `[N, h, w, K]` of pictures `[N, h, w, 3]`, of foreground alone or of
    /// all classes.
    private let probabilities: (Tensor<UInt8>) -> Tensor<Float>
    /// Returns the features of pictures `[N, h, w, 3]`; nil for a model without.
    private let features: (Tensor<UInt8>) -> Tensor<Float>?

    init(_ model: any SegmentationModel) {
        fitted = { model.fitted($0) }
        probabilities = { model.probabilities(fitted: $0) }
        features = { model.features($0.centeredPixels())?.tensor }
    }

    init(_ model: any InstanceModel) {
        fitted = { model.fitted($0) }
        probabilities = { pictures in
            stacked(
                model.proposals(fitted: pictures).map { $0.classProbabilities(model.classes) },
                axis: 0)
        }
        features = { model.features($0.centeredPixels())?.tensor }
    }

    /// Returns the views of pictures `[H, W, 3]` of one size.
    func views(of pictures: [Tensor<UInt8>]) -> [FrameView] {
        let images = stacked(pictures.map(fitted), axis: 0)
        let mirrored = probabilities(images.flipped(axis: 2)).flipped(axis: 2)
        let mean = (probabilities(images) + mirrored) * 0.5
        let features = features(images) ?? mean
        return pictures.indices.map { index in
            FrameView(
                of: pictures[index], probabilities: mean[index].contiguous(),
                features: features[index].contiguous())
        }
    }
}
