/// The luma of a frame as means of square blocks, for the comparison of places.
struct ReducedFrame {
    /// The side of a block in pixels.
    let factor: Int
    let height: Int
    let width: Int
    private let values: [Int16]

    /// A part of the picture.
    struct Cell {
        let rows: Range<Int>
        let columns: Range<Int>
        /// Whether a shift by one pixel would show.
        var hasTexture = false
    }

    init(_ clip: UnsafeBufferPointer<UInt8>, frame: Int, _ shape: ClipShape) {
        factor = max(1, min(shape.height, shape.width) / 128)
        height = shape.height / factor
        width = shape.width / factor
        let start = clip.baseAddress! + frame * shape.pixels * 3
        let (factor, width, blocks) = (factor, width, height * width)
        values = [Int16](unsafeUninitializedCapacity: blocks) { buffer, count in
            for i in 0..<blocks {
                let corner = (i / width * shape.width + i % width) * factor
                var sum = 0
                for y in 0..<factor {
                    for x in 0..<factor { sum += luma(start + (corner + y * shape.width + x) * 3) }
                }
                buffer[i] = Int16(sum / (factor * factor))
            }
            count = blocks
        }
    }

    /// The twelve outer cells of 4 × 4.
    var borderCells: [Cell] {
        func part(_ i: Int, _ length: Int) -> Range<Int> { i * length / 4..<(i + 1) * length / 4 }
        var cells: [Cell] = []
        for i in 0..<16 where [0, 3].contains(i / 4) || [0, 3].contains(i % 4) {
            var cell = Cell(rows: part(i / 4, height), columns: part(i % 4, width))
            let down = difference(to: self, cell, shift: PixelShift(rows: 1, columns: 0))
            let right = difference(to: self, cell, shift: PixelShift(rows: 0, columns: 1))
            cell.hasTexture = max(down, right) >= 1
            cells.append(cell)
        }
        return cells
    }

    /// Returns the mean absolute difference, in grey steps, between a cell of this frame and the
    /// place of another frame that is shifted by `shift`; infinite if less than half of it lies
    /// inside the picture.
    func difference(to other: ReducedFrame, _ cell: Cell, shift: PixelShift) -> Float {
        let rows = cell.rows.clamped(to: max(0, -shift.rows)..<min(height, height - shift.rows))
        let columns = cell.columns.clamped(
            to: max(0, -shift.columns)..<min(width, width - shift.columns))
        let count = rows.count * columns.count
        guard count > 0, 2 * count >= cell.rows.count * cell.columns.count else { return .infinity }
        var sum = 0
        values.withUnsafeBufferPointer { a in
            other.values.withUnsafeBufferPointer { b in
                let offset = shift.rows * width + shift.columns
                for y in rows {
                    var row: Int32 = 0
                    for i in y * width + columns.lowerBound..<y * width + columns.upperBound {
                        row += abs(Int32(a[i]) - Int32(b[i + offset]))
                    }
                    sum += Int(row)
                }
            }
        }
        return Float(sum) / Float(count)
    }

    /// Returns the shift that explains a cell much better than no shift does; nil without one.
    ///
    /// Noise alone makes all places fit alike: in a cell of 16 × 16 pixels the best of 288 is 13 %
    /// better than none, at most 28 %.
    func shift(
        to other: ReducedFrame, _ cell: Cell, unshifted: Float, radius: Int
    ) -> PixelShift? {
        guard unshifted >= 1 else { return nil }
        var best: (difference: Float, shift: PixelShift)?
        for rows in -radius...radius {
            for columns in -radius...radius {
                let shift = PixelShift(rows: rows, columns: columns)
                let difference = difference(to: other, cell, shift: shift)
                if difference < best?.difference ?? 0.6 * unshifted { best = (difference, shift) }
            }
        }
        return best?.shift
    }
}
