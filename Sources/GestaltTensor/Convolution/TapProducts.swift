import CKernels

/// Products of every source pixel with every tap, then, for each output, the sum of those that
/// reach it: the source is read once, and the one product is as wide as all taps together.
struct TapProducts<Scalar: FloatingScalar> {
    let geometry: ConvolutionGeometry
    /// Grids that read the source with step 1.
    let grids: [PatchGrid]
    let source: UnsafePointer<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>

    /// What the products of the images treated at once may take.
    private static var largestByteCount: Int { 48 << 20 }

    func run(_ weight: PackedWeight<Scalar>) {
        guard let first = grids.first, first.batch > 0 else { return }
        let columns = geometry.kernelCount * first.targetWidth
        let pixels = first.axes.reduce(1) { $0 * $1.input }
        let imageBytes = pixels * columns * MemoryLayout<Scalar>.stride
        let images = min(first.batch, max(1, Self.largestByteCount / imageBytes))
        let products = Storage<Scalar>(count: images * pixels * columns)
        for image in stride(from: 0, to: first.batch, by: images) {
            let count = min(images, first.batch - image)
            parallelGEMM(
                false, false, m: count * pixels, n: columns, k: first.sourceWidth,
                source + image * pixels * first.sourceWidth, lda: first.sourceWidth,
                weight.group(0), ldb: weight.rowStep, products.pointer, ldc: columns)
            for grid in grids { add(grid, images: image..<image + count, products.pointer) }
        }
        withExtendedLifetime(products) {}
    }

    private func add(
        _ grid: PatchGrid, images: Range<Int>, _ products: UnsafeMutablePointer<Scalar>
    ) {
        let rowsPerImage = grid.rows / grid.batch
        let pixels = grid.axes.reduce(1) { $0 * $1.full }
        let image = target + images.lowerBound * pixels * grid.targetWidth
        var windows = grid.windows
        windows.width = grid.targetWidth
        let placement = grid.placement
        parallelChunks(count: images.count * rowsPerImage, minimumChunk: 512) { rows in
            let sums = grid.isDense ? nil : Storage<Scalar>(count: rows.count * grid.targetWidth)
            let y = sums?.pointer ?? image + rows.lowerBound * grid.targetWidth
            withUnsafePointer(to: windows) { windows in
                gk_sum_products(
                    Scalar.variant, windows, grid.kernel, grid.axes.map(\.kernelStart),
                    grid.axes.map(\.kernelStep), products, rows.lowerBound, rows.count, y)
            }
            epilogue.finish(
                y, rows: rows.count, channel: 0, count: grid.targetWidth, step: grid.targetWidth)
            if let sums {
                withUnsafePointer(to: placement) {
                    gk_place_pixels(
                        MemoryLayout<Scalar>.stride, $0, sums.pointer, rows.lowerBound, rows.count,
                        image)
                }
                withExtendedLifetime(sums) {}
            }
        }
    }
}
