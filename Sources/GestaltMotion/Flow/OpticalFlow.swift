import GestaltChecks
import GestaltTensor

/// Dense optical flow between two frames: for each pixel of the first the displacement of its
/// content in the second.
///
/// ```swift
/// let flow = OpticalFlow().flow(from: frames[0], to: frames[5])  // [H, W, 3] to [H, W, 2]
/// ```
///
/// A pyramid of halved pictures is worked through from the coarsest level; at each, the second
/// frame is repeatedly warped by the flow found so far, and a least-squares step over the pixels
/// around each pixel reduces the difference that is left. A level ends with a median over 3 × 3
/// pixels, which removes single wrong displacements and keeps edges. Pictures without texture have
/// flow 0.
///
/// - Source: Lucas and Kanade, *An Iterative Image Registration Technique* (1981); pyramids:
///   Bouguet, *Pyramidal Implementation of the Lucas Kanade Feature Tracker* (2001); the median:
///   Sun, Roth and Black, *Secrets of Optical Flow Estimation* (2010).
public struct OpticalFlow: Sendable, Hashable, Codable {
    /// The most levels of the pyramid; the coarsest has at least 8 rows and columns. A level more
    /// doubles the largest displacement, around 2^(levels + 1) pixels.
    public var levels: Int
    /// A least-squares step of a pixel uses the pixels at most `radius` rows and columns away.
    public var radius: Int
    /// The number of steps at each level.
    public var iterations: Int
    /// Added to the mean squared derivatives, in units of the picture's range squared: flow is
    /// drawn to that of the coarser level where there is little texture.
    public var damping: Float

    /// - Precondition: positive values; `damping` above 0.
    public init(levels: Int = 3, radius: Int = 3, iterations: Int = 4, damping: Float = 1e-4) {
        require(
            levels > 0 && radius > 0 && iterations > 0 && damping > 0,
            "OpticalFlow(levels: \(levels), radius: \(radius), iterations: \(iterations), "
                + "damping: \(damping))")
        (self.levels, self.radius) = (levels, radius)
        (self.iterations, self.damping) = (iterations, damping)
    }

    /// Returns the displacement of each pixel, `[H, W, 2]`, in pixels: along the columns (x, to the
    /// right), then along the rows (y, down). Not differentiable.
    ///
    /// - Parameters:
    ///   - first: `[H, W, C]`, values of a range of 1.
    ///   - second: the same shape.
    /// - Precondition: equal shapes of rank 3 with at least one pixel; finite values.
    /// - Complexity: O(H · W · (C + radius)) per step and level.
    public func flow(from first: Tensor<Float>, to second: Tensor<Float>) -> Tensor<Float> {
        require(
            first.rank == 3 && first.shape == second.shape && first.count > 0,
            "OpticalFlow.flow: frames \(first.shape) and \(second.shape) are not [H, W, C] alike")
        require(
            first.scalars.allSatisfy(\.isFinite) && second.scalars.allSatisfy(\.isFinite),
            "OpticalFlow.flow: frames with values that are not finite")
        let sources = pyramid(first)
        let targets = pyramid(second)
        var flow = FlowField(height: sources[0].height, width: sources[0].width)
        for (source, target) in zip(sources, targets) {
            flow = flow.enlarged(height: source.height, width: source.width)
            let step = FlowStep(source: source, radius: radius, damping: damping)
            for _ in 0..<iterations {
                flow = step.improved(flow, target: target)
            }
            flow = flow.medianFiltered()
        }
        return flow.tensor
    }

    /// The pictures of the pyramid, the coarsest first.
    private func pyramid(_ frame: Tensor<Float>) -> [FlowPicture] {
        var pictures = [FlowPicture(frame)]
        while pictures.count < levels,
            let last = pictures.last, min(last.height, last.width) >= 2 * Self.leastSide
        {
            pictures.append(last.halved())
        }
        return pictures.reversed()
    }

    /// Below, the border is most of a picture.
    private static let leastSide = 8
}
