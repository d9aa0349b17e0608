import GestaltChecks
import GestaltTensor

/// The frames of a clip in which each pixel keeps its color.
///
/// In clips of a still camera a pixel that keeps its color mostly keeps its label. A pixel has the
/// same color in two frames if no channel differs by more than ``tolerance``. The frames need not
/// follow each other: the background is the same before and after an object passes.
public struct ColorTracks: Sendable {
    /// The clip, `[T, H, W, 3]`.
    public let clip: Tensor<UInt8>
    /// The largest difference of a channel in gray steps between equal colors.
    public let tolerance: Int

    /// The smallest number of pixels that is worth a thread.
    private static let pixelsOfTask = 256

    /// The label of unknown pixels.
    public static let unknown: UInt8 = 255

    /// Creates the tracks of a clip `[T, H, W, 3]`.
    ///
    /// - Parameters:
    ///   - tolerance: The largest difference of equal colors without noise, in gray steps.
    ///   - noise: The noise of the camera, `CameraNoise(of: clip)` for recordings.
    ///   - noiseFactor: The number of its standard deviations that is added to `tolerance`.
    public init(
        of clip: Tensor<UInt8>, tolerance: Int = 4, noise: CameraNoise = .none,
        noiseFactor: Float = 3
    ) {
        _ = ClipShape(clip, "ColorTracks")
        require(
            tolerance >= 0 && noiseFactor >= 0,
            "ColorTracks: tolerance \(tolerance), noise factor \(noiseFactor)")
        self.clip = clip
        self.tolerance = tolerance + noise.margin(noiseFactor)
    }

    /// Returns the mean of probabilities over all frames in which a pixel has the color of the
    /// present frame, including the present one.
    ///
    /// Errors of a model differ from frame to frame, labels of a pixel at rest do not: in our
    /// pilots the mean adds about a point of IoU to a teacher's predictions.
    ///
    /// - Shapes: `[T, H, W]` or `[T, H, W, K]` in, the same out. Not differentiable.
    /// - Precondition: the first three axes are those of the clip.
    /// - Complexity: O(T²) per pixel at most, on all threads; their number does not change the
    ///   result.
    public func averaged(_ probabilities: Tensor<Float>) -> Tensor<Float> {
        let shape = ClipShape(clip, "ColorTracks")
        require(
            (3...4).contains(probabilities.rank)
                && Array(probabilities.shape.prefix(3)) == Array(clip.shape.prefix(3)),
            "ColorTracks.averaged: probabilities \(probabilities.shape) for a clip \(clip.shape)")
        let classes = probabilities.rank == 4 ? probabilities.shape[3] : 1
        return clip.withScalars { x in
            probabilities.withScalars { p in
                Tensor(uninitialized: probabilities.shape) { means in
                    guard classes > 0 else { return }
                    let average = TrackAverage(
                        colors: x.baseAddress!, values: p.baseAddress!,
                        means: means.baseAddress!, classes: classes, tolerance: tolerance,
                        shape: shape)
                    parallelChunks(count: shape.pixels, minimumChunk: Self.pixelsOfTask) { pixels in
                        for pixel in pixels { average.run(pixel) }
                    }
                }
            }
        }
    }

    /// Returns the labels of one frame for all frames of the clip: a pixel has its label wherever
    /// it has the color of that frame, elsewhere ``unknown``.
    ///
    /// No label is inferred for pixels that change: they may show another object, a shadow, or the
    /// ground.
    ///
    /// - Shapes: labels `[H, W]` in, `[T, H, W]` out. Unknown labels stay unknown; those of `frame`
    ///   are returned unchanged.
    /// - Precondition: the labels have the lengths of the clip, and `frame` lies in it.
    public func propagated(_ labels: Tensor<UInt8>, from frame: Int) -> Tensor<UInt8> {
        let shape = ClipShape(clip, "ColorTracks")
        require(
            labels.rank == 2 && labels.shape[0] == shape.height && labels.shape[1] == shape.width,
            "ColorTracks.propagated: labels \(labels.shape) for a clip \(clip.shape)")
        require(
            (0..<shape.frames).contains(frame),
            "ColorTracks.propagated: frame \(frame) of \(shape.frames)")
        return clip.withScalars { x in
            labels.withScalars { labels in
                Tensor(uninitialized: [shape.frames, shape.height, shape.width]) { all in
                    let colors = x.baseAddress!
                    parallelFor(shape.frames) { t in
                        for pixel in 0..<shape.pixels {
                            let difference = colorDifference(
                                colors + (t * shape.pixels + pixel) * 3,
                                colors + (frame * shape.pixels + pixel) * 3)
                            all[t * shape.pixels + pixel] =
                                difference <= tolerance ? labels[pixel] : Self.unknown
                        }
                    }
                }
            }
        }
    }
}

/// The means of one pixel's values over frames of equal color.
private struct TrackAverage {
    let colors: UnsafePointer<UInt8>
    let values: UnsafePointer<Float>
    let means: UnsafeMutablePointer<Float>
    let classes: Int
    let tolerance: Int
    let shape: ClipShape

    func run(_ pixel: Int) {
        for t in 0..<shape.frames {
            let here = t * shape.pixels + pixel
            let before = here - shape.pixels
            let mean = means + here * classes
            // Most pixels rest: the same color has the same mean.
            if t > 0, colorDifference(colors + here * 3, colors + before * 3) == 0 {
                mean.update(from: means + before * classes, count: classes)
                continue
            }
            mean.update(repeating: 0, count: classes)
            var count = 0
            for u in 0..<shape.frames {
                let other = u * shape.pixels + pixel
                guard colorDifference(colors + here * 3, colors + other * 3) <= tolerance else {
                    continue
                }
                for k in 0..<classes { mean[k] += values[other * classes + k] }
                count += 1
            }
            for k in 0..<classes { mean[k] /= Float(count) }
        }
    }
}
