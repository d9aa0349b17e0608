/// Minimal filtering for the gradient of a weight, with sums tap by tap where it would be
/// inaccurate.
struct WinogradWeightGradient<Scalar: FloatingScalar> {
    let grid: PatchGrid
    let plan: ConvolutionPlan
    let input: UnsafePointer<Scalar>
    /// `[outputs, target channels]`.
    let cotangent: UnsafePointer<Scalar>
    /// Energies of both, not yet measured.
    let energies: GradientEnergies<Scalar>

    /// Writes the gradient for the taps of the grid, `[taps, source width, target channels]`.
    func run(_ result: UnsafeMutablePointer<Scalar>) {
        let tiling = WinogradTiling(grid, largest: plan.algorithm.winogradTile!)
        WinogradGradient(
            tiling: tiling, source: WinogradSource(input, tiling), cotangent: cotangent,
            energies: energies
        ).run(result)
        if !energies.areEven {
            TapGradient(grid: grid, input: input, cotangent: cotangent).run(result)
        }
    }
}
