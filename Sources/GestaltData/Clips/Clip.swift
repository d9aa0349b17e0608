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
    /// `[T, 4]`, the command from each frame to the next.
    public var actions: Tensor<Float>?
    /// `[T, 3]`, where the gripper is in each frame, metres.
    public var positions: Tensor<Float>?

    /// - Precondition: `frames` is `[T, H, W, 3]` with no empty axis; the others, where given,
    ///   have the shapes above.
    public init(
        name: String, frames: Tensor<UInt8>, masks: Tensor<UInt8>? = nil,
        actions: Tensor<Float>? = nil, positions: Tensor<Float>? = nil
    ) {
        let shape = frames.shape
        require(
            shape.rank == 4 && shape[3] == 3 && shape.elementCount > 0,
            "Clip: frames \(shape), expected [T, H, W, 3]")
        let expected: Shape = [shape[0], shape[1], shape[2]]
        require(
            masks.map { $0.shape == expected } ?? true,
            "Clip: masks \(masks?.shape ?? []) beside frames \(shape), expected \(expected)")
        require(
            actions.map { $0.shape == [shape[0], 4] } ?? true,
            "Clip: actions \(actions?.shape ?? []), expected \([shape[0], 4])")
        require(
            positions.map { $0.shape == [shape[0], 3] } ?? true,
            "Clip: positions \(positions?.shape ?? []), expected \([shape[0], 3])")
        self.name = name
        self.frames = frames
        self.masks = masks
        self.actions = actions
        self.positions = positions
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
        return Clip(
            name: name, frames: frames.sliced(range, axis: 0),
            masks: masks?.sliced(range, axis: 0), actions: actions?.sliced(range, axis: 0),
            positions: positions?.sliced(range, axis: 0))
    }
}
