import GestaltChecks
import GestaltData
import GestaltTensor

/// Clips that ``RobotPushGenerator`` generates on request.
public struct SyntheticClips: ClipSource {
    public let generator: RobotPushGenerator
    public let count: Int

    /// - Precondition: `count` is not negative.
    public init(count: Int, generator: RobotPushGenerator = RobotPushGenerator()) {
        require(count >= 0, "SyntheticClips(count: \(count))")
        self.count = count
        self.generator = generator
    }

    public var labelMeaning: LabelMeaning { .instances }

    public var description: String { "\(count) synthetic clips, seed \(generator.seed)" }

    public func clip(at index: Int) -> Clip {
        require((0..<count).contains(index), "SyntheticClips: clip \(index) of \(count)")
        return generator.clip(at: index)
    }
}

extension RobotPushGenerator {
    /// Returns clip `index`, with masks, actions and positions.
    ///
    /// `actions` is `[T, 4]`: the move in meters (x right, y away from the camera, z up) and the
    /// rotation about the vertical in radians, commanded from each frame to the next and held for
    /// two frames. `positions` is `[T, 3]`: the point between the finger tips, in meters from the
    /// center of the bin's floor; each is the previous one plus the move.
    ///
    /// - Complexity: 2–3 ms per frame of 64 × 64 on one core.
    public func clip(at index: Int) -> Clip {
        let made = render(index)
        let c = configuration
        return Clip(
            name: "synthetic-\(seed)-\(index)",
            frames: Tensor(shape: [c.frames, c.height, c.width, 3], scalars: made.pixels),
            masks: Tensor(shape: [c.frames, c.height, c.width], scalars: made.labels),
            actions: Tensor(shape: [c.frames, 4], scalars: made.actions),
            positions: Tensor(shape: [c.frames, 3], scalars: made.positions),
            categories: RobotPush.instanceCategories)
    }
}
