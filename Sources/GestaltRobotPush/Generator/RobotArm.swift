import GestaltData
import GestaltTensor

/// An arm on a pedestal behind the bin: two links, a wrist that hangs down, two fingers.
///
/// Dark red links with black joints, after the Sawyer arm of the BAIR recordings.
struct RobotArm: Sendable {
    /// The position of the arm on the floor behind the bin.
    let base: Vector
    let linkLength: Float
    let linkRadius: Float
    /// The inclination of the elbow from the vertical plane of the arm, radians.
    let elbowLean: Float
    let red: Vector
    let black: Vector
    let bright: Vector

    static let label: UInt8 = 1
    /// The height of the wrist joint above the point between the finger tips.
    static let wristHeight: Float = 0.22
    static let fingerHalfGap: Float = 0.028

    init(_ random: inout RandomStream) {
        base = Vector(random.uniform(-0.06...0.06), random.uniform(0.66...0.74), -0.05)
        linkLength = random.uniform(0.53...0.57)
        linkRadius = random.uniform(0.048...0.058)
        elbowLean = random.uniform(-0.45...0.45)
        red = Vector(0.48, 0.06, 0.085) * random.uniform(0.8...1.25)
        black = Vector(0.075, 0.07, 0.075) * random.uniform(0.7...1.5)
        bright = Vector(0.86, 0.85, 0.82) * random.uniform(0.85...1.05)
    }

    /// The static parts.
    var pedestal: [Solid] {
        let turret = base + Vector(0, 0, 0.34)
        return [
            part(.cylinder(radius: 0.12, halfHeight: 0.03), at: base + Vector(0, 0, 0.03), black),
            part(.cylinder(radius: 0.075, halfHeight: 0.12), at: base + Vector(0, 0, 0.16), red),
            part(.cylinder(radius: 0.095, halfHeight: 0.06), at: turret, red),
        ]
    }

    /// Returns the moving parts, for the finger tips at `tip` and the gripper rotated by `yaw`.
    func solids(tip: Vector, yaw: Float) -> [Solid] {
        let shoulder = base + Vector(0, 0, 0.42)
        let wrist = tip + Vector(0, 0, RobotArm.wristHeight)
        let elbow = self.elbow(from: shoulder, to: wrist)
        return links(shoulder: shoulder, elbow: elbow, wrist: wrist)
            + hand(tip: tip, wrist: wrist, yaw: yaw)
    }

    /// Returns the elbow of two equal links: on the perpendicular through the middle, upwards.
    private func elbow(from shoulder: Vector, to wrist: Vector) -> Vector {
        let span = wrist - shoulder
        let half = length(span) / 2
        let rise = max(linkLength * linkLength - half * half, 0.0004).squareRoot()
        let along = normalized(span)
        let side = normalized(cross(along, Vector(0, 0, 1)))
        let up = cross(side, along)
        let lean = heading(elbowLean)
        return (shoulder + wrist) / 2 + (up * lean.x + side * lean.y) * rise
    }

    private func links(shoulder: Vector, elbow: Vector, wrist: Vector) -> [Solid] {
        let neck = wrist + (elbow - wrist) * 0.1
        let cuff = wrist + (elbow - wrist) * 0.34
        let patch = wrist + (elbow - wrist) * 0.48
        return [
            limb(from: shoulder, to: elbow, radius: linkRadius * 1.15, red),
            limb(from: elbow, to: elbow + Vector(0, 0, 0.001), radius: linkRadius * 1.25, black),
            limb(from: elbow, to: wrist, radius: linkRadius, red),
            limb(from: patch, to: cuff, radius: linkRadius * 1.06, black),
            limb(from: neck, to: wrist, radius: linkRadius * 0.92, black),
            Solid(
                shape: .ellipsoid(radii: Vector(0.024, 0.016, 0.04)),
                pose: Pose(
                    origin: patch + Vector(0, -linkRadius * 0.95, linkRadius * 0.35), yaw: 0),
                surface: Surface(.plain, bright, gloss: 0.2), label: RobotArm.label),
        ]
    }

    private func hand(tip: Vector, wrist: Vector, yaw: Float) -> [Solid] {
        let turned = Pose(origin: tip, yaw: yaw)
        let gap = RobotArm.fingerHalfGap
        func at(_ x: Float, _ y: Float, _ z: Float) -> Pose {
            turned.world(Pose(origin: Vector(x, y, z)))
        }
        func box(_ half: Vector, _ pose: Pose, _ color: Vector) -> Solid {
            Solid(
                shape: .box(half: half), pose: pose, surface: Surface(.plain, color, gloss: 0.1),
                label: RobotArm.label)
        }
        return [
            Solid(
                shape: .cylinder(radius: 0.043, halfHeight: 0.045),
                pose: Pose(origin: wrist - Vector(0, 0, 0.03)),
                surface: Surface(.plain, red, gloss: 0.25), label: RobotArm.label),
            Solid(
                shape: .cylinder(radius: 0.046, halfHeight: 0.02),
                pose: Pose(origin: wrist - Vector(0, 0, 0.085)),
                surface: Surface(.plain, black, gloss: 0.2), label: RobotArm.label),
            box(Vector(0.052, 0.026, 0.026), at(0, 0, 0.095), black),
            box(Vector(0.008, 0.012, 0.042), at(gap, 0, 0.03), black * 1.8),
            box(Vector(0.008, 0.012, 0.042), at(-gap, 0, 0.03), black * 1.8),
        ]
    }

    private func limb(from start: Vector, to end: Vector, radius: Float, _ color: Vector) -> Solid {
        Solid(
            shape: .capsule(radius: radius, halfLength: length(end - start) / 2),
            pose: Pose(from: start, to: end), surface: Surface(.plain, color, gloss: 0.3),
            label: RobotArm.label)
    }

    private func part(_ shape: ConvexShape, at origin: Vector, _ color: Vector) -> Solid {
        Solid(
            shape: shape, pose: Pose(origin: origin),
            surface: Surface(.plain, color, gloss: 0.25), label: RobotArm.label)
    }
}
