import CKernels

/// Rows of patches times the matrix of a grid.
///
/// BLAS may round a row differently in a matrix of more or fewer rows. The rows of a framewise grid
/// are therefore multiplied by the kernels of tiles, where each result is one sum in the order of
/// the terms, whatever the other rows.
struct RowProduct<Scalar: FloatingScalar> {
    private let weight: PackedWeight<Scalar>
    private let grid: PatchGrid
    private let panels: Panels<Scalar>?

    /// Terms that are multiplied while their part of the matrix stays in cache.
    private static var termsOfBlock: Int { 1024 }

    init(_ weight: PackedWeight<Scalar>, _ grid: PatchGrid) {
        (self.weight, self.grid) = (weight, grid)
        guard grid.isFramewise else {
            panels = nil
            return
        }
        let panels = Panels<Scalar>(
            parts: grid.groups, terms: grid.patchLength, columns: grid.targetWidth)
        for group in 0..<grid.groups {
            panels.pack(
                rows: 0..<grid.patchLength, of: weight.group(group), step: weight.rowStep,
                part: group)
        }
        self.panels = panels
    }

    /// Writes the products of `rows` rows at `a`, `step` elements apart, with the matrix of a
    /// group.
    ///
    /// - Parameters:
    ///   - terms: the elements of a row, all of the matrix from term `first` on.
    ///   - y: the results, `targetStep` elements apart.
    func run(
        rows: Int, terms: Int, from first: Int = 0, group: Int, _ a: UnsafePointer<Scalar>,
        step: Int, to y: UnsafeMutablePointer<Scalar>, targetStep: Int
    ) {
        guard let panels else {
            return gemm(
                false, false, m: rows, n: grid.targetWidth, k: terms, a, lda: step,
                weight.group(group) + first * weight.rowStep, ldb: weight.rowStep, y,
                ldc: targetStep)
        }
        for term in stride(from: 0, to: terms, by: Self.termsOfBlock) {
            multiplyTile(
                rows: rows, columns: grid.targetWidth,
                terms: min(Self.termsOfBlock, terms - term),
                TileMatrix(reading: a + term, step: step),
                panels.start(part: group, term: first + term), step: panels.step, adding: term > 0,
                to: TileMatrix(pointer: y, step: targetStep), band: gk_band_none, limit: 0)
        }
    }
}
