import CKernels

/// The direct computation of tiles whose outputs would be inaccurate by minimal filtering.
///
/// An output of a tile is a difference of sums over all of the tile's inputs. One non-finite input
/// would make all of them NaN, and one that is 10⁶ times the others would leave only three digits.
/// Such tiles, which ``gk_uneven_tiles`` finds by the energies of their pixels, are therefore
/// recomputed from patches and overwritten. The selection depends on the values alone.
struct WinogradRepair<Scalar: FloatingScalar> {
    let grid: PatchGrid
    let tiling: WinogradTiling
    let plan: ConvolutionPlan
    let source: UnsafePointer<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>

    /// Finds the tiles and overwrites their outputs; returns whether there were any.
    ///
    /// - Parameters:
    ///   - energies: Of the source, measured.
    ///   - weight: Rearranged into the order of patches if any tile needs it.
    func run(
        _ energies: PixelEnergies<Scalar>, _ weight: ConvolutionWeight<Scalar>
    ) -> Bool {
        let runs = lines(of: unevenTiles(energies))
        guard !runs.isEmpty else { return false }
        let product = RowProduct(weight.matrix(for: grid), grid)
        let tasks = parts(of: runs)
        parallelFor(tasks.count) { task in compute(runs[tasks[task]], product) }
        return true
    }

    private func unevenTiles(_ energies: PixelEnergies<Scalar>) -> [Int] {
        let flags = Storage<UInt8>(count: tiling.tiles)
        let (start, reach) = (flags.pointer, tiling.reach)
        parallelChunks(count: tiling.tiles, minimumChunk: 256) { range in
            withUnsafePointer(to: reach) {
                gk_uneven_tiles(
                    Scalar.variant, $0, energies.pointer, range.lowerBound, range.count,
                    start + range.lowerBound)
            }
        }
        return (0..<tiling.tiles).filter { start[$0] != 0 }
    }

    /// Returns the rows of the grid covered by the tiles, in lines along the innermost axis.
    private func lines(of tiles: [Int]) -> [Range<Int>] {
        let (axes, schemes) = (tiling.axes, tiling.schemes)
        let counts = zip(schemes, axes).map { $0.tiles(of: $1.outputs) }
        return tiles.flatMap { tile in
            let image = tile / (counts[0] * counts[1] * counts[2])
            let place = [
                tile / (counts[1] * counts[2]) % counts[0], tile / counts[2] % counts[1],
                tile % counts[2],
            ]
            let outputs = (0..<3).map { axis in
                let first = place[axis] * schemes[axis].outputs
                return first..<min(first + schemes[axis].outputs, axes[axis].outputs)
            }
            return outputs[0].flatMap { t in
                outputs[1].map { h in
                    let line = (image * axes[0].outputs + t) * axes[1].outputs + h
                    return outputs[2].shifted(by: line * axes[2].outputs)
                }
            }
        }
    }

    /// Divides the lines into one part per task: about as many rows as a tile of patches.
    private func parts(of runs: [Range<Int>]) -> [Range<Int>] {
        var (parts, first, rows) = ([Range<Int>](), 0, 0)
        for (index, run) in runs.enumerated() {
            rows += run.count
            guard rows >= plan.tileRows || index == runs.count - 1 else { continue }
            parts.append(first..<index + 1)
            (first, rows) = (index + 1, 0)
        }
        return parts
    }

    private func compute(_ runs: ArraySlice<Range<Int>>, _ product: RowProduct<Scalar>) {
        let (terms, width) = (grid.patchLength, grid.targetWidth)
        let rows = runs.reduce(0) { $0 + $1.count }
        let patches = Storage<Scalar>(count: rows * terms)
        let results = Storage<Scalar>(count: rows * width)
        var row = 0
        for run in runs {
            withUnsafePointer(to: grid.windows) {
                gk_gather_patches(
                    MemoryLayout<Scalar>.stride, $0, source, run.lowerBound, run.count, 0,
                    grid.segments, patches.pointer + row * terms)
            }
            row += run.count
        }
        product.run(
            rows: rows, terms: terms, group: 0, patches.pointer, step: terms,
            to: results.pointer, targetStep: width)
        epilogue.finish(results.pointer, rows: rows, channel: 0, count: width, step: width)
        row = 0
        for run in runs {
            withUnsafePointer(to: grid.placement) {
                gk_place_pixels(
                    MemoryLayout<Scalar>.stride, $0, results.pointer + row * width, run.lowerBound,
                    run.count, target)
            }
            row += run.count
        }
        withExtendedLifetime((patches, results)) {}
    }
}
