import GestaltData
import GestaltTensor

/// An object that can be pushed: convex parts for rendering, discs for contact.
///
/// Parts and discs are relative to the object's center, z = 0 on the ground.
struct PushObject: Sendable {
    /// The kinds of objects of the generator.
    enum Kind: String, Sendable, CaseIterable {
        case box, carton, ball, can, roller, capsule, egg, cross, ring, bottle, angle
    }

    struct Part: Sendable {
        var shape: ConvexShape
        var pose: Pose
        var surface: Surface
    }

    let kind: Kind
    let parts: [Part]
    let discs: [Disc]
    let height: Float
    /// The fraction of a push's speed that the object keeps from frame to frame: round objects
    /// roll on.
    let roll: Float

    init(_ kind: Kind, surface: Surface, random: inout RandomStream) {
        var builder = Builder(surface: surface)
        builder.build(kind, &random)
        self.kind = kind
        parts = builder.parts
        discs = builder.discs
        height = builder.height
        roll = builder.roll
    }

    func solids(at position: SIMD2<Float>, angle: Float, label: UInt8) -> [Solid] {
        let pose = Pose(origin: Vector(position.x, position.y, 0), yaw: angle)
        return parts.map {
            Solid(shape: $0.shape, pose: pose.world($0.pose), surface: $0.surface, label: label)
        }
    }
}

/// A circle on the ground that other circles push.
struct Disc: Sendable {
    var center: SIMD2<Float>
    var radius: Float
}

private struct Builder {
    let surface: Surface
    var parts: [PushObject.Part] = []
    var discs: [Disc] = []
    var height: Float = 0
    var roll: Float = 0

    mutating func build(_ kind: PushObject.Kind, _ random: inout RandomStream) {
        switch kind {
        case .box:
            let half = Vector(
                random.uniform(0.03...0.072), random.uniform(0.026...0.048),
                random.uniform(0.02...0.042))
            block(half)
        case .carton: block(Vector(0.036, 0.028, random.uniform(0.05...0.072)))
        case .ball:
            let radius = random.uniform(0.03...0.052)
            add(.ellipsoid(radii: Vector(repeating: radius)), Pose(origin: Vector(0, 0, radius)))
            finish(height: radius * 2, row: 0, radius: radius * 0.95, roll: 0.55)
        case .can:
            let (radius, half) = (random.uniform(0.03...0.048), random.uniform(0.03...0.058))
            add(.cylinder(radius: radius, halfHeight: half), Pose(origin: Vector(0, 0, half)))
            finish(height: half * 2, row: 0, radius: radius)
        case .roller:
            let (radius, half) = (random.uniform(0.024...0.038), random.uniform(0.04...0.08))
            add(.cylinder(radius: radius, halfHeight: half), .lying(at: Vector(0, 0, radius)))
            finish(height: radius * 2, row: half - radius * 0.6, radius: radius, roll: 0.3)
        case .capsule:
            let (radius, half) = (random.uniform(0.022...0.034), random.uniform(0.035...0.075))
            add(.capsule(radius: radius, halfLength: half), .lying(at: Vector(0, 0, radius)))
            finish(height: radius * 2, row: half, radius: radius, roll: 0.3)
        case .egg:
            let radii = Vector(
                random.uniform(0.05...0.08), random.uniform(0.034...0.052),
                random.uniform(0.022...0.035))
            add(.ellipsoid(radii: radii), Pose(origin: Vector(0, 0, radii.z)))
            finish(height: radii.z * 2, row: radii.x - radii.y, radius: radii.y * 0.95)
        case .cross, .angle: bars(kind, &random)
        case .ring: ring(radius: random.uniform(0.042...0.058))
        case .bottle: bottle(radius: random.uniform(0.026...0.034))
        }
    }

    private mutating func add(_ shape: ConvexShape, _ pose: Pose, _ look: Surface? = nil) {
        parts.append(PushObject.Part(shape: shape, pose: pose, surface: look ?? surface))
    }

    /// Adds discs of one radius in a row of half length `row` along x.
    private mutating func finish(height: Float, row: Float, radius: Float, roll: Float = 0) {
        self.height = height
        self.roll = roll
        let steps = max(Int((row / radius).rounded(.up)), row > 0 ? 1 : 0)
        for step in -steps...steps {
            let x = steps == 0 ? 0 : row * Float(step) / Float(steps)
            discs.append(Disc(center: SIMD2(x, 0), radius: radius))
        }
    }

    private mutating func block(_ half: Vector) {
        add(.box(half: half), Pose(origin: Vector(0, 0, half.z)))
        finish(height: half.z * 2, row: max(half.x - half.y, 0), radius: min(half.x, half.y))
        // Discs at the corners, or blocks would overlap there.
        let corner = half.y * 0.3
        for (x, y) in [(-1, -1), (-1, 1), (1, -1), (1, 1)] as [(Float, Float)] {
            let center = SIMD2(x * (half.x - corner), y * (half.y - corner))
            discs.append(Disc(center: center, radius: corner))
        }
    }

    private mutating func bars(_ kind: PushObject.Kind, _ random: inout RandomStream) {
        let (long, thin) = (random.uniform(0.052...0.075), random.uniform(0.017...0.024))
        let rise = random.uniform(0.014...0.024)
        let shift = kind == .cross ? 0 : long - thin
        add(
            .box(half: Vector(long, thin, rise)), Pose(origin: Vector(0, -shift * 0.5, rise)))
        add(
            .box(half: Vector(thin, long, rise)),
            Pose(origin: Vector(-shift, shift * 0.5, rise * 0.98)))
        height = rise * 2
        for share in [-1, -0.5, 0, 0.5, 1] as [Float] {
            let reach = share * (long - thin)
            discs.append(Disc(center: SIMD2(reach, -shift * 0.5), radius: thin))
            discs.append(Disc(center: SIMD2(-shift, reach + shift * 0.5), radius: thin))
        }
    }

    private mutating func ring(radius: Float) {
        let tube: Float = 0.018
        height = tube * 2
        let corners = (0...10).map { index in
            let pose = Pose(yaw: Float(index) * 2 * .pi / 10)
            return pose.x * radius + Vector(0, 0, tube)
        }
        for (start, end) in zip(corners, corners.dropFirst()) {
            let half = length(end - start) / 2
            add(.capsule(radius: tube, halfLength: half), Pose(from: start, to: end))
            discs.append(Disc(center: SIMD2(start.x, start.y), radius: tube))
        }
    }

    private mutating func bottle(radius: Float) {
        let cap = Surface(.plain, surface.accent, gloss: 0.2)
        add(
            .cylinder(radius: radius, halfHeight: 0.045), .lying(at: Vector(-0.02, 0, radius)))
        add(
            .ellipsoid(radii: Vector(radius, radius, 0.03)), .lying(at: Vector(0.025, 0, radius)))
        add(
            .cylinder(radius: radius * 0.38, halfHeight: 0.03), .lying(at: Vector(0.06, 0, radius)))
        add(
            .cylinder(radius: radius * 0.5, halfHeight: 0.01),
            .lying(at: Vector(0.095, 0, radius)), cap)
        finish(height: radius * 2, row: 0.045, radius: radius, roll: 0.2)
        discs.append(Disc(center: SIMD2(0.085, 0), radius: radius * 0.5))
    }
}
