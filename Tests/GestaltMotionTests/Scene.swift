import GestaltTensor
import TestSupport

/// Clips with a known truth: rectangles of one color over a ground.
struct Scene: Sendable {
    struct Block: Sendable {
        let rows: Range<Int>
        let columns: Range<Int>
        let color: [UInt8]

        func contains(_ y: Int, _ x: Int) -> Bool { rows.contains(y) && columns.contains(x) }
    }

    static let ground: [UInt8] = [90, 110, 130]
    /// Differs from the ground by 130 in color and by 81 in luma.
    static let yellow: [UInt8] = [220, 200, 40]
    static let red: [UInt8] = [200, 20, 20]

    var frames = 17
    var height = 20
    var width = 20
    /// The objects of a frame; later ones cover earlier ones.
    var blocks: @Sendable (_ frame: Int) -> [Block]
    /// The color of the ground at a place.
    var texture: @Sendable (_ frame: Int, _ y: Int, _ x: Int) -> [UInt8] = { _, _, _ in Scene.ground
    }

    /// `[T, H, W, 3]`
    var clip: Tensor<UInt8> {
        var bytes: [UInt8] = []
        for t in 0..<frames {
            let blocks = blocks(t)
            for y in 0..<height {
                for x in 0..<width {
                    bytes += blocks.last { $0.contains(y, x) }?.color ?? texture(t, y, x)
                }
            }
        }
        return Tensor(shape: [frames, height, width, 3], scalars: bytes)
    }

    /// Returns the map `[T, H, W]` of places where `isSet` holds.
    func map(_ isSet: (_ frame: Int, _ y: Int, _ x: Int) -> Bool) -> Tensor<Float> {
        var values: [Float] = []
        for t in 0..<frames {
            for y in 0..<height {
                for x in 0..<width { values.append(isSet(t, y, x) ? 1 : 0) }
            }
        }
        return Tensor(shape: [frames, height, width], scalars: values)
    }

    func isCovered(_ frame: Int, _ y: Int, _ x: Int) -> Bool {
        blocks(frame).contains { $0.contains(y, x) }
    }

    /// A square of side 4.
    static func square(_ y: Int, _ x: Int, color: [UInt8] = yellow) -> Block {
        Block(rows: y..<y + 4, columns: x..<x + 4, color: color)
    }

    /// A square that crosses the picture in rows 8 to 11 by two columns a frame.
    static let passing = Scene { [square(8, 2 * $0 - 4)] }
    /// A square that is in one place in frames 0 to 7 and in another one from frame 8 on.
    static let pushed = Scene { [$0 < 8 ? square(3, 3) : square(12, 12)] }
}

extension Tensor where Scalar == UInt8 {
    /// Returns the clip with normal noise, rounded and clamped.
    func withNoise(_ deviation: Double, seed: UInt64) -> Tensor {
        var numbers = TestNumbers(seed: seed)
        return Tensor(
            shape: shape,
            scalars: scalars.map { value in
                // Twelve uniform numbers: variance 1, bounded by 6.
                let normal = (0..<12).reduce(0.0) { sum, _ in
                    sum + numbers.uniform(in: -0.5...0.5)
                }
                return UInt8(
                    Swift.min(255, Swift.max(0, (Double(value) + deviation * normal).rounded())))
            })
    }

    /// Random colors, `[height, width, 3]`, of blocks of 2 × 2 pixels.
    static func texture(height: Int, width: Int, seed: UInt64) -> [[[UInt8]]] {
        var numbers = TestNumbers(seed: seed)
        let blocks = (0...height / 2).map { _ in
            (0...width / 2).map { _ in (0..<3).map { _ in UInt8(numbers.uniform(in: 60...200)) } }
        }
        return (0..<height).map { y in (0..<width).map { x in blocks[y / 2][x / 2] } }
    }
}
