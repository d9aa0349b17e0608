import CKernels

/// Products of every source pixel with every tap, then, line by line of the target, the sum of
/// those that contribute to it: the source is read once, and the one product is as wide as all taps
/// together.
///
/// Source pixel i and tap κ meet at target position `i · step − before + κ · dilation`. That is a
/// transposed convolution; a convolution of stride 1 is one with its taps reversed.
struct TapProducts<Scalar: FloatingScalar> {
    private let axes: [TapAxis]
    /// Source pixels of an image, and columns of the product.
    private let pixels: Int
    private let columns: Int
    private let batch: Int
    private let sourceWidth: Int
    private let targetWidth: Int
    private let reverses: Bool
    let source: UnsafePointer<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>

    /// The memory limit of the products of the images processed at once.
    private static var largestByteCount: Int { 16 << 20 }

    init(
        _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection,
        source: UnsafePointer<Scalar>, target: UnsafeMutablePointer<Scalar>,
        epilogue: Epilogue<Scalar>
    ) {
        let axes = geometry.axes.map {
            direction == .direct
                ? TapAxis(
                    source: $0.input, target: $0.output, taps: $0.kernel, step: $0.stride,
                    before: $0.extent - 1 - $0.before, dilation: $0.dilation)
                : TapAxis(
                    source: $0.output, target: $0.input, taps: $0.kernel, step: $0.stride,
                    before: $0.before, dilation: $0.dilation)
        }
        batch = geometry.batch
        sourceWidth = geometry.sourceChannels(direction)
        targetWidth = geometry.targetChannels(direction)
        reverses = direction == .direct
        self.axes = axes
        pixels = axes.reduce(1) { $0 * $1.source }
        columns = axes.reduce(targetWidth) { $0 * $1.taps }
        (self.source, self.target, self.epilogue) = (source, target, epilogue)
    }

    func run(_ weight: PackedWeight<Scalar>) {
        guard batch > 0 else { return }
        let imageBytes = pixels * columns * MemoryLayout<Scalar>.stride
        let images = min(batch, max(1, Self.largestByteCount / imageBytes))
        let products = Storage<Scalar>(count: images * pixels * columns)
        let panels = Panels<Scalar>(terms: sourceWidth, columns: columns)
        panels.pack(rows: 0..<sourceWidth, of: weight.group(0), step: weight.rowStep)
        for image in stride(from: 0, to: batch, by: images) {
            let count = min(images, batch - image)
            multiply(
                panels, rows: count * pixels, of: source + image * pixels * sourceWidth,
                to: products.pointer)
            add(images: count, products.pointer, to: image)
        }
        withExtendedLifetime((products, weight)) {}
    }

    /// Computes the products of `rows` pixels with all taps. The source is read in place: BLAS
    /// would pack it first, a seventh of the time.
    private func multiply(
        _ panels: Panels<Scalar>, rows: Int, of source: UnsafePointer<Scalar>,
        to products: UnsafeMutablePointer<Scalar>
    ) {
        let block = 8 * gk_panel_rows(Scalar.variant)
        parallelChunks(count: rows, minimumChunk: block, alignment: block) { range in
            for first in stride(from: range.lowerBound, to: range.upperBound, by: block) {
                multiplyTile(
                    rows: min(block, range.upperBound - first), columns: columns,
                    terms: sourceWidth,
                    TileMatrix(reading: source + first * sourceWidth, step: sourceWidth),
                    panels.start(), step: panels.step, adding: false,
                    to: TileMatrix(pointer: products + first * columns, step: columns),
                    band: gk_band_none, limit: 0)
            }
        }
        withExtendedLifetime(panels) {}
    }

    private func add(images: Int, _ products: UnsafeMutablePointer<Scalar>, to image: Int) {
        let (t, h, w) = (axes[0], axes[1], axes[2])
        let row = w.target * targetWidth
        // A line with margins for products outside of the target.
        let (start, first) = (max(0, w.before), image)
        let reach = (w.source - 1) * w.step + (w.taps - 1) * w.dilation + 1
        let length = max(start + w.target, start - w.before + reach)
        parallelChunks(
            count: images * t.target * h.target, minimumChunk: max(1, 512 / w.target), alignment: 1
        ) { range in
            let line = Storage<Scalar>(count: length * targetWidth)
            for index in range {
                let (image, plane) = (index / h.target / t.target, index / h.target % t.target)
                line.pointer.clear(count: line.count)
                t.forEachTap(at: plane, reversed: reverses) { sourceT, tapT in
                    h.forEachTap(at: index % h.target, reversed: reverses) { sourceH, tapH in
                        let pixel = ((image * t.source + sourceT) * h.source + sourceH) * w.source
                        let tap = (tapT * h.taps + tapH) * w.taps * targetWidth
                        overlap(
                            products + pixel * columns + tap,
                            line.pointer + (start - w.before) * targetWidth)
                    }
                }
                let y = target + (first * t.target * h.target + index) * row
                y.update(from: line.pointer + start * targetWidth, count: row)
                epilogue.finish(
                    y, rows: w.target, channel: 0, count: targetWidth, step: targetWidth)
            }
            withExtendedLifetime(line) {}
        }
    }

    /// Accumulates the products of a line of source pixels for one pair of outer taps.
    private func overlap(
        _ rows: UnsafePointer<Scalar>, _ line: UnsafeMutablePointer<Scalar>
    ) {
        let w = axes[2]
        func add(_ tap: Int, count: Int, at place: Int) {
            gk_overlap_rows(
                Scalar.variant, rows + tap * targetWidth, w.source, columns, count * targetWidth,
                line + place * targetWidth, w.step * targetWidth)
        }
        if w.dilation == 1, !reverses { return add(0, count: w.taps, at: 0) }
        for tap in 0..<w.taps {
            add(reverses ? w.taps - 1 - tap : tap, count: 1, at: tap * w.dilation)
        }
    }
}

/// One axis of the products. Not inside the generic type: unspecialized code would request its
/// metadata line by line, a sixth of the time.
private struct TapAxis {
    let source: Int
    let target: Int
    let taps: Int
    let step: Int
    let before: Int
    let dilation: Int

    /// Calls `body` for the source positions and taps that contribute to position `target`, in
    /// order of the taps.
    func forEachTap(at target: Int, reversed: Bool, _ body: (Int, Int) -> Void) {
        for tap in 0..<taps {
            let place = target + before - tap * dilation
            guard place >= 0, place % step == 0, place / step < source else { continue }
            body(place / step, reversed ? taps - 1 - tap : tap)
        }
    }
}
