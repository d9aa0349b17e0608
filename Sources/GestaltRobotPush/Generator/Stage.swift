import GestaltData
import GestaltTensor

/// The static scene of a clip: camera, light, floor, bin, clutter, pedestal.
struct Stage: Sendable {
    let view: View
    let light: Light
    let arm: RobotArm
    /// Half the inner size of the bin.
    let bin: SIMD2<Float>
    let solids: [Solid]
    let background: Vector

    /// - Parameter width: of the raster, in samples; likewise `height`.
    init(width: Int, height: Int, _ random: inout RandomStream) {
        view = Stage.camera(width: width, height: height, &random)
        light = Stage.light(&random)
        arm = RobotArm(&random)
        bin = SIMD2(random.uniform(0.28...0.33), random.uniform(0.21...0.25))
        background = Vector(0.3, 0.3, 0.32)
        let floor = Stage.ground(&random)
        solids =
            [floor] + Stage.box(bin: bin, &random) + Stage.clutter(bin: bin, &random)
            + arm.pedestal
    }

    private static func camera(width: Int, height: Int, _ random: inout RandomStream) -> View {
        let side = random.uniform(-0.05...0.05)
        let position = Vector(
            side, random.uniform(-0.92 ... -0.84), random.uniform(0.72...0.82))
        let target = Vector(
            side + random.uniform(-0.03...0.03), random.uniform(0.07...0.12), 0.03)
        return View(
            position: position, target: target, roll: random.uniform(-0.03...0.03),
            focal: random.uniform(1.42...1.62) * Float(min(width, height)),
            width: width, height: height)
    }

    private static func light(_ random: inout RandomStream) -> Light {
        let bearing = random.uniform(-Float.pi...Float.pi)
        let tilt = random.uniform(0.45...1.1)
        let sky = random.uniform(0.5...0.75)
        let warmth = Vector(1, random.uniform(0.95...1), random.uniform(0.87...1))
        return Light(
            toLamp: normalized(Vector(heading(bearing) * tilt, 1)),
            lamp: warmth * (random.uniform(1.3...1.6) - sky),
            sky: Vector(0.98, 0.99, 1) * sky,
            softness: random.uniform(1...3.2))
    }

    private static func ground(_ random: inout RandomStream) -> Solid {
        let patterns: [Surface.Pattern] = [.plain, .plaster, .clay, .tiles, .wood]
        let gray = random.uniform(0.2...0.75)
        let color = tint(gray, saturation: 0.12, &random)
        return Solid(
            shape: .box(half: Vector(8, 8, 0.5)),
            pose: Pose(origin: Vector(0, 0, -0.55), yaw: random.uniform(-0.3...0.3)),
            surface: Surface(
                random.pick(patterns), color, accent: color * random.uniform(0.65...0.9),
                scale: random.uniform(0.02...0.06)))
    }

    private static func box(bin: SIMD2<Float>, _ random: inout RandomStream) -> [Solid] {
        let patterns: [Surface.Pattern] = [.wood, .wood, .plaster, .clay, .tiles, .metal]
        let color = tint(random.uniform(0.28...0.95), saturation: 0.3, &random)
        let surface = Surface(
            random.pick(patterns), color, accent: color * random.uniform(0.62...0.88),
            scale: random.uniform(0.012...0.035))
        let rim = Surface(
            surface.pattern, color * random.uniform(0.7...1.15), accent: surface.accent,
            scale: surface.scale)
        let thickness: Float = 0.012
        let rise = random.uniform(0.03...0.07)
        func wall(_ half: Vector, _ x: Float, _ y: Float) -> Solid {
            Solid(
                shape: .box(half: half), pose: Pose(origin: Vector(x, y, half.z - 0.03)),
                surface: rim)
        }
        let side = Vector(thickness, bin.y + 2 * thickness, (rise + 0.03) / 2)
        let front = Vector(bin.x + 2 * thickness, thickness, (rise + 0.03) / 2)
        return [
            Solid(
                shape: .box(half: Vector(bin.x + thickness, bin.y + thickness, 0.02)),
                pose: Pose(origin: Vector(0, 0, -0.02)), surface: surface),
            wall(side, bin.x + thickness, 0), wall(side, -bin.x - thickness, 0),
            wall(front, 0, bin.y + thickness), wall(front, 0, -bin.y - thickness),
        ]
    }

    /// Returns static objects next to and behind the bin: background that looks like foreground.
    private static func clutter(bin: SIMD2<Float>, _ random: inout RandomStream) -> [Solid] {
        let kinds: [PushObject.Kind] = [.box, .carton, .ball, .can, .capsule, .egg, .bottle]
        return (0..<random.integer(2...6)).flatMap { _ -> [Solid] in
            let side: Float = random.chance(0.5) ? 1 : -1
            let behind = random.chance(0.7)
            let place =
                behind
                ? SIMD2(
                    side * random.uniform(0.14...0.5), bin.y + random.uniform(0.1...0.4))
                : SIMD2(side * (bin.x + random.uniform(0.09...0.2)), random.uniform(-0.3...0.3))
            let thing = PushObject(
                random.pick(kinds), surface: Stage.paint(&random), random: &random)
            return thing.solids(at: place, angle: random.uniform(-3...3), label: 0).map {
                var solid = $0
                solid.pose.origin.z -= 0.05
                return solid
            }
        }
    }

    /// Returns the surface of an object: a clear color, often with a pattern.
    static func paint(_ random: inout RandomStream) -> Surface {
        let palette: [Vector] = [
            Vector(0.85, 0.12, 0.10), Vector(0.15, 0.35, 0.85), Vector(0.20, 0.72, 0.25),
            Vector(0.95, 0.80, 0.15), Vector(0.95, 0.50, 0.10), Vector(0.55, 0.25, 0.70),
            Vector(0.90, 0.90, 0.88), Vector(0.13, 0.13, 0.15), Vector(0.50, 0.33, 0.20),
            Vector(0.15, 0.65, 0.65), Vector(0.55, 0.80, 0.25), Vector(0.90, 0.45, 0.60),
            Vector(0.55, 0.57, 0.60),
        ]
        let patterns: [Surface.Pattern] = [
            .plain, .plain, .plain, .checker, .stripes, .gradient, .speckle, .print,
        ]
        let color = random.pick(palette) * random.uniform(0.75...1.05)
        let accent = random.chance(0.5) ? random.pick(palette) : color * random.uniform(0.4...0.7)
        return Surface(
            random.pick(patterns), color, accent: accent, scale: random.uniform(0.014...0.028),
            gloss: random.chance(0.4) ? random.uniform(0.1...0.4) : 0)
    }

    private static func tint(
        _ gray: Float, saturation: Float, _ random: inout RandomStream
    ) -> Vector {
        // Mostly warm hues: wood, clay, skin of paint; now and then any hue.
        let green = random.uniform(0.8...0.98)
        let warm = Vector(1, green, green - random.uniform(0...0.25))
        let any = Vector(
            random.uniform(1 - saturation * 2...1), random.uniform(1 - saturation * 2...1),
            random.uniform(1 - saturation * 2...1))
        return (random.chance(0.75) ? warm : any) * gray
    }
}
