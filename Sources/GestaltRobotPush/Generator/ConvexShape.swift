/// A convex shape about its own origin, intersected with rays in closed form.
enum ConvexShape: Sendable {
    case box(half: Vector)
    case ellipsoid(radii: Vector)
    /// Axis along z, flat ends.
    case cylinder(radius: Float, halfHeight: Float)
    /// Axis along z, round ends; `halfLength` is that of the straight part.
    case capsule(radius: Float, halfLength: Float)

    /// Half the sides of the box around the shape.
    var halfExtent: Vector {
        switch self {
        case .box(let half): half
        case .ellipsoid(let radii): radii
        case .cylinder(let radius, let halfHeight): Vector(radius, radius, halfHeight)
        case .capsule(let radius, let halfLength): Vector(radius, radius, radius + halfLength)
        }
    }

    /// Intersects the ray `origin + t · direction` with the shape, both in the shape's axes.
    ///
    /// - Returns: the smallest such t > 0 and the outward unit normal there; `nil` for a miss and
    ///   for a ray that starts inside.
    @inline(__always)
    func entry(origin: Vector, direction: Vector) -> (t: Float, normal: Vector)? {
        switch self {
        case .box(let half): ConvexShape.enterBox(half, origin, direction)
        case .ellipsoid(let radii): ConvexShape.enterEllipsoid(radii, origin, direction)
        case .cylinder(let radius, let halfHeight):
            ConvexShape.enterCylinder(radius, halfHeight, origin, direction)
        case .capsule(let radius, let halfLength):
            ConvexShape.enterCapsule(radius, halfLength, origin, direction)
        }
    }

    @inline(__always)
    private static func enterBox(
        _ half: Vector, _ o: Vector, _ d: Vector
    ) -> (t: Float, normal: Vector)? {
        let inverse = 1 / d
        let first = (-half - o) * inverse
        let second = (half - o) * inverse
        let near = pointwiseMin(first, second)
        let far = pointwiseMax(first, second)
        let t = near.max()
        guard t > 0, t <= far.min() else { return nil }
        if t == near.x { return (t, Vector(d.x > 0 ? -1 : 1, 0, 0)) }
        if t == near.y { return (t, Vector(0, d.y > 0 ? -1 : 1, 0)) }
        return (t, Vector(0, 0, d.z > 0 ? -1 : 1))
    }

    @inline(__always)
    private static func enterEllipsoid(
        _ radii: Vector, _ origin: Vector, _ direction: Vector
    ) -> (t: Float, normal: Vector)? {
        let o = origin / radii
        let d = direction / radii
        guard let t = root(dot(d, d), dot(o, d), dot(o, o) - 1) else { return nil }
        return (t, normalized((o + d * t) / radii))
    }

    @inline(__always)
    private static func enterCylinder(
        _ radius: Float, _ halfHeight: Float, _ o: Vector, _ d: Vector
    ) -> (t: Float, normal: Vector)? {
        let a = d.x * d.x + d.y * d.y
        let b = o.x * d.x + o.y * d.y
        let c = o.x * o.x + o.y * o.y - radius * radius
        if let t = root(a, b, c) {
            let p = o + d * t
            if abs(p.z) <= halfHeight { return (t, Vector(p.x / radius, p.y / radius, 0)) }
        }
        let side: Float = d.z > 0 ? -1 : 1
        let t = (side * halfHeight - o.z) / d.z
        let p = o + d * t
        guard t > 0, p.x * p.x + p.y * p.y <= radius * radius else { return nil }
        return (t, Vector(0, 0, side))
    }

    @inline(__always)
    private static func enterCapsule(
        _ radius: Float, _ halfLength: Float, _ o: Vector, _ d: Vector
    ) -> (t: Float, normal: Vector)? {
        let a = d.x * d.x + d.y * d.y
        let b = o.x * d.x + o.y * d.y
        let c = o.x * o.x + o.y * o.y - radius * radius
        if let t = root(a, b, c) {
            let p = o + d * t
            if abs(p.z) <= halfLength { return (t, Vector(p.x / radius, p.y / radius, 0)) }
        }
        // The ends: of two spheres the ray may meet both; the nearer one counts.
        let dd = dot(d, d)
        let low = Vector(o.x, o.y, o.z + halfLength)
        let high = Vector(o.x, o.y, o.z - halfLength)
        let lowEntry = root(dd, dot(low, d), dot(low, low) - radius * radius)
        let highEntry = root(dd, dot(high, d), dot(high, high) - radius * radius)
        if let t = lowEntry, t <= highEntry ?? .infinity { return (t, (low + d * t) / radius) }
        return highEntry.map { ($0, (high + d * $0) / radius) }
    }

    /// Returns the smaller root of `a·t² + 2·b·t + c`, when it is positive.
    @inline(__always)
    private static func root(_ a: Float, _ b: Float, _ c: Float) -> Float? {
        let discriminant = b * b - a * c
        guard discriminant >= 0, a > 0 else { return nil }
        let t = (-b - discriminant.squareRoot()) / a
        return t > 0 ? t : nil
    }
}
