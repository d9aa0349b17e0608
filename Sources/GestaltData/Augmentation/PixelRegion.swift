/// A rectangle of pixels of a picture.
public struct PixelRegion: Sendable, Hashable {
    public var rows: Range<Int>
    public var columns: Range<Int>

    public init(rows: Range<Int>, columns: Range<Int>) {
        self.rows = rows
        self.columns = columns
    }

    /// The part within a picture of `height` × `width`.
    func clamped(height: Int, width: Int) -> PixelRegion {
        PixelRegion(rows: rows.clamped(to: 0..<height), columns: columns.clamped(to: 0..<width))
    }
}
