import GestaltModels
import GestaltMotion
import GestaltTensor

/// Settings of the propagation of a clip's first labels through it by the similarity of features;
/// the defaults are those of DINO's evaluation on DAVIS.
///
/// - Source: Caron et al., *Emerging Properties in Self-Supervised Vision Transformers* (2021),
///   section 4.2 and its program `eval_video_segmentation.py`, for frames of 480 rows. On small
///   frames a radius of 12 cells may be the whole grid.
public struct PropagationSettings: Sendable, Hashable, Codable {
    /// The number of the most similar cells that a cell takes its labels from.
    public var neighbors = 5
    /// The largest distance of these along rows and along columns, in cells of the features.
    public var radius = 12
    /// The divisor of cosine similarities.
    public var temperature: Float = 0.1
    /// The number of frames before the present one that it takes labels from, next to the first.
    public var context = 7
    /// Whether the probabilities of each label are stretched to 0…1 in each frame before the
    /// greatest is taken: else small objects drown in the background.
    public var stretchesLabels = true

    public init() {}

    /// - Throws: `ConfigurationError` for a value that is not positive (a negative one of radius
    ///   and context).
    public func validate() throws(ConfigurationError) {
        for (name, value, least) in [
            ("neighbors", neighbors, 1), ("radius", radius, 0), ("context", context, 0),
        ] where value < least {
            throw .invalid(name, expected: "\(least) or more", found: value)
        }
        guard temperature > 0, temperature.isFinite else {
            throw .invalid("temperature", expected: "a positive number", found: temperature)
        }
    }

    var propagation: AffinityPropagation {
        AffinityPropagation(
            LabelPropagation(neighbors: neighbors, radius: radius, temperature: temperature),
            context: context)
    }
}
