import GestaltData
import GestaltTensor

/// The gripper's motion: mostly through objects, sometimes to a random place, now and then lifted.
struct GripperMotion: Sendable {
    /// The arm's command for the step to the next frame.
    struct Command: Sendable {
        /// Meters, world axes.
        var move: Vector
        /// Radians about the vertical.
        var turn: Float

        static let none = Command(move: .zero, turn: 0)
    }

    /// Frames for which a command is held, as in the BAIR recordings.
    static let hold = 2

    private(set) var tip: Vector
    private(set) var yaw: Float
    private let reach: SIMD2<Float>
    private var goal: SIMD2<Float>
    private var lifted = false
    private var command = Command.none
    private var framesHeld = GripperMotion.hold

    private static let lowered: Float = 0.018
    private static let raised: Float = 0.1
    /// The distance beyond an object's center at which a push aims.
    private static let followThrough: Float = 0.09

    /// - Parameter bin: half the inner size of the bin.
    init(bin: SIMD2<Float>, _ random: inout RandomStream) {
        reach = bin - 0.045
        tip = Vector(
            random.uniform(-reach.x...reach.x), random.uniform(-reach.y * 0.4...reach.y),
            GripperMotion.lowered)
        yaw = random.uniform(-1.5...1.5)
        goal = SIMD2(tip.x, tip.y)
    }

    /// Returns the command for the next frame; a new one every `hold` frames.
    mutating func nextCommand(
        things: [SIMD2<Float>], _ random: inout RandomStream
    ) -> Command {
        if framesHeld == GripperMotion.hold {
            command = freshCommand(things: things, &random)
            framesHeld = 0
        }
        framesHeld += 1
        return command
    }

    mutating func obey(_ command: Command) {
        tip += command.move
        yaw += command.turn
    }

    private mutating func freshCommand(
        things: [SIMD2<Float>], _ random: inout RandomStream
    ) -> Command {
        let here = SIMD2(tip.x, tip.y)
        if length(goal - here) < 0.03 {
            goal = freshGoal(from: here, things: things, &random)
            lifted = random.chance(0.12)
        }
        let gap = goal - here
        let far = length(gap)
        let frames = Float(GripperMotion.hold)
        let step = min(random.uniform(0.02...0.055), far / frames)
        let plane = far > 1e-4 ? gap / far * step : .zero
        let height = lifted ? GripperMotion.raised : GripperMotion.lowered
        return Command(
            move: Vector(plane.x, plane.y, (height - tip.z) / frames),
            turn: random.chance(0.5) ? random.uniform(-0.3...0.3) : 0)
    }

    private func freshGoal(
        from here: SIMD2<Float>, things: [SIMD2<Float>], _ random: inout RandomStream
    ) -> SIMD2<Float> {
        var goal = SIMD2(
            random.uniform(-reach.x...reach.x), random.uniform(-reach.y...reach.y))
        if !things.isEmpty, random.chance(0.75) {
            let thing = random.pick(things)
            let gap = thing - here
            goal = thing + gap / max(length(gap), 1e-3) * GripperMotion.followThrough
        }
        return pointwiseMin(pointwiseMax(goal, -reach), reach)
    }

    private func length(_ v: SIMD2<Float>) -> Float {
        (v * v).sum().squareRoot()
    }
}
