/// One convex part of the scene: its shape, pose, surface and label.
struct Solid: Sendable {
    var shape: ConvexShape
    var pose: Pose
    var surface: Surface
    /// The label id of its pixels.
    var label: UInt8 = 0

    /// Traces the rays of the cells of `view` that this solid covers, and passes each hit to
    /// `body`: the cell's index, depth, and the normal in the solid's axes.
    ///
    /// - Parameter body: returns nothing; called once per hit, rows first.
    @inline(__always)
    func trace(in view: View, _ body: (_ cell: Int, _ hit: Hit) -> Void) {
        guard let (columns, rows) = view.bounds(half: shape.halfExtent, pose: pose) else { return }
        let rays = view.rays(in: pose)
        for row in rows {
            let v = Float(row) + 0.5
            let rowOrigin = rays.origin + rays.originV * v
            let rowDirection = rays.direction + rays.directionV * v
            for column in columns {
                let u = Float(column) + 0.5
                let origin = rowOrigin + rays.originU * u
                let direction = rowDirection + rays.directionU * u
                guard let (t, normal) = shape.entry(origin: origin, direction: direction) else {
                    continue
                }
                body(
                    row * view.width + column,
                    Hit(depth: t, point: origin + direction * t, normal: normal))
            }
        }
    }
}

/// The intersection of a ray with a solid; point and normal in the solid's axes.
struct Hit {
    let depth: Float
    let point: Vector
    let normal: Vector
}
