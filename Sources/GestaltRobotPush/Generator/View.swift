/// The projection of a raster: a pinhole camera, or parallel rays for the light.
///
/// Raster point (u, v) has the ray `origin(u, v) + t · direction(u, v)`; both are affine in u and
/// v, so a solid can step through its pixels in its own axes with two additions per pixel. t is the
/// depth along `forward`.
struct View: Sendable {
    let position: Vector
    let right: Vector
    let down: Vector
    let forward: Vector
    /// Raster units per meter (at depth 1 for the pinhole).
    let scale: Float
    let isPinhole: Bool
    let width: Int
    let height: Int

    /// A pinhole camera; `focal` is in raster units.
    init(position: Vector, target: Vector, roll: Float, focal: Float, width: Int, height: Int) {
        let forward = normalized(target - position)
        let level = normalized(cross(forward, Vector(0, 0, 1)))
        let right = normalized(level + cross(forward, level) * roll)
        self.init(
            position: position, right: right, forward: forward, scale: focal, isPinhole: true,
            width: width, height: height)
    }

    /// Parallel rays along `direction`; the view covers `extent` × `extent` meters of the plane
    /// through `target`.
    init(direction: Vector, target: Vector, extent: Float, resolution: Int) {
        let forward = normalized(direction)
        let right = normalized(cross(forward, Vector(0, 1, 0.1)))
        self.init(
            position: target - forward * 3, right: right, forward: forward,
            scale: Float(resolution) / extent, isPinhole: false,
            width: resolution, height: resolution)
    }

    private init(
        position: Vector, right: Vector, forward: Vector, scale: Float, isPinhole: Bool,
        width: Int, height: Int
    ) {
        self.position = position
        self.right = right
        self.forward = forward
        self.down = cross(forward, right)
        self.scale = scale
        self.isPinhole = isPinhole
        self.width = width
        self.height = height
    }

    /// The rays in the axes of a solid: `origin + u · originU + v · originV`, directions likewise.
    struct Rays {
        var origin: Vector
        var originU = Vector.zero
        var originV = Vector.zero
        var direction: Vector
        var directionU = Vector.zero
        var directionV = Vector.zero
    }

    func rays(in pose: Pose) -> Rays {
        let across = pose.local(direction: right / scale)
        let along = pose.local(direction: down / scale)
        let (u, v) = (Float(width) / 2, Float(height) / 2)
        var rays = Rays(
            origin: pose.local(point: position), direction: pose.local(direction: forward))
        if isPinhole {
            rays.direction -= across * u + along * v
            (rays.directionU, rays.directionV) = (across, along)
        } else {
            rays.origin -= across * u + along * v
            (rays.originU, rays.originV) = (across, along)
        }
        return rays
    }

    /// Returns the raster coordinates and depth of a world point.
    @inline(__always)
    func project(_ point: Vector) -> Vector {
        let q = point - position
        let depth = dot(q, forward)
        let factor = isPinhole ? scale / depth : scale
        return Vector(
            dot(q, right) * factor + Float(width) / 2, dot(q, down) * factor + Float(height) / 2,
            depth)
    }

    /// Returns the raster cells that the box `half` in `pose` can touch; `nil` when it is out of
    /// sight.
    func bounds(half: Vector, pose: Pose) -> (columns: Range<Int>, rows: Range<Int>)? {
        var low = SIMD2<Float>(repeating: .infinity)
        var high = -low
        var hidden = 0
        for corner in 0..<8 {
            let sign = Vector(
                corner & 1 == 0 ? -1 : 1, corner & 2 == 0 ? -1 : 1, corner & 4 == 0 ? -1 : 1)
            let p = project(pose.world(point: half * sign))
            guard p.z > 0.05 else {
                hidden += 1
                continue
            }
            low = pointwiseMin(low, SIMD2(p.x, p.y))
            high = pointwiseMax(high, SIMD2(p.x, p.y))
        }
        if hidden == 8 { return nil }
        // A box that reaches behind the camera projects to no bounded rectangle.
        if hidden > 0 { return (0..<width, 0..<height) }
        let left = max(0, Int(max(min(low.x, 1e6), -1e6).rounded(.down)))
        let right = min(width, Int(min(max(high.x, -1e6), 1e6).rounded(.up)) + 1)
        let top = max(0, Int(max(min(low.y, 1e6), -1e6).rounded(.down)))
        let bottom = min(height, Int(min(max(high.y, -1e6), 1e6).rounded(.up)) + 1)
        return left < right && top < bottom ? (left..<right, top..<bottom) : nil
    }
}
