import GestaltChecks

/// An image being rendered: a depth, a label and two light contributions for each supersample.
///
/// The lamp's contribution is kept apart from the sky's, so the same samples can be resolved
/// against the shadows of every frame; static objects are drawn once per clip.
struct Raster: Sendable {
    let view: View
    private var depth: [Float]
    private var label: [UInt8]
    /// The color in full shadow.
    private var shaded: [Vector]
    /// The lamp's contribution when it reaches the sample.
    private var lit: [Vector]
    /// The sample in the shadow map: column, row, depth.
    private var spot: [Vector]

    init(view: View, background: Vector) {
        self.view = view
        let count = view.width * view.height
        depth = Array(repeating: .infinity, count: count)
        label = Array(repeating: 0, count: count)
        shaded = Array(repeating: background, count: count)
        lit = Array(repeating: .zero, count: count)
        spot = Array(repeating: Vector(-1, -1, 0), count: count)
    }

    /// Draws `solid` where it is nearer than everything drawn so far.
    mutating func draw(_ solid: Solid, under light: Light, shadows: View) {
        let pose = solid.pose
        let surface = solid.surface
        // The half vector between lamp and eye; the eye is far, so one vector serves the whole
        // solid.
        let toEye = normalized(view.position - pose.origin)
        let half = normalized(toEye + light.toLamp)
        let view = view
        solid.trace(in: view) { cell, hit in
            guard hit.depth < depth[cell] else { return }
            let normal = pose.world(direction: hit.normal)
            let color = surface.color(at: hit.point)
            depth[cell] = hit.depth
            label[cell] = solid.label
            shaded[cell] = color * light.sky * (0.72 + 0.28 * normal.z)
            let facing = max(dot(normal, light.toLamp), 0)
            var bright = color * light.lamp * facing
            if surface.gloss > 0, facing > 0 {
                let p = Raster.powerOf20(max(dot(normal, half), 0))
                bright += light.lamp * (surface.gloss * p)
            }
            lit[cell] = bright
            // Offset from its own surface, or it would shadow itself.
            let lifted = pose.world(point: hit.point) + normal * 0.008
            spot[cell] = facing > 0 ? shadows.project(lifted) : Vector(-1, -1, 0)
        }
    }

    /// Averages blocks of `factor` × `factor` samples into pixels.
    ///
    /// - Returns: `pixels` are RGB bytes; `labels` the most frequent id of each block, the lowest
    ///   in a tie.
    func resolved(
        factor: Int, shadows: ShadowMap, light: Light
    ) -> (pixels: [UInt8], labels: [UInt8]) {
        let (columns, rows) = (view.width / factor, view.height / factor)
        let offsets = Raster.spiral(count: factor * factor, radius: light.softness)
        let share = 255 / Float(factor * factor)
        var pixels = [UInt8](repeating: 0, count: rows * columns * 3)
        var labels = [UInt8](repeating: 0, count: rows * columns)
        var votes = LabelVotes()
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = Vector.zero
                for sample in 0..<(factor * factor) {
                    let cell =
                        (row * factor + sample / factor) * view.width + column * factor
                        + sample % factor
                    sum += shaded[cell]
                    if shadows.reaches(spot[cell] + offsets[sample]) { sum += lit[cell] }
                    votes.add(label[cell])
                }
                let bytes = pointwiseMin(sum * share, Vector(repeating: 255)).rounded(
                    .toNearestOrEven)
                let pixel = row * columns + column
                for channel in 0..<3 { pixels[pixel * 3 + channel] = UInt8(bytes[channel]) }
                labels[pixel] = votes.takeWinner()
            }
        }
        return (pixels, labels)
    }

    /// Returns one shadow map tap per sample, at different places of a small disc: together the
    /// samples of a pixel see a soft edge. A golden-angle spiral fills the disc evenly.
    private static func spiral(count: Int, radius: Float) -> [Vector] {
        (0..<count).map { index in
            let reach = radius * ((Float(index) + 0.5) / Float(count)).squareRoot()
            let turn = Pose(yaw: Float(index) * 2.399_963).x
            return Vector(turn.x * reach, turn.y * reach, 0)
        }
    }

    private static func powerOf20(_ x: Float) -> Float {
        let x4 = x * x * x * x
        let x16 = x4 * x4 * x4 * x4
        return x16 * x4
    }
}

/// Counts the labels of one block.
package struct LabelVotes {
    private var counts = [Int](repeating: 0, count: 256)
    private var lowest: UInt8 = 255
    private var highest: UInt8 = 0

    package init() {}

    package mutating func add(_ label: UInt8) {
        counts[Int(label)] += 1
        lowest = min(lowest, label)
        highest = max(highest, label)
    }

    /// Returns the most frequent label, the lowest in a tie, and resets the counts.
    ///
    /// - Precondition: at least one vote since the last winner.
    package mutating func takeWinner() -> UInt8 {
        require(lowest <= highest, "LabelVotes: no votes")
        var winner = lowest
        for label in lowest...highest where counts[Int(label)] > counts[Int(winner)] {
            winner = label
        }
        for label in lowest...highest { counts[Int(label)] = 0 }
        (lowest, highest) = (255, 0)
        return winner
    }
}
