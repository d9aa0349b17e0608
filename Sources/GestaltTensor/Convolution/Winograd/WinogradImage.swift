/// Minimal filtering for the grids of a pass, and the tiles that it would spoil directly.
struct WinogradPass<Scalar: FloatingScalar> {
    let grids: [PatchGrid]
    /// The most outputs of a tile along an axis.
    let tile: Int
    let plan: ConvolutionPlan
    let source: UnsafePointer<Scalar>
    /// Of the source, not yet measured.
    let energies: PixelEnergies<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>

    func run(
        weight: @escaping (PatchGrid, WinogradTiling, Range<Int>) -> WinogradWeight<Scalar>,
        patchWeight: (PatchGrid) -> PackedWeight<Scalar>
    ) {
        var isEven: Bool?
        for grid in grids {
            let tiling = WinogradTiling(grid, largest: tile)
            WinogradProduct(
                tiling: tiling, source: WinogradSource(source, tiling),
                weight: { weight(grid, tiling, $0) }, target: target, epilogue: epilogue,
                energies: isEven == nil ? energies : nil
            ).run()
            // The first grid has measured the source for all.
            let even = isEven ?? energies.range.isEven
            isEven = even
            if even { continue }
            let repair = WinogradRepair(
                grid: grid, tiling: tiling, plan: plan, source: source, target: target,
                epilogue: epilogue)
            if repair.run(energies, { patchWeight(grid) }) { epilogue.moments?.discard() }
        }
    }
}
