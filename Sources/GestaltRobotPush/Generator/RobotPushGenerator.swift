import GestaltChecks
import GestaltData
import GestaltTensor

/// Generates clips of a robot arm that pushes objects about in a bin, with exact instance masks.
///
/// Scene, physics and images are computed here, from a seed and nothing else: no files, no assets.
/// The clips have the size, length, camera style and labels of the BAIR robot-pushing recordings,
/// but are simpler; use them for tests and where no recordings are at hand.
///
/// Label ids: 0 background (bin, floor, clutter, shadows), 1 arm, 2… the objects in the bin, each
/// with one id through the clip. A pixel's label is the most frequent one of its supersamples, the
/// lowest in a tie.
///
/// The same seed, configuration and index yield the same bytes.
public struct RobotPushGenerator: Sendable {
    /// The parameters of the clips.
    public struct Configuration: Sendable, Hashable {
        public var height = 64
        public var width = 64
        public var frames = 30
        /// Samples along each side of a pixel.
        public var supersampling = 4
        /// The number of objects in the bin.
        public var things = 3...6
        /// Whether crosses, rings, bottles and angles are among the objects. Train without and
        /// test with them to measure generalization to unseen shapes.
        public var includesRareThings = true

        public init() {}
    }

    public let configuration: Configuration
    public let seed: UInt64

    /// - Precondition: sizes, frames and supersampling are positive; 0…200 objects.
    public init(seed: UInt64 = 0, configuration: Configuration = Configuration()) {
        let c = configuration
        require(
            c.height > 0 && c.width > 0 && c.frames > 0 && c.supersampling > 0
                && c.things.lowerBound >= 0 && c.things.upperBound <= 200,
            "RobotPushGenerator: \(c)")
        self.seed = seed
        self.configuration = configuration
    }

    /// Renders clip `index`: bytes and values in the order of `Clip`'s tensors.
    ///
    /// - Complexity: 2–3 ms per frame of 64 × 64 on one core.
    func render(_ index: Int) -> Rendering {
        var random = RandomStream(seed: seed).split(UInt64(bitPattern: Int64(index)))
        let factor = configuration.supersampling
        let stage = Stage(
            width: configuration.width * factor, height: configuration.height * factor, &random)
        var play = Play(stage: stage, configuration: configuration, &random)
        let pictures = StillLife(stage)
        var rendering = Rendering()
        for _ in 0..<configuration.frames {
            let (pixels, labels) = pictures.frame(with: play.solids, factor: factor)
            rendering.pixels += pixels
            rendering.labels += labels
            let tip = play.motion.tip
            rendering.positions += [tip.x, tip.y, tip.z]
            let command = play.advance(&random)
            rendering.actions += [command.move.x, command.move.y, command.move.z, command.turn]
        }
        return rendering
    }

    struct Rendering: Sendable {
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        var actions: [Float] = []
        var positions: [Float] = []
    }
}

/// The state of a clip over time: the objects and the gripper.
private struct Play {
    let arm: RobotArm
    let things: [PushObject]
    var physics: PushPhysics
    var motion: GripperMotion

    init(
        stage: Stage, configuration: RobotPushGenerator.Configuration,
        _ random: inout RandomStream
    ) {
        arm = stage.arm
        let rare: Set<PushObject.Kind> = [.cross, .ring, .bottle, .angle]
        let kinds = PushObject.Kind.allCases.filter {
            configuration.includesRareThings || !rare.contains($0)
        }
        var things: [PushObject] = []
        var physics = PushPhysics(bodies: [], bin: stage.bin)
        for _ in 0..<random.integer(configuration.things) {
            let thing = PushObject(
                random.pick(kinds), surface: Stage.paint(&random), random: &random)
            things.append(thing)
            physics.bodies.append(Play.place(thing, among: physics, &random))
        }
        physics.settle()
        self.things = things
        self.physics = physics
        motion = GripperMotion(bin: stage.bin, &random)
        physics.push(probe: probe, from: tipInPlane, to: tipInPlane)
        self.physics = physics
    }

    /// Returns a free place if one is found soon, else any: settling separates the objects.
    private static func place(
        _ thing: PushObject, among physics: PushPhysics, _ random: inout RandomStream
    ) -> PushPhysics.Body {
        var body = PushPhysics.Body(thing, position: .zero, angle: 0)
        for _ in 0..<30 {
            let reach = pointwiseMax(physics.bin - body.reach, SIMD2(0.01, 0.01))
            body.position = SIMD2(
                random.uniform(-reach.x...reach.x), random.uniform(-reach.y...reach.y))
            body.angle = random.uniform(-Float.pi...Float.pi)
            let isFree = physics.bodies.allSatisfy { other in
                let gap = other.position - body.position
                return (gap * gap).sum().squareRoot() > other.reach + body.reach
            }
            if isFree { break }
        }
        return body
    }

    var solids: [Solid] {
        var solids = arm.solids(tip: motion.tip, yaw: motion.yaw)
        for (index, thing) in things.enumerated() {
            let body = physics.bodies[index]
            solids += thing.solids(
                at: body.position, angle: body.angle, label: UInt8(index + 2))
        }
        return solids
    }

    mutating func advance(_ random: inout RandomStream) -> GripperMotion.Command {
        let command = motion.nextCommand(things: physics.bodies.map(\.position), &random)
        let start = tipInPlane
        motion.obey(command)
        physics.push(probe: probe, from: start, to: tipInPlane)
        return command
    }

    private var tipInPlane: SIMD2<Float> { SIMD2(motion.tip.x, motion.tip.y) }

    /// Three discs across the fingers, and the palm above them for objects that reach it.
    private var probe: [(disc: Disc, above: Float)] {
        let across = Pose(yaw: motion.yaw).x
        let finger = SIMD2(across.x, across.y) * RobotArm.fingerHalfGap
        let low = motion.tip.z - 0.012
        return [
            (Disc(center: -finger, radius: 0.015), low), (Disc(center: .zero, radius: 0.015), low),
            (Disc(center: finger, radius: 0.015), low),
            (Disc(center: .zero, radius: 0.05), motion.tip.z + 0.065),
        ]
    }
}

/// A stage rendered once, to which each frame adds the moving parts.
private struct StillLife {
    let light: Light
    let raster: Raster
    let shadows: ShadowMap

    init(_ stage: Stage) {
        var raster = Raster(view: stage.view, background: stage.background)
        var shadows = ShadowMap(stage.light)
        for solid in stage.solids {
            raster.draw(solid, under: stage.light, shadows: shadows.view)
            shadows.draw(solid)
        }
        (light, self.raster, self.shadows) = (stage.light, raster, shadows)
    }

    func frame(with solids: [Solid], factor: Int) -> (pixels: [UInt8], labels: [UInt8]) {
        var raster = raster
        var shadows = shadows
        for solid in solids {
            raster.draw(solid, under: light, shadows: shadows.view)
            shadows.draw(solid)
        }
        return raster.resolved(factor: factor, shadows: shadows, light: light)
    }
}
