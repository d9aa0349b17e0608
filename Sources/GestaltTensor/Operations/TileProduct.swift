import CKernels

/// Matrices `[terms, columns]` packed for products of tiles, one per part of a batch; each is read
/// by many tiles. Memory layout: `CKernelsTiles.h`.
struct Panels<Scalar: FloatingScalar> {
    /// The number of columns per panel.
    let panel: Int
    /// Scalars from panel to panel, and from part to part.
    let step, size: Int
    private let terms, columns: Int
    private let memory: Storage<Scalar>

    init(parts: Int = 1, terms: Int, columns: Int) {
        panel = gk_panel_width(Scalar.variant)
        step = terms * panel
        size = (columns + panel - 1) / panel * step
        (self.terms, self.columns) = (terms, columns)
        memory = Storage(count: parts * size)
    }

    /// Returns the panels of a part from `term` and from the panel that holds `column` on.
    func start(part: Int = 0, term: Int = 0, column: Int = 0) -> UnsafeMutablePointer<Scalar> {
        memory.pointer + part * size + column / panel * step + term * panel
    }

    /// Packs `range` of the rows of a matrix in memory as terms.
    func pack(
        rows range: Range<Int>, of matrix: UnsafePointer<Scalar>, step: Int, part: Int = 0
    ) {
        gk_pack_panels(
            Scalar.variant, range.count, columns, matrix + range.lowerBound * step, step, 1,
            self.step, start(part: part, term: range.lowerBound))
    }

    /// Packs `range` of the rows of a matrix in memory as columns.
    /// - Precondition: the range begins at a multiple of `panel`.
    func pack(
        transposed range: Range<Int>, of matrix: UnsafePointer<Scalar>, step: Int, part: Int = 0
    ) {
        gk_pack_panels(
            Scalar.variant, terms, range.count, matrix + range.lowerBound * step, 1, step,
            self.step, start(part: part, column: range.lowerBound))
    }
}

/// The left factor of a product of tiles or its result, in place.
struct TileMatrix<Scalar: FloatingScalar> {
    let pointer: UnsafeMutablePointer<Scalar>
    /// Scalars from row to row.
    let step: Int
    let isTransposed: Bool

    init(pointer: UnsafeMutablePointer<Scalar>, step: Int, isTransposed: Bool = false) {
        (self.pointer, self.step, self.isTransposed) = (pointer, step, isTransposed)
    }

    /// A left factor, which is only read.
    init(reading pointer: UnsafePointer<Scalar>, step: Int) {
        self.init(pointer: UnsafeMutablePointer(mutating: pointer), step: step)
    }

    var transposed: TileMatrix {
        TileMatrix(pointer: pointer, step: step, isTransposed: !isTransposed)
    }
}

/// Computes `result = a · panels`, or `result += a · panels`, on the calling thread.
///
/// - Parameters:
///   - panels: from `Panels.start`, `step` from panel to panel.
///   - band: the part that may be omitted if row i of a tile of scores sees only `limit + i`
///     columns.
func multiplyTile<Scalar: FloatingScalar>(
    rows: Int, columns: Int, terms: Int, _ a: TileMatrix<Scalar>,
    _ panels: UnsafeMutablePointer<Scalar>, step: Int, adding: Bool, to result: TileMatrix<Scalar>,
    band: gk_band, limit: Int
) {
    var product = gk_tile_product(
        rows: rows, columns: columns, terms: terms, a_row: a.isTransposed ? 1 : a.step,
        a_term: a.isTransposed ? a.step : 1, b_row: gk_panel_width(Scalar.variant),
        panel_step: step, c_row: result.step, adds: adding ? 1 : 0, pads: 0, streams: 0, band: band,
        limit: limit)
    gk_multiply_tile(Scalar.variant, &product, a.pointer, panels, result.pointer)
}
