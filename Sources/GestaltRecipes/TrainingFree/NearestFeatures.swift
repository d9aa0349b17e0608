import GestaltChecks
import GestaltTensor

/// The most similar of many features, by the cosine of their angle: frames by their mean, patches
/// by their cell.
///
/// <!-- given: let latents: Tensor<Float> = given() -->
/// ```swift
/// let frames = NearestFeatures(ofFrames: latents)               // [N, h, w, C]
/// let similar = frames.nearest(to: frames.features[0], count: 5)
/// let patches = NearestFeatures(ofPatches: latents)
/// let place = patches.nearest(to: latents[0, 3, 4], count: 1)[0].place   // [frame, row, column]
/// ```
public struct NearestFeatures: Sendable {
    /// `[M, C]`, of length 1; zeros stay zeros, similar to nothing.
    public let features: Tensor<Float>
    /// The frame, or the frame, row and column, of each.
    public let places: [[Int]]

    /// A feature that was found.
    public struct Match: Sendable, Hashable {
        /// The frame of a frame; the frame, row and column of a patch.
        public let place: [Int]
        /// The cosine, from −1 to 1.
        public let similarity: Float
    }

    /// - Parameter latents: `[N, h, w, C]`, or `[N, C]`.
    /// - Precondition: rank 2 or 4.
    public init(ofFrames latents: Tensor<Float>) {
        require(
            latents.rank == 4 || latents.rank == 2,
            "NearestFeatures: latents \(latents.shape) are not [N, h, w, C] or [N, C]")
        let means = latents.rank == 4 ? latents.mean(axes: [1, 2]) : latents
        self.init(means, places: (0..<latents.shape[0]).map { [$0] })
    }

    /// - Parameter latents: `[N, h, w, C]`.
    /// - Precondition: rank 4.
    public init(ofPatches latents: Tensor<Float>) {
        require(
            latents.rank == 4, "NearestFeatures: latents \(latents.shape) are not [N, h, w, C]")
        let (count, height, width) = (latents.shape[0], latents.shape[1], latents.shape[2])
        self.init(
            latents.reshaped([count * height * width, latents.shape[3]]),
            places: (0..<count * height * width).map {
                [$0 / (height * width), $0 / width % height, $0 % width]
            })
    }

    private init(_ rows: Tensor<Float>, places: [[Int]]) {
        features = Self.unit(rows.detached)
        self.places = places
    }

    /// Returns the most similar features, the most similar first, of equal ones the first in order.
    ///
    /// - Parameters:
    ///   - feature: `[C]`.
    ///   - isCandidate: whether a place may be found; by default all may.
    /// - Precondition: the channels of ``features``; `count` is not negative.
    public func nearest(
        to feature: Tensor<Float>, count: Int, where isCandidate: ([Int]) -> Bool = { _ in true }
    ) -> [Match] {
        require(
            feature.rank == 1 && feature.shape[0] == features.shape[1] && count >= 0,
            "NearestFeatures.nearest: \(count) of \(features.shape) to \(feature.shape)")
        let query = Self.unit(feature.detached.expanded(axis: 0))
        let similarities = features.matmul(query, transposingSecond: true).scalars
        return similarities.indices.filter { isCandidate(places[$0]) }
            .sorted {
                similarities[$0] == similarities[$1]
                    ? $0 < $1 : similarities[$0] > similarities[$1]
            }
            .prefix(count)
            .map { Match(place: places[$0], similarity: similarities[$0]) }
    }

    private static func unit(_ rows: Tensor<Float>) -> Tensor<Float> {
        rows / rows.norm(axes: [-1], keepingAxes: true).maximum(.leastNormalMagnitude)
    }
}
