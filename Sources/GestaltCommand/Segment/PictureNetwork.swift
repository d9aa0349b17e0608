import GestaltMedia
import GestaltSegHeads
import GestaltTensor

/// A model of pictures for `segment`: of foreground, of classes, or of instances.
protocol PictureNetwork: Sendable {
    /// The size of the network's images.
    var input: PictureInput { get }
    /// The meaning of the labels that it writes.
    var labels: PictureLabels.Meaning { get }
    /// Returns an image `[H, W, 3]` in the network's size, `[h, w, 3]`.
    func fitted(_ image: Tensor<UInt8>) -> Tensor<UInt8>
    /// Returns the output for each of images `[N, h, w, 3]` of the network's size.
    func outputs(fitted images: Tensor<UInt8>) -> [any PictureOutput]
}

/// The output of a network for a picture, before it is brought to the picture's size.
protocol PictureOutput: Sendable {
    /// Returns the labels of the picture, in its size.
    /// - Throws: `NonFiniteScores` with the name of the picture.
    func labels(
        height: Int, width: Int, threshold: Float, name: String
    ) throws(NonFiniteScores) -> PictureLabels
}

/// The labels of a picture, and its instances.
struct PictureLabels: Sendable {
    /// Labels `[H, W]`.
    let ids: Tensor<UInt8>
    /// By id; none for foreground and classes.
    var instances: [SegmentedInstances.Instance] = []

    /// The meaning of ids above 0.
    enum Meaning: Sendable {
        case foreground, classes, instances
    }
}

/// A model of foreground or classes.
struct MaskNetwork: PictureNetwork {
    let model: any SegmentationModel

    private struct Output: PictureOutput {
        /// Probabilities `[1, h, w, classes]`.
        let maps: Tensor<Float>

        func labels(
            height: Int, width: Int, threshold: Float, name: String
        ) throws(NonFiniteScores) -> PictureLabels {
            let maps = maps.resized(height: height, width: width)
            return PictureLabels(
                ids: try GestaltSegHeads.labels(
                    ofFinite: maps, threshold: threshold, name: { _ in name })[0])
        }
    }

    var input: PictureInput { model.input }
    var labels: PictureLabels.Meaning { model.classes == 1 ? .foreground : .classes }

    func fitted(_ image: Tensor<UInt8>) -> Tensor<UInt8> { model.fitted(image) }

    func outputs(fitted images: Tensor<UInt8>) -> [any PictureOutput] {
        let maps = model.probabilities(fitted: images)
        return (0..<maps.shape[0]).map { Output(maps: maps[$0..<$0 + 1]) }
    }
}

/// A model of instances; the threshold is the lowest score of an instance.
struct InstanceNetwork: PictureNetwork {
    let model: any InstanceModel

    private struct Output: PictureOutput {
        let proposals: InstanceProposals

        func labels(
            height: Int, width: Int, threshold: Float, name: String
        ) throws(NonFiniteScores) -> PictureLabels {
            guard proposals.isFinite else { throw NonFiniteScores(picture: name) }
            let map = SegmentedInstances(
                proposals.resized(height: height, width: width), threshold: threshold)
            return PictureLabels(ids: map.ids, instances: map.instances)
        }
    }

    var input: PictureInput { model.input }
    var labels: PictureLabels.Meaning { .instances }

    func fitted(_ image: Tensor<UInt8>) -> Tensor<UInt8> { model.fitted(image) }

    func outputs(fitted images: Tensor<UInt8>) -> [any PictureOutput] {
        model.proposals(fitted: images).map(Output.init)
    }
}
