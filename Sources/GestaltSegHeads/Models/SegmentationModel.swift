import GestaltNN
import GestaltTensor
import GestaltVideo

/// A model from frames to a score for each pixel.
public protocol SegmentationModel: Module {
    /// The size and scale of its input images.
    var input: PictureInput { get }
    /// Scores per pixel: 1 for foreground against background, else one per class.
    var classes: Int { get }
    /// Whether it sees frames after the one it segments; its input is then clips, not images.
    var seesFuture: Bool { get }
    /// Whether masks depend on frames around the segmented one, earlier or later; by default
    /// ``seesFuture``. One that sees earlier frames alone accepts images, too, as static clips.
    var readsClips: Bool { get }
    /// Frames are padded to multiples of this, in pixels.
    var sizeMultiple: Int { get }
    /// Whether frames of another size than that of ``input`` are accepted.
    var acceptsAnySize: Bool { get }
    /// - Parameter frames: `[N, H, W, 3]` in −0.5…0.5, of any size, except for a model on a prior,
    ///   which has a fixed size; clips `[N, T, H, W, 3]` for a model that reads clips.
    /// - Returns: `[N, H, W, classes]`, before sigmoid or softmax.
    func logits(_ frames: Tensor<Float>, _ context: Context) -> Tensor<Float>
    /// Returns the features that scores are computed from, `[N, h, w, C]`, on a grid of square
    /// cells that covers the frames and possibly padding at the bottom and right; nil, the default,
    /// for a model without.
    /// - Parameter frames: as for ``logits(_:_:)``.
    func features(_ frames: Tensor<Float>) -> Latent.Stage?
}

extension SegmentationModel {
    public var readsClips: Bool { seesFuture }
    public var sizeMultiple: Int { 1 }
    public var acceptsAnySize: Bool { true }
    public func features(_ frames: Tensor<Float>) -> Latent.Stage? { nil }

    /// Returns the probability of foreground `[N, H, W, 1]`, or of each class `[N, H, W, classes]`.
    public func probabilities(_ frames: Tensor<Float>) -> Tensor<Float> {
        let scores = logits(frames, .inference)
        return classes == 1 ? scores.sigmoid() : scores.softmax(axis: -1)
    }
}

/// Returns labels `[…]` of probabilities `[…, classes]`: 1 where foreground is likelier than
/// `threshold`, or the likeliest class. NaN has no class; ``labels(ofFinite:threshold:name:)``
/// rejects it.
public func labels(
    ofProbabilities probabilities: Tensor<Float>, threshold: Float = 0.5
) -> Tensor<UInt8> {
    let classes = probabilities.shape[-1]
    let shape = Shape(probabilities.shape.dropLast())
    return Tensor(uninitialized: shape) { labels in
        probabilities.withScalars { scores in
            guard classes > 1 else {
                for pixel in labels.indices { labels[pixel] = scores[pixel] > threshold ? 1 : 0 }
                return
            }
            for pixel in labels.indices {
                var best = 0
                for label in 1..<classes
                where scores[pixel * classes + label] > scores[pixel * classes + best] {
                    best = label
                }
                labels[pixel] = UInt8(best)
            }
        }
    }
}

/// Non-finite scores of an image, from which no label follows.
public struct NonFiniteScores: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the image, or its index in the batch.
    public var picture: String

    public init(picture: String) { self.picture = picture }

    public var description: String { "\(picture): the model's scores are not finite" }
}

/// Returns ``labels(ofProbabilities:threshold:)`` of images `[N, H, W, classes]`.
///
/// - Throws: ``NonFiniteScores`` with the `name` of the first image that has a non-finite score.
public func labels(
    ofFinite probabilities: Tensor<Float>, threshold: Float = 0.5,
    name: (_ picture: Int) -> String = { "picture \($0)" }
) throws(NonFiniteScores) -> Tensor<UInt8> {
    let pictures = max(probabilities.shape[0], 1)
    let place = probabilities.withScalars { $0.firstIndex { !$0.isFinite } }
    if let place {
        throw NonFiniteScores(picture: name(place / (probabilities.count / pictures)))
    }
    return labels(ofProbabilities: probabilities, threshold: threshold)
}
