import GestaltChecks
import GestaltData
import GestaltMedia
import GestaltMotion
import GestaltSegHeads
import GestaltTensor
import GestaltVideo

/// The propagation of labels to the unlabeled frames of their clip.
public enum LabelSpread: String, Codable, Sendable, CaseIterable {
    /// None.
    case none
    /// Labels hold where a pixel keeps its color, see `ColorTracks`.
    case color
    /// As `color`; the probabilities of other pixels are averaged with labels that are propagated
    /// by the similarity of the teacher's features, see `LabelPropagation`.
    case affinity
}

extension LabelSpread {
    /// Replaces the probabilities of a clip `[T, H, W, K]` where labels say more.
    ///
    /// - Parameters:
    ///   - masks: those of the clip, `[T, H, W]`; only labeled frames are read.
    ///   - frames: the labeled ones, at least one.
    ///   - teacher: has features, if this is ``affinity``.
    func spread(
        _ masks: Tensor<UInt8>, of frames: [Int], in clip: Clip, _ tracks: ColorTracks,
        _ teacher: any SegmentationModel, _ probabilities: inout Tensor<Float>
    ) {
        if self == .affinity {
            for frame in frames {
                var labeled = probabilities[frame..<frame + 1]
                labeled.replace(by: masks[frame..<frame + 1])
                probabilities[frame] = labeled[0]
            }
            let propagated = AffinityPropagation().propagated(
                probabilities, features: teacher.features(images: clip.frames), from: frames)
            probabilities = (probabilities + propagated) * 0.5
        }
        guard self != .none else { return }
        for frame in frames {
            probabilities.replace(by: tracks.propagated(masks[frame], from: frame))
        }
    }
}

extension SegmentationModel {
    /// Returns the features of images `[N, H, W, 3]` of the model's size.
    ///
    /// - Parameter batch: the batch size of the model; affects memory, not results.
    /// - Precondition: the model has features.
    fileprivate func features(images: Tensor<UInt8>, batch: Int = 16) -> Latent.Stage {
        var stride = 1
        let parts = Swift.stride(from: 0, to: images.shape[0], by: batch).map { start in
            let end = min(start + batch, images.shape[0])
            let part = images.sliced(start..<end, axis: 0).centeredPixels()
            guard let found = features(part) else { stop("LabelSpread.affinity: no features") }
            stride = found.stride
            return found.tensor
        }
        return Latent.Stage(concatenated(parts, axis: 0), stride: stride)
    }
}

extension Tensor<Float> {
    /// Replaces probabilities `[T, H, W, K]` where labels `[T, H, W]` are known.
    fileprivate mutating func replace(by labels: Tensor<UInt8>) {
        let classes = shape[3]
        withMutableScalars { values in
            labels.withScalars { labels in
                for (pixel, label) in labels.enumerated() where label != ColorTracks.unknown {
                    if classes == 1 {
                        values[pixel] = label > 0 ? 1 : 0
                    } else {
                        for k in 0..<classes {
                            values[pixel * classes + k] = k == Int(label) ? 1 : 0
                        }
                    }
                }
            }
        }
    }
}
