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
        let sums = grids.map(TapSum.init)
        for image in stride(from: 0, to: first.batch, by: images) {
            let count = min(images, first.batch - image)
            parallelGEMM(
                false, false, m: count * pixels, n: columns, k: first.sourceWidth,
                source + image * pixels * first.sourceWidth, lda: first.sourceWidth,
                weight.group(0), ldb: weight.rowStep, products.pointer, ldc: columns)
            add(sums, images: image..<image + count, products.pointer)
        }
        withExtendedLifetime((products, weight)) {}
    }

    // Line by line over all grids, so that their products are read once from memory: phase after
    // phase took twice as long.
    private func add(
        _ sums: [TapSum], images: Range<Int>, _ products: UnsafeMutablePointer<Scalar>
    ) {
        let planes = sums.reduce(0) { max($0, $1.outputs.0) }
        let lines = sums.reduce(0) { max($0, $1.outputs.1) }
        let longest = sums.reduce(0) { max($0, $1.outputs.2) }
        let first = grids[0]
        let image =
            target
            + images.lowerBound * first.axes.reduce(1) { $0 * $1.full } * first.targetWidth
        parallelChunks(
            count: images.count * planes * lines, minimumChunk: max(1, 512 / longest), alignment: 1
        ) { range in
            let row = Storage<Scalar>(count: longest * first.targetWidth)
            for line in range {
                let (h, t) = (line % lines, line / lines % planes)
                for sum in sums where h < sum.outputs.1 && t < sum.outputs.0 {
                    let rows =
                        ((line / lines / planes * sum.outputs.0 + t) * sum.outputs.1 + h)
                        * sum.outputs.2
                    sum.write(rows, products, image, row.pointer, epilogue)
                }
            }
            withExtendedLifetime(row) {}
        }
    }
}

/// One grid's sums, with what the kernels want to know of it made once.
private struct TapSum {
    let outputs: (Int, Int, Int)
    private let width: Int
    private let isDense: Bool
    private let windows: gk_windows
    private let placement: gk_placement
    private let kernel: [Int]
    private let kernelStart: [Int]
    private let kernelStep: [Int]

    init(_ grid: PatchGrid) {
        outputs = (grid.axes[0].outputs, grid.axes[1].outputs, grid.axes[2].outputs)
        width = grid.targetWidth
        isDense = grid.isDense
        var windows = grid.windows
        windows.width = grid.targetWidth
        self.windows = windows
        placement = grid.placement
        kernel = grid.kernel
        kernelStart = grid.axes.map(\.kernelStart)
        kernelStep = grid.axes.map(\.kernelStep)
    }

    /// Writes the line of outputs that begins at row `first` of the grid.
    func write<Scalar: FloatingScalar>(
        _ first: Int, _ products: UnsafeMutablePointer<Scalar>,
        _ image: UnsafeMutablePointer<Scalar>, _ buffer: UnsafeMutablePointer<Scalar>,
        _ epilogue: Epilogue<Scalar>
    ) {
        let y = isDense ? image + first * width : buffer
        withUnsafePointer(to: windows) {
            gk_sum_products(
                Scalar.variant, $0, kernel, kernelStart, kernelStep, products, first, outputs.2, y)
        }
        epilogue.finish(y, rows: outputs.2, channel: 0, count: width, step: width)
        guard !isDense else { return }
        withUnsafePointer(to: placement) {
            gk_place_pixels(MemoryLayout<Scalar>.stride, $0, buffer, first, outputs.2, image)
        }
    }
}
