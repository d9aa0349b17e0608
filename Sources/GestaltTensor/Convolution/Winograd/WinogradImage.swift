/// Minimal filtering for the grids of an image, and patches for the tiles where it would be
/// inaccurate.
struct WinogradImage<Scalar: FloatingScalar> {
    let grids: [PatchGrid]
    let plan: ConvolutionPlan
    let weight: ConvolutionWeight<Scalar>
    let source: UnsafePointer<Scalar>
    /// Energies of the source, not yet measured.
    let energies: PixelEnergies<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>

    func run() {
        var isEven: Bool?
        for grid in grids {
            let tiling = WinogradTiling(grid, largest: plan.algorithm.winogradTile!)
            WinogradProduct(
                grid: grid, tiling: tiling, source: WinogradSource(source, tiling), weight: weight,
                target: target, epilogue: epilogue, energies: isEven == nil ? energies : nil
            ).run()
            // The first grid has measured the source for all grids.
            let even = isEven ?? energies.range.isEven
            isEven = even
            if even { continue }
            let repair = WinogradRepair(
                grid: grid, tiling: tiling, plan: plan, source: source, target: target,
                epilogue: epilogue)
            if repair.run(energies, weight) { epilogue.moments?.discard() }
        }
    }
}
