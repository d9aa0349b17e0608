import CKernels
import Synchronization

/// The weight of some phases of the source at the points of a tiling: for each point a matrix with
/// a row for each of their channels and a column for each target channel, in panels.
///
/// `@unchecked Sendable`: the storage is written before it is shared, and only read afterwards.
final class WinogradWeight<Scalar: FloatingScalar>: @unchecked Sendable {
    private let storage: Storage<Scalar>
    /// The distances between consecutive points and between consecutive panels, in elements.
    let pointStep: Int
    let panelStep: Int
    /// The number of columns per panel.
    let width: Int

    func point(_ index: Int) -> UnsafePointer<Scalar> {
        UnsafePointer(storage.pointer + index * pointStep)
    }

    static func byteCount(_ tiling: WinogradTiling) -> Int {
        tiling.points * tiling.depth * tiling.targetWidth * MemoryLayout<Scalar>.stride
    }

    init(_ weight: PackedWeight<Scalar>, tiling: WinogradTiling, phases: Range<Int>) {
        let variant = Scalar.variant
        let width = Int(gk_panel_width(variant))
        let panels = (tiling.targetWidth + width - 1) / width
        panelStep = phases.count * tiling.sourceWidth * width
        // Slightly more, so that points do not lie at equal addresses modulo a page.
        pointStep = panels * panelStep + 16
        self.width = width
        storage = Storage(count: tiling.points * pointStep)
        let (start, pointStep, panelStep) = (storage.pointer, pointStep, panelStep)
        let rows = tiling.sourceWidth
        let taps = Array(tiling.weights(rowStep: weight.rowStep)[phases])
        let matrix = weight.group(0)
        let parts = (rows + Self.rowsOfTask - 1) / Self.rowsOfTask
        parallelFor(taps.count * panels * parts) { task in
            let (phase, panel) = (task / parts / panels, task / parts % panels)
            let first = task % parts * Self.rowsOfTask
            withUnsafePointer(to: taps[phase]) {
                gk_winograd_expand(
                    variant, gk_winograd_weight, $0, matrix + panel * width,
                    min(width, tiling.targetWidth - panel * width), first,
                    min(Self.rowsOfTask, rows - first),
                    start + panel * panelStep + (phase * rows + first) * width, width, pointStep, 1)
            }
            gk_stream_end()
        }
        withExtendedLifetime(weight) {}
    }

    private static var rowsOfTask: Int { 16 }
}

extension WinogradWeight {
    /// Returns some phases of `weight` at the points of `tiling`: cached with the weight's contents
    /// from the second use on, until they are released or change.
    ///
    /// A training step, which uses most weights once in each direction, thus keeps nothing; frozen
    /// models, accumulated gradients and recomputed blocks transform once.
    static func of(
        _ weight: ConvolutionWeight<Scalar>, _ grid: PatchGrid, tiling: WinogradTiling,
        phases: Range<Int>
    ) -> WinogradWeight {
        let tensor = weight.tensor
        let key = WinogradWeightKey(
            offset: tensor.layout.offset, shape: tensor.shape, operation: weight.operation,
            direction: weight.direction, starts: grid.axes.map(\.kernelStart),
            hops: grid.axes.map(\.kernelStep), taps: grid.axes.map(\.taps),
            steps: grid.axes.map(\.step), schemes: tiling.schemes, phases: phases,
            variant: Scalar.variant)
        let cache = tensor.storage.companion { WinogradWeightCache<Scalar>() }
        if let known = cache.weight(key) { return known }
        let new = WinogradWeight(weight.matrix(for: grid), tiling: tiling, phases: phases)
        cache.offer(new, key)
        return new
    }
}

/// All inputs of the transformed weight except its values.
private struct WinogradWeightKey: Hashable {
    let offset: Int
    let shape: Shape
    let operation: ConvolutionDirection
    let direction: ConvolutionDirection
    let starts: [Int]
    let hops: [Int]
    let taps: [Int]
    let steps: [Int]
    let schemes: [WinogradScheme]
    let phases: Range<Int>
    let variant: Int32
}

private final class WinogradWeightCache<Scalar: FloatingScalar>: Sendable {
    /// nil for weights used once.
    private let entries = Mutex<[WinogradWeightKey: WinogradWeight<Scalar>?]>([:])

    func weight(_ key: WinogradWeightKey) -> WinogradWeight<Scalar>? {
        entries.withLock { $0[key] ?? nil }
    }

    func offer(_ weight: WinogradWeight<Scalar>, _ key: WinogradWeightKey) {
        entries.withLock { _ = $0.updateValue($0.keys.contains(key) ? weight : nil, forKey: key) }
    }
}
