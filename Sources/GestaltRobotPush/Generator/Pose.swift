import Foundation

/// A point, direction or color. World axes: x right, y away from the camera, z up; meters.
typealias Vector = SIMD3<Float>

@inline(__always)
func dot(_ a: Vector, _ b: Vector) -> Float {
    a.x * b.x + a.y * b.y + a.z * b.z
}

func cross(_ a: Vector, _ b: Vector) -> Vector {
    Vector(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

@inline(__always)
func length(_ a: Vector) -> Float {
    dot(a, a).squareRoot()
}

@inline(__always)
func normalized(_ a: Vector) -> Vector {
    a / length(a)
}

/// Returns the unit vector at an angle from the x axis.
///
/// Computed in double precision and rounded once: C libraries differ in the last bit of a sine, but
/// the clips of a seed must not.
func heading(_ angle: Float) -> SIMD2<Float> {
    SIMD2(Float(cos(Double(angle))), Float(sin(Double(angle))))
}

/// The position and orientation of a rigid object: an origin and three orthonormal axes.
struct Pose: Sendable {
    var origin: Vector
    var x: Vector
    var y: Vector
    var z: Vector

    init(origin: Vector = .zero, x: Vector, y: Vector, z: Vector) {
        (self.origin, self.x, self.y, self.z) = (origin, x, y, z)
    }

    /// A pose rotated about the vertical by `yaw` radians, counterclockwise seen from above.
    init(origin: Vector = .zero, yaw: Float = 0) {
        let x = heading(yaw)
        self.init(
            origin: origin, x: Vector(x.x, x.y, 0), y: Vector(-x.y, x.x, 0), z: Vector(0, 0, 1))
    }

    /// The pose halfway between two points, with the z axis along the line from the first to the
    /// second.
    init(from start: Vector, to end: Vector) {
        let z = normalized(end - start)
        let helper = abs(z.x) < 0.9 ? Vector(1, 0, 0) : Vector(0, 1, 0)
        let y = normalized(cross(z, helper))
        self.init(origin: (start + end) / 2, x: cross(y, z), y: y, z: z)
    }

    /// Returns a pose with the part's z axis along x, which lays an upright cylinder down.
    static func lying(at origin: Vector) -> Pose {
        Pose(origin: origin, x: Vector(0, 1, 0), y: Vector(0, 0, 1), z: Vector(1, 0, 0))
    }

    @inline(__always)
    func local(direction d: Vector) -> Vector {
        Vector(dot(d, x), dot(d, y), dot(d, z))
    }

    @inline(__always)
    func local(point p: Vector) -> Vector {
        local(direction: p - origin)
    }

    @inline(__always)
    func world(direction d: Vector) -> Vector {
        x * d.x + y * d.y + z * d.z
    }

    @inline(__always)
    func world(point p: Vector) -> Vector {
        origin + world(direction: p)
    }

    /// Returns the world pose of a part whose pose is relative to this one.
    func world(_ part: Pose) -> Pose {
        Pose(
            origin: world(point: part.origin), x: world(direction: part.x),
            y: world(direction: part.y), z: world(direction: part.z))
    }
}
