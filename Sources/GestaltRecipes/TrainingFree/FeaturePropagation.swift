import GestaltChecks
import GestaltData
import GestaltTensor
import GestaltVideo

/// The labels of a clip's first frame in its other frames, by the similarity of an encoder's
/// features: a test of features without any training.
///
/// <!-- given: let encoder: any VisualEncoder = given() -->
/// <!-- given: let film: Clip = given() -->
/// <!-- given: let firstMask: Tensor<UInt8> = given() -->
/// ```swift
/// let propagation = try FeaturePropagation(by: encoder)
/// let masks = try propagation.labels(of: film, first: firstMask)   // [H, W] to [T, H, W]
/// ```
public struct FeaturePropagation: Sendable {
    public let settings: PropagationSettings
    private let encoder: LabeledFrameEncoder

    /// - Throws: `ConfigurationError` for invalid settings.
    public init(
        by encoder: any VisualEncoder, _ settings: PropagationSettings = PropagationSettings()
    ) throws {
        try settings.validate()
        self.settings = settings
        let stride = encoder.readsClips ? encoder.temporalStride : 1
        let usual = LabeledFrameEncoder.usualWindow
        self.encoder = LabeledFrameEncoder(
            encoder, window: encoder.clipLength ?? (usual + stride - 1) / stride * stride)
    }

    /// Returns the labels of all frames of a clip, `[T, H, W]`.
    ///
    /// - Parameter first: the labels of the first frame, `[H, W]`; ignored pixels count as
    ///   background.
    /// - Throws: errors of the encoder.
    /// - Precondition: the labels have the size of the clip.
    public func labels(of clip: Clip, first: Tensor<UInt8>) throws -> Tensor<UInt8> {
        require(
            first.rank == 2 && first.shape[0] == clip.height && first.shape[1] == clip.width,
            "FeaturePropagation: labels \(first.shape) for a clip \(clip.frames.shape)")
        let ids = first.scalars.map { $0 == Clip.ignoredLabel ? 0 : $0 }
        let known = Set(ids).union([0]).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
        var probabilities = Tensor<Float>.zeros([
            clip.frameCount, clip.height, clip.width, known.count,
        ])
        probabilities.withMutableScalars { values in
            for (pixel, id) in ids.enumerated() {
                values[pixel * known.count + (numbers[id] ?? 0)] = 1
            }
        }
        var spread = settings.propagation.propagated(
            probabilities, features: try encoder.features(of: clip), from: [0])
        if settings.stretchesLabels { spread = stretched(spread) }
        let labels = spread.argmax(axis: -1).scalars.map { known[Int($0)] }
        var result = Tensor(
            shape: [clip.frameCount, clip.height, clip.width], scalars: labels)
        // The grid of the features is coarser than the labels that are known.
        result[0] = Tensor(shape: first.shape, scalars: ids)
        return result
    }

    /// Returns probabilities `[T, H, W, K]`, those of each frame and label stretched to 0…1. Labels
    /// that a frame does not have stay 0.
    private func stretched(_ probabilities: Tensor<Float>) -> Tensor<Float> {
        let least = probabilities.min(axes: [1, 2], keepingAxes: true)
        let range = probabilities.max(axes: [1, 2], keepingAxes: true) - least
        return (probabilities - least) / range.maximum(.leastNormalMagnitude)
    }
}
