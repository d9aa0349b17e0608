import GestaltChecks
import GestaltTensor

/// A short film: frames, and what is known about them.
///
/// Pixels stay bytes until a batch is made of them.
public struct Clip: Sendable {
    public var name: String
    /// `[T, H, W, 3]`, RGB.
    public var frames: Tensor<UInt8>
    /// `[T, H, W]`, the id of what each pixel shows: 0 is background, 1…254 a class or an object
    /// (see ``LabelMeaning``), ``ignoredLabel`` what counts for nothing. A frame without a mask has
    /// nothing but ``ignoredLabel``; nil when no frame has one.
    public var masks: Tensor<UInt8>?
    /// The category of each instance, by its id in ``masks``: from 1 on, see
    /// ``DataSet/categories``. Nil where every id is a category of its own.
    public var categories: [UInt8: UInt8]?
    /// Numbers of each frame, `[T, k]` of any width `k`, by name: commands, poses, sensors.
    public var series: [String: Tensor<Float>]
    /// The numbers and times of the frames in their film; nil for clips of no film.
    public var timeline: ClipTimeline?

    /// The name of ``actions`` in ``series``.
    public static let actionSeries = "actions"
    /// The name of ``positions`` in ``series``.
    public static let positionSeries = "positions"

    /// `[T, k]`, the command from each frame to the next.
    public var actions: Tensor<Float>? {
        get { series[Clip.actionSeries] }
        set { series[Clip.actionSeries] = newValue }
    }

    /// `[T, k]`, where something is in each frame: in robot-push clips the gripper, metres.
    public var positions: Tensor<Float>? {
        get { series[Clip.positionSeries] }
        set { series[Clip.positionSeries] = newValue }
    }

    /// - Parameters:
    ///   - actions: becomes the series ``actionSeries``.
    ///   - positions: becomes the series ``positionSeries``.
    /// - Precondition: `frames` is `[T, H, W, 3]` with no empty axis; the others, where given,
    ///   have the shapes above.
    public init(
        name: String, frames: Tensor<UInt8>, masks: Tensor<UInt8>? = nil,
        actions: Tensor<Float>? = nil, positions: Tensor<Float>? = nil,
        series: [String: Tensor<Float>] = [:], categories: [UInt8: UInt8]? = nil,
        timeline: ClipTimeline? = nil
    ) {
        let shape = frames.shape
        require(
            shape.rank == 4 && shape[3] == 3 && shape.elementCount > 0,
            "Clip: frames \(shape), expected [T, H, W, 3]")
        let expected: Shape = [shape[0], shape[1], shape[2]]
        require(
            masks.map { $0.shape == expected } ?? true,
            "Clip: masks \(masks?.shape ?? []) beside frames \(shape), expected \(expected)")
        self.name = name
        self.frames = frames
        self.masks = masks
        require(
            timeline.map { $0.count == shape[0] } ?? true,
            "Clip: a timeline of \(timeline?.count ?? 0) frames beside frames \(shape)")
        self.categories = categories
        self.timeline = timeline
        self.series = series
        if let actions { self.actions = actions }
        if let positions { self.positions = positions }
        for (name, numbers) in self.series {
            require(
                numbers.rank == 2 && numbers.shape[0] == shape[0],
                "Clip: \(name) \(numbers.shape) beside frames \(shape), expected [\(shape[0]), k]")
        }
    }

    /// The id of pixels that count neither in a loss nor in a score.
    public static let ignoredLabel: UInt8 = 255

    public var frameCount: Int { frames.shape[0] }
    public var height: Int { frames.shape[1] }
    public var width: Int { frames.shape[2] }

    /// Whether a frame has a mask with at least one pixel that counts.
    ///
    /// - Precondition: the frame exists.
    public func isLabeled(_ frame: Int) -> Bool {
        guard let masks else { return false }
        let pixels = height * width
        return masks.withScalars { ids in
            ids[(frame * pixels)..<((frame + 1) * pixels)].contains { $0 != Clip.ignoredLabel }
        }
    }

    /// The frames that have a label, in order.
    public var labeledFrames: [Int] { (0..<frameCount).filter(isLabeled) }

    /// The frames of `range` as a clip of their own; views, nothing is copied.
    ///
    /// - Precondition: `range` is not empty and within `0..<frameCount`.
    public func window(_ range: Range<Int>) -> Clip {
        require(
            !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= frameCount,
            "Clip.window(\(range)): '\(name)' has \(frameCount) frames")
        var result = self
        result.frames = frames.sliced(range, axis: 0)
        result.masks = masks?.sliced(range, axis: 0)
        result.series = series.mapValues { $0.sliced(range, axis: 0) }
        result.timeline = timeline.map { $0[range] }
        return result
    }

    /// The clip with pixels of its own, so that a window does not hold the whole clip in memory.
    func detached() -> Clip {
        var result = self
        result.frames = frames.copied()
        result.masks = masks?.copied()
        return result
    }
}
