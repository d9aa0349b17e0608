import Foundation
import GestaltChecks

extension Augmentation {
    /// Chooses one change for pictures of `height` × `width`.
    ///
    /// - Precondition: a crop fits into the picture.
    public func draw(
        height: Int, width: Int, using generator: inout some RandomNumberGenerator
    ) -> Transformation {
        let (rows, columns) = (crop?.height ?? height, crop?.width ?? width)
        require(
            rows <= height && columns <= width,
            "Augmentation: a crop of \(rows) × \(columns) out of \(height) × \(width)")
        var change = Transformation(height: rows, width: columns)
        // Drawn whether used or not, so that one setting does not disturb another's draws.
        let draws = (0..<6).map { _ in generator.unit() }
        change.isFlipped = draws[0] < flip
        change.row = offset(height - rows, of: height, draws[1])
        change.column = offset(width - columns, of: width, draws[2])
        change.brightness = around(brightness, draws[3])
        change.contrast = 1 + around(contrast, draws[4])
        change.saturation = 1 + around(saturation, draws[5])
        drawMore(&change, using: &generator)
        return change
    }

    /// Draws what follows the first six numbers, whose places are those of the earliest recipes.
    private func drawMore(
        _ change: inout Transformation, using generator: inout some RandomNumberGenerator
    ) {
        let draws = (0..<8).map { _ in generator.unit() }
        change.noiseSeed = generator.next()
        change.scale =
            scale.lowerBound
            * Float(pow(Double(scale.upperBound / scale.lowerBound), Double(draws[0])))
        change.rotation = around(rotation, draws[1])
        change.hue = around(hue, draws[2])
        if draws[3] < grayscale { change.saturation = 0 }
        if draws[4] < blur {
            change.blur =
                blurSigma.lowerBound + draws[5] * (blurSigma.upperBound - blurSigma.lowerBound)
        }
        change.noise = noise * draws[6]
        let count = Int(draws[7] * Float(cutOut + 1))
        // Last, since their number is a setting.
        change.cutOuts = (0..<count).map { _ in
            PixelRegion(
                rows: cut(change.height, using: &generator),
                columns: cut(change.width, using: &generator))
        }
    }

    private func around(_ share: Float, _ draw: Float) -> Float { share * (2 * draw - 1) }

    private func offset(_ room: Int, of side: Int, _ draw: Float) -> Int {
        let shift = shift + Int((relativeShift * Float(side)).rounded())
        return Int(draw * Float(room + 2 * shift + 1)) - shift
    }

    /// One side of a rectangle inside the picture.
    private func cut(
        _ side: Int, using generator: inout some RandomNumberGenerator
    ) -> Range<Int> {
        let share = generator.uniform((cutOutSize / 2)...cutOutSize)
        let length = min(side, max(1, Int((share * Float(side)).rounded())))
        let start = generator.integer(0...(side - length))
        return start..<(start + length)
    }
}
