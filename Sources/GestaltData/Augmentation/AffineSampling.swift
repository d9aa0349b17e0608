import Foundation
import GestaltTensor

/// Pixels of a result that are read from fractional places of a picture: those of a
/// ``Transformation`` with a scale or a rotation.
///
/// Pixel `(x, y)` of the result, coordinates being pixel centers, lies at
/// `(xx·x + xy·y + x0, yx·x + yy·y + y0)` of the picture; places outside are clamped to its edge.
struct AffineSampling {
    let height: Int
    let width: Int
    let rows: Int
    let columns: Int
    private let xx: Float
    private let xy: Float
    private let x0: Float
    private let yx: Float
    private let yy: Float
    private let y0: Float

    init(_ change: Transformation, rows: Int, columns: Int) {
        (height, width) = (change.height, change.width)
        (self.rows, self.columns) = (rows, columns)
        let (cosine, sine) = Self.direction(degrees: change.rotation)
        let mirror: Float = change.isFlipped ? -1 : 1
        let (centerX, centerY) = (Float(width - 1) / 2, Float(height - 1) / 2)
        // From the result back: mirrored, turned clockwise (y grows downwards), shrunk, shifted.
        xx = mirror * cosine / change.scale
        xy = -sine / change.scale
        yx = mirror * sine / change.scale
        yy = cosine / change.scale
        x0 = centerX + Float(change.column) - xx * centerX - xy * centerY
        y0 = centerY + Float(change.row) - yx * centerX - yy * centerY
    }

    /// Cosine and sine, exact for multiples of a right angle.
    private static func direction(degrees: Float) -> (Float, Float) {
        let angle = degrees.truncatingRemainder(dividingBy: 360)
        switch angle {
        case 0: return (1, 0)
        case 90, -270: return (0, 1)
        case 180, -180: return (-1, 0)
        case 270, -90: return (0, -1)
        default:
            let radians = Double(angle) * .pi / 180
            return (Float(cos(radians)), Float(sin(radians)))
        }
    }

    /// The mean of the four nearest pixels, weighted by nearness; `channels` numbers a pixel.
    ///
    /// Inlined, so that a literal number of channels makes a loop without inner loop.
    @inline(__always)
    func writeBilinear(
        _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, channels: Int
    ) {
        let (lastX, lastY) = (Float(columns - 1), Float(rows - 1))
        var place = target
        for y in 0..<height {
            let (startX, startY) = (xy * Float(y) + x0, yy * Float(y) + y0)
            for x in 0..<width {
                let sx = max(0, min(lastX, xx * Float(x) + startX))
                let sy = max(0, min(lastY, yx * Float(x) + startY))
                let (left, top) = (Int(sx), Int(sy))
                let (fx, fy) = (sx - Float(left), sy - Float(top))
                let right = left + 1 < columns ? channels : 0
                let below = top + 1 < rows ? columns * channels : 0
                let corner = source + (top * columns + left) * channels
                for channel in 0..<channels {
                    let upper = corner[channel] * (1 - fx) + corner[channel + right] * fx
                    let lower =
                        corner[channel + below] * (1 - fx) + corner[channel + below + right] * fx
                    place[channel] = upper * (1 - fy) + lower * fy
                }
                place += channels
            }
        }
    }

    /// The nearest pixel.
    @inline(__always)
    func writeNearest<Element>(
        _ source: UnsafePointer<Element>, to target: UnsafeMutablePointer<Element>, channels: Int
    ) {
        let (lastX, lastY) = (Float(columns - 1), Float(rows - 1))
        var place = target
        for y in 0..<height {
            let (startX, startY) = (xy * Float(y) + x0, yy * Float(y) + y0)
            for x in 0..<width {
                let column = Int(max(0, min(lastX, xx * Float(x) + startX)) + 0.5)
                let row = Int(max(0, min(lastY, yx * Float(x) + startY)) + 0.5)
                let pixel = source + (row * columns + column) * channels
                for channel in 0..<channels { place[channel] = pixel[channel] }
                place += channels
            }
        }
    }
}
