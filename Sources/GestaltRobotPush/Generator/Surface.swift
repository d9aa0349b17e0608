/// The appearance of an object: two colors and a pattern in its own axes.
struct Surface: Sendable {
    enum Pattern: Sendable, CaseIterable {
        case plain, checker, stripes, gradient, speckle, print
        // For static objects: they cost several noise lookups per sample.
        case wood, plaster, clay, tiles, metal
    }

    var pattern: Pattern = .plain
    var color: Vector
    var accent: Vector
    /// The size of a cell or the width of a stripe, in meters.
    var scale: Float = 0.02
    /// The strength of the highlight, 0…1.
    var gloss: Float = 0

    init(
        _ pattern: Pattern = .plain, _ color: Vector, accent: Vector? = nil,
        scale: Float = 0.02, gloss: Float = 0
    ) {
        self.pattern = pattern
        self.color = color
        self.accent = accent ?? color
        self.scale = scale
        self.gloss = gloss
    }

    /// Returns the color at a point in the axes of the object.
    func color(at p: Vector) -> Vector {
        switch pattern {
        case .plain: return color
        case .checker:
            let cell = (p / scale).rounded(.down)
            return mix(Int(cell.x + cell.y + cell.z) & 1 == 0 ? 0 : 1)
        case .stripes:
            return mix(Int(((p.x + 0.3 * p.y) / scale).rounded(.down)) & 1 == 0 ? 0 : 1)
        case .gradient:
            return mix(min(max(0.5 + (p.x + p.y) / (4 * scale), 0), 1))
        case .speckle:
            let cell = (p / (scale * 0.4)).rounded(.down)
            return mix(Noise.hash(Int32(cell.x), Int32(cell.y), Int32(cell.z)) < 0.22 ? 1 : 0)
        case .print:
            let band = abs(p.x) < scale ? Float(1) : 0
            return mix(abs(p.y) < scale * 0.4 ? 1 - band : band)
        case .wood:
            let board = (p.y / (scale * 5)).rounded(.down)
            let grain = Noise.value(p.x / (scale * 4) + board * 7.3, p.y / (scale * 0.35), board)
            let figure = Noise.value(p.x / (scale * 12), p.y / (scale * 2), board + 50)
            let seam: Float = p.y / (scale * 5) - board < 0.04 ? 0.75 : 1
            return mix(0.7 * grain + 0.3 * figure) * seam
        case .plaster:
            return mix(Noise.fractal(p.x / scale, p.y / scale, p.z / scale))
        case .clay:
            return mix(Noise.fractal(p.x / (scale * 0.4), p.y / (scale * 0.4), p.z / scale))
        case .tiles:
            let cell = p / (scale * 4)
            let within = cell - cell.rounded(.down)
            let joint = min(within.x, within.y) < 0.06
            let shade = Noise.hash(Int32(cell.x.rounded(.down)), Int32(cell.y.rounded(.down)), 3)
            return joint ? accent : mix(0.35 * shade)
        case .metal:
            return mix(Noise.value(p.x / (scale * 6), p.y / (scale * 0.1), p.z / scale))
        }
    }

    private func mix(_ share: Float) -> Vector {
        color + (accent - color) * share
    }
}

/// Value noise on an integer lattice.
enum Noise {
    /// Returns a value in `[0, 1)` for each lattice point.
    static func hash(_ x: Int32, _ y: Int32, _ z: Int32) -> Float {
        var h = UInt32(bitPattern: x) &* 0x8DA6_B343
        h ^= UInt32(bitPattern: y) &* 0xD816_3841
        h ^= UInt32(bitPattern: z) &* 0xCB1A_B31F
        h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
        h = (h ^ (h >> 12)) &* 0x297A_2D39
        return Float((h ^ (h >> 15)) >> 8) * 0x1p-24
    }

    /// Returns noise that is smooth in x and y, one independent sheet for each integer z.
    static func value(_ x: Float, _ y: Float, _ z: Float) -> Float {
        let (fx, fy) = (x.rounded(.down), y.rounded(.down))
        let (ix, iy, iz) = (Int32(fx), Int32(fy), Int32(z.rounded(.down)))
        let u = (x - fx) * (x - fx) * (3 - 2 * (x - fx))
        let v = (y - fy) * (y - fy) * (3 - 2 * (y - fy))
        let low = hash(ix, iy, iz) * (1 - u) + hash(ix + 1, iy, iz) * u
        let high = hash(ix, iy + 1, iz) * (1 - u) + hash(ix + 1, iy + 1, iz) * u
        return low * (1 - v) + high * v
    }

    /// Returns three octaves of `value`.
    static func fractal(_ x: Float, _ y: Float, _ z: Float) -> Float {
        (value(x, y, z) * 4 + value(x * 2.1, y * 2.1, z + 11) * 2 + value(x * 4.3, y * 4.3, z + 23))
            / 7
    }
}
