import GestaltChecks
import GestaltTensor

/// A contact sheet: images in rows and columns with gaps and captions, as one image.
///
/// ```swift
/// var sheet = ContactSheet(magnification: 3)
/// sheet.columnTitles = ["frame", "truth", "prediction"]
/// try PNG.write(sheet.drawn(rows), to: "sheet.png")
/// ```
public struct ContactSheet: Sendable {
    /// The number of pixels between images and around the sheet.
    public var gap: Int
    /// The integer magnification of every image; captions keep their size.
    public var magnification: Int
    public var background: Color
    public var ink: Color
    /// Captions above the columns; missing ones are empty.
    public var columnTitles: [String] = []
    /// Captions left of the rows; missing ones are empty.
    public var rowTitles: [String] = []

    /// - Precondition: `gap` is not negative, `magnification` positive.
    public init(
        gap: Int = 4, magnification: Int = 1, background: Color = .white, ink: Color = .black
    ) {
        require(
            gap >= 0 && magnification > 0,
            "ContactSheet(gap: \(gap), magnification: \(magnification))")
        self.gap = gap
        self.magnification = magnification
        self.background = background
        self.ink = ink
    }

    /// Returns the sheet `[H, W, 3]`. Rows may differ in length, images in size: a column is as
    /// wide as its widest, a row as high as its tallest.
    ///
    /// - Precondition: at least one image, and all are `[H, W]`, `[H, W, 1]`, `[H, W, 3]` or
    ///   `[H, W, 4]`.
    public func drawn(_ rows: [[Tensor<UInt8>]]) -> Tensor<UInt8> {
        require(rows.contains { !$0.isEmpty }, "ContactSheet.drawn: no pictures")
        let columnCount = rows.map(\.count).max() ?? 0
        var widths = (0..<columnCount).map { column in
            let pictures = rows.compactMap { column < $0.count ? $0[column] : nil }
            return (pictures.map { $0.shape[1] }.max() ?? 0) * magnification
        }
        for (column, title) in columnTitles.prefix(columnCount).enumerated() {
            widths[column] = max(widths[column], Canvas.width(of: title))
        }
        let heights = rows.map { row in
            max((row.map { $0.shape[0] }.max() ?? 0) * magnification, Glyphs.height)
        }
        let widest = rowTitles.prefix(rows.count).map { Canvas.width(of: $0) }.max() ?? 0
        let left = gap + (widest > 0 ? widest + gap : 0)
        let top = gap + (columnTitles.isEmpty ? 0 : Glyphs.height + gap)
        var canvas = Canvas(
            height: top + heights.reduce(0) { $0 + $1 + gap },
            width: left + widths.reduce(0) { $0 + $1 + gap }, background: background)
        let xs = widths.indices.map { left + widths[..<$0].reduce(0) { $0 + $1 + gap } }
        let ys = heights.indices.map { top + heights[..<$0].reduce(0) { $0 + $1 + gap } }
        for (x, title) in zip(xs, columnTitles) { canvas.draw(title, x: x, y: gap, color: ink) }
        for (row, y) in ys.enumerated() {
            if row < rowTitles.count {
                let middle = y + (heights[row] - Glyphs.height) / 2
                canvas.draw(rowTitles[row], x: gap, y: middle, color: ink)
            }
            for (picture, x) in zip(rows[row], xs) {
                canvas.draw(picture.magnified(by: magnification), x: x, y: y)
            }
        }
        return canvas.image
    }
}
