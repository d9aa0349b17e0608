/// The cost of a pass, in nanoseconds of one core that performs 35 multiply-adds per nanosecond.
///
/// Fitted once to measurements on a Zen 3 (AVX2). Only the proportions matter: a core with wider
/// vectors is faster in all of them.
enum ConvolutionCost {
    /// A multiplication with its addition in a large product, and in products of a tile's patches
    /// where BLAS packs the weight again.
    private static let product = 0.029
    private static let patchProduct = 0.033
    /// An element copied to or from a patch.
    private static let copy = 0.25
    /// An element of a tile at one point: transformed from the source, to the target, from the
    /// weight.
    private static let expand = 0.55
    private static let contract = 0.35
    private static let weight = 0.45
    /// A parallel region.
    private static let region = 4_000.0

    static func of(
        _ algorithm: ConvolutionPlan.Algorithm, _ work: ConvolutionPlan.Work,
        _ geometry: ConvolutionGeometry
    ) -> Double {
        PatchGrid.all(of: geometry, work).reduce(0) { sum, grid in
            guard let tile = algorithm.winogradTile else { return sum + patches(grid) }
            return sum + winograd(WinogradTiling(grid, largest: tile), work)
        }
    }

    private static func patches(_ grid: PatchGrid) -> Double {
        let terms = Double(grid.rows) * Double(grid.patchLength) * Double(grid.groups)
        return terms * (Double(grid.targetWidth) * patchProduct + copy) + region
    }

    private static func winograd(_ tiling: WinogradTiling, _ work: ConvolutionPlan.Work) -> Double {
        let points = Double(tiling.points)
        let (depth, width) = (Double(tiling.depth), Double(tiling.targetWidth))
        let rows = points * Double(tiling.tiles)
        let sides =
            work == .weightGradient
            ? rows * (depth + width) * expand + points * depth * width * contract
            : rows * (depth * expand + width * contract) + points * depth * width * weight
        return rows * depth * width * product + sides + 4 * region
    }
}
