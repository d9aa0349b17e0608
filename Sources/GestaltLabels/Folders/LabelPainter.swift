import GestaltMedia
import GestaltTensor

/// A label picture in the making: a value for each pixel.
struct LabelPainter {
    let size: PictureSize
    private(set) var values: [UInt8]
    /// Pixels of objects that later ones cover.
    private(set) var coveredCount = 0

    init(size: PictureSize) {
        self.size = size
        values = [UInt8](repeating: 0, count: size.pixelCount)
    }

    /// Gives the pixels of a region a value.
    mutating func paint(_ region: LabelRegion, _ value: UInt8) {
        let mask = region.runs(size: size)
        var covered = 0
        let width = size.width
        values.withUnsafeMutableBufferPointer { values in
            mask.forEachColumnRun { column, rows in
                for row in rows {
                    let place = row * width + column
                    if values[place] != 0, values[place] != value { covered += 1 }
                    values[place] = value
                }
            }
        }
        coveredCount += covered
    }

    /// The values, `[H, W]`.
    var tensor: Tensor<UInt8> { Tensor(shape: [size.height, size.width], scalars: values) }
}
