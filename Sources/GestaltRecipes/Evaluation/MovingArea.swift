import GestaltChecks
import GestaltTensor

/// The pixels of a clip that differ from those of its first frames: what has moved.
struct MovingArea {
    /// The least difference of a color channel, of 255, at which a pixel counts as changed: well
    /// above the errors of reconstruction at resting edges, below the contrast of objects.
    static let threshold: Float = 24.0 / 255

    /// By frame after the conditioning frames.
    let frames: [[Bool]]

    /// - Parameters:
    ///   - clip: `[T, H, W, 3]`, values of a range of 1.
    ///   - given: the number of conditioning frames, the last of which is compared with.
    init(of clip: Tensor<Float>, given: Int) {
        require(
            clip.rank == 4 && given > 0 && given < clip.shape[0],
            "MovingArea: clip \(clip.shape) after \(given) frames")
        let values = clip.scalars
        let (pixels, count) = (clip.shape[1] * clip.shape[2], clip.shape[1] * clip.shape[2] * 3)
        let start = (given - 1) * count
        frames = (given..<clip.shape[0]).map { frame in
            (0..<pixels).map { pixel in
                (0..<3).contains { channel in
                    let place = 3 * pixel + channel
                    return abs(values[frame * count + place] - values[start + place])
                        > Self.threshold
                }
            }
        }
    }

    /// Returns the areas of clips `[N, T, H, W, 3]` as `[N, T, H, W]`, false in conditioning
    /// frames; nil for clips without other frames.
    static func areas(of clips: Tensor<Float>, given: Int) -> Tensor<Bool>? {
        guard clips.shape[1] > given else { return nil }
        let none = [Bool](repeating: false, count: given * clips.shape[2] * clips.shape[3])
        let areas = (0..<clips.shape[0]).flatMap {
            none + MovingArea(of: clips[$0], given: given).frames.joined()
        }
        return Tensor(shape: Shape(clips.shape.dropLast()), scalars: areas)
    }

    /// Returns the intersection over union with another area at a frame; 1 where both are empty.
    func iou(with other: MovingArea, at frame: Int) -> Double {
        var (both, either) = (0, 0)
        for (mine, theirs) in zip(frames[frame], other.frames[frame]) {
            if mine && theirs { both += 1 }
            if mine || theirs { either += 1 }
        }
        return either == 0 ? 1 : Double(both) / Double(either)
    }

    /// The same score for a forecast in which nothing moves.
    func stillIoU(at frame: Int) -> Double { frames[frame].contains(true) ? 0 : 1 }
}
