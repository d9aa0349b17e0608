import CKernels

/// Products of every source pixel with every tap, then, line by line of the target, the sum of those
/// that reach it: the source is read once, and the one product is as wide as all taps together.
///
/// Source pixel i and tap κ meet at target position `i · step − before + κ · dilation`. That is a
/// transposed convolution; a convolution of stride 1 is one with its taps reversed.
struct TapProducts<Scalar: FloatingScalar> {
    /// One axis.
    private struct Axis {
        let source: Int
        let target: Int
        let taps: Int
        let step: Int
        let before: Int
        let dilation: Int
    }

    private let axes: [Axis]
    private let batch: Int
    private let sourceWidth: Int
    private let targetWidth: Int
    private let reverses: Bool
    let source: UnsafePointer<Scalar>
    let target: UnsafeMutablePointer<Scalar>
    let epilogue: Epilogue<Scalar>

    /// What the products of the images treated at once may take.
    private static var largestByteCount: Int { 16 << 20 }

    /// - Parameter transposed: computes the transpose of `geometry`'s convolution.
    init(
        _ geometry: ConvolutionGeometry, transposed: Bool, source: UnsafePointer<Scalar>,
        target: UnsafeMutablePointer<Scalar>, epilogue: Epilogue<Scalar>
    ) {
        axes = geometry.axes.map {
            Axis(
                source: transposed ? $0.output : $0.input,
                target: transposed ? $0.input : $0.output, taps: $0.kernel, step: $0.stride,
                before: transposed ? $0.before : $0.extent - 1 - $0.before, dilation: $0.dilation)
        }
        batch = geometry.batch
        (sourceWidth, targetWidth) =
            transposed
            ? (geometry.outputChannels, geometry.inputChannels)
            : (geometry.inputChannels, geometry.outputChannels)
        reverses = !transposed
        (self.source, self.target, self.epilogue) = (source, target, epilogue)
    }

    private var pixels: Int { axes.reduce(1) { $0 * $1.source } }
    private var columns: Int { axes.reduce(targetWidth) { $0 * $1.taps } }

    func run(_ weight: PackedWeight<Scalar>) {
        guard batch > 0 else { return }
        let imageBytes = pixels * columns * MemoryLayout<Scalar>.stride
        let images = min(batch, max(1, Self.largestByteCount / imageBytes))
        let products = Storage<Scalar>(count: images * pixels * columns)
        for image in stride(from: 0, to: batch, by: images) {
            let count = min(images, batch - image)
            parallelGEMM(
                false, false, m: count * pixels, n: columns, k: sourceWidth,
                source + image * pixels * sourceWidth, lda: sourceWidth, weight.group(0),
                ldb: weight.rowStep, products.pointer, ldc: columns)
            add(images: count, products.pointer, to: image)
        }
        withExtendedLifetime((products, weight)) {}
    }

    private func add(images: Int, _ products: UnsafeMutablePointer<Scalar>, to image: Int) {
        let (t, h, w) = (axes[0], axes[1], axes[2])
        let row = w.target * targetWidth
        // A line with room for what falls beside the target.
        let (start, first) = (max(0, w.before), image)
        let reach = (w.source - 1) * w.step + (w.taps - 1) * w.dilation + 1
        let length = max(start + w.target, start - w.before + reach)
        parallelChunks(
            count: images * t.target * h.target, minimumChunk: max(1, 512 / w.target), alignment: 1
        ) { range in
            let line = Storage<Scalar>(count: length * targetWidth)
            for index in range {
                let (image, plane) = (index / h.target / t.target, index / h.target % t.target)
                UnsafeMutableRawPointer(line.pointer).initializeMemory(
                    as: UInt8.self, repeating: 0, count: line.count * MemoryLayout<Scalar>.stride)
                forEachTap(t, at: plane) { sourceT, tapT in
                    forEachTap(h, at: index % h.target) { sourceH, tapH in
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

    /// The source positions and their taps that meet target position `target`, in order of the taps.
    private func forEachTap(_ axis: Axis, at target: Int, _ body: (Int, Int) -> Void) {
        for tap in 0..<axis.taps {
            let place = target + axis.before - tap * axis.dilation
            guard place >= 0, place % axis.step == 0, place / axis.step < axis.source else {
                continue
            }
            body(place / axis.step, reverses ? axis.taps - 1 - tap : tap)
        }
    }

    /// Adds the products of a line of source pixels for one pair of outer taps.
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
