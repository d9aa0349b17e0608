/// An ambient sky and one directional lamp that casts shadows.
struct Light: Sendable {
    /// From the scene to the lamp, unit length.
    let toLamp: Vector
    let lamp: Vector
    let sky: Vector
    /// The radius of the soft edge of a shadow, in cells of the shadow map.
    let softness: Float

    static let mapExtent: Float = 1.8
    static let mapResolution = 224

    /// The view of the bin from the lamp.
    var view: View {
        View(
            direction: -toLamp, target: Vector(0, 0.1, 0), extent: Light.mapExtent,
            resolution: Light.mapResolution)
    }
}

/// The reach of the lamp's rays: a depth per cell of the lamp's view.
struct ShadowMap: Sendable {
    let view: View
    private var depth: [Float]

    init(_ light: Light) {
        view = light.view
        depth = Array(repeating: .infinity, count: view.width * view.height)
    }

    mutating func draw(_ solid: Solid) {
        let view = view
        solid.trace(in: view) { cell, hit in
            depth[cell] = min(depth[cell], hit.depth)
        }
    }

    /// Whether the lamp reaches a point in the map's raster coordinates and depth.
    @inline(__always)
    func reaches(_ spot: Vector) -> Bool {
        guard spot.x >= 0, spot.y >= 0 else { return true }
        let (column, row) = (Int(spot.x), Int(spot.y))
        guard column < view.width, row < view.height else { return true }
        return depth[row * view.width + column] > spot.z
    }
}
