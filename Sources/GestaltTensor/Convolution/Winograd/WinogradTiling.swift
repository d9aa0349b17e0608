import CKernels

/// The covering of a grid of outputs by tiles, with the parts of the source and of the kernel that
/// each reads.
///
/// Outputs that step over the source by s read s phases of it along the axis, each with a kernel of
/// every s-th tap: the phases count as separate channels, so that a strided convolution is one of
/// stride 1 with more channels. So do all frames that a framewise convolution reads: its tiles are
/// one frame deep, and no transform mixes frames.
struct WinogradTiling {
    let schemes: [WinogradScheme]
    /// The axes of the grid; frames without shared taps count as images.
    let axes: [PatchGrid.Axis]
    /// The number of products per tile and pair of channels.
    let points: Int
    /// The number of tiles over all images.
    let tiles: Int
    let images: Int
    let sourceWidth: Int
    let targetWidth: Int
    /// The place in the image of each phase of the source.
    let sources: [gk_tiling]
    /// The taps of each phase in the matrix of the weight: a pixel for each tap, an image for each
    /// source channel. The steps are filled in later; see `weight(_:rowStep:)`.
    private let taps: [gk_tiling]
    let target: gk_tiling
    /// Phases of the source along each axis.
    private let phases: [Int]

    /// Source channels of all phases: the inner length of the products.
    var depth: Int { sources.count * sourceWidth }

    /// The tiling with tiles of at most `largest` outputs along an axis.
    ///
    /// - Precondition: `refusal(of:)` is nil.
    init(_ grid: PatchGrid, largest: Int) {
        let (axes, images) = grid.withFramesAsImages
        let phases = axes.map { WinogradPhase.all(of: $0) }
        let schemes: [WinogradScheme] = zip(axes, phases).map { axis, phases in
            .fewest(taps: phases.taps, outputs: axis.outputs, largest: largest)!
        }
        let counts = zip(schemes, axes).map { $0.tiles(of: $1.outputs) }
        (self.axes, self.images, self.schemes) = (axes, images, schemes)
        points = schemes.reduce(1) { $0 * $1.points }
        tiles = counts.reduce(images, *)
        sourceWidth = grid.sourceWidth
        targetWidth = grid.targetWidth
        self.phases = phases.map(\.starts.count)
        target = gk_tiling(
            scheme: triple(schemes.map(\.rawValue)), tiles: triple(counts),
            extent: triple(axes.map(\.full)), offset: triple(axes.map(\.start)),
            spacing: triple(axes.map(\.stride)), pixel: grid.targetChannels,
            image: axes.reduce(grid.targetChannels) { $0 * $1.full })
        var source = target
        source.extent = triple(axes.map(\.input))
        source.spacing = triple(phases.map(\.spacing))
        source.pixel = grid.sourceChannels
        source.image = axes.reduce(grid.sourceChannels) { $0 * $1.input }
        var weight = source
        weight.tiles = (1, 1, 1)
        weight.extent = triple(axes.map(\.taps))
        let starts = WinogradPhase.starts(phases)
        sources = starts.map { start in
            source.offset = triple(zip(axes, start).map { $0.offset + $1 })
            return source
        }
        taps = starts.map { start in
            weight.offset = triple(start)
            return weight
        }
    }

    /// Returns the taps of each phase in a matrix whose rows are taps and source channels,
    /// `rowStep` elements apart.
    func weights(rowStep: Int) -> [gk_tiling] {
        taps.map {
            var tiling = $0
            tiling.pixel = sourceWidth * rowStep
            tiling.image = rowStep
            return tiling
        }
    }

    /// The tiling of an image whose pixels hold all phases of the source, channel after channel, up
    /// to the extent of the tiles; and the windows whose patches are those pixels.
    var joinedPhases: (place: gk_tiling, windows: gk_windows) {
        var place = sources[0]
        var windows = gk_windows()
        let counts = [place.tiles.0, place.tiles.1, place.tiles.2]
        let extent = zip(schemes, counts).map { $1 * $0.outputs + $0.taps - 1 }
        windows.input = place.extent
        windows.offset = place.offset
        windows.step = place.spacing
        windows.output = triple(extent)
        windows.taps = triple(phases)
        windows.spacing = (1, 1, 1)
        windows.channels = place.pixel
        windows.width = sourceWidth
        place.extent = windows.output
        place.offset = (0, 0, 0)
        place.spacing = (1, 1, 1)
        place.pixel = depth
        place.image = extent.reduce(depth, *)
        return (place, windows)
    }

    /// The regions that tiles and outputs read.
    var reach: gk_reach {
        func each(_ value: (Int) -> Int) -> (Int, Int, Int) { (value(0), value(1), value(2)) }
        return gk_reach(
            tiles: each { schemes[$0].tiles(of: axes[$0].outputs) },
            outputs: each { axes[$0].outputs }, tile: each { schemes[$0].outputs },
            reach: each { (schemes[$0].points - 1) * axes[$0].step + phases[$0] },
            taps: each { axes[$0].taps }, extent: each { axes[$0].input },
            offset: each { axes[$0].offset }, step: each { axes[$0].step })
    }

    /// Returns the reason that no tiling serves the grid; nil when one does.
    static func refusal(of grid: PatchGrid) -> String? {
        if grid.groups > 1 { return "needs groups 1" }
        for axis in grid.axes {
            if axis.taps == 0 { return "needs a tap for every output" }
            if axis.taps > 1 && axis.spacing != 1 { return "needs dilation 1" }
            if WinogradPhase.all(of: axis).taps > 4 {
                return "needs at most 4 taps an axis and step of the stride"
            }
        }
        return nil
    }
}

/// The phases of the source along one axis.
private struct WinogradPhase {
    /// First tap of each phase.
    let starts: Range<Int>
    /// The distance between the taps of a phase, and between the inputs that they read.
    let spacing: Int
    /// The number of taps of the longest phase; missing taps of other phases read as zero.
    let taps: Int

    static func all(of axis: PatchGrid.Axis) -> WinogradPhase {
        guard !axis.isFramewise else {
            return WinogradPhase(starts: 0..<axis.taps, spacing: axis.step, taps: 1)
        }
        return WinogradPhase(
            starts: 0..<min(axis.step, axis.taps), spacing: axis.step,
            taps: (axis.taps + axis.step - 1) / axis.step)
    }

    /// Returns the first taps along the three axes of all phases of the source, the last axis
    /// fastest.
    static func starts(_ axes: [WinogradPhase]) -> [[Int]] {
        axes[0].starts.flatMap { t in
            axes[1].starts.flatMap { h in axes[2].starts.map { w in [t, h, w] } }
        }
    }
}

extension PatchGrid {
    /// The axes and the number of images, where frames without shared taps count as images. The
    /// transforms begin and end with the two outer axes, so that an inactive middle axis costs
    /// nothing.
    fileprivate var withFramesAsImages: (axes: [Axis], images: Int) {
        guard axes[0].isUntouched else { return (axes, batch) }
        return ([axes[1], .single, axes[2]], batch * axes[0].outputs)
    }
}

extension PatchGrid.Axis {
    /// Whether output q depends on input q alone.
    fileprivate var isUntouched: Bool {
        taps == 1 && step == 1 && offset == 0 && outputs == input && start == 0 && stride == 1
            && full == outputs
    }

    fileprivate static let single = PatchGrid.Axis(
        outputs: 1, step: 1, input: 1, taps: 1, offset: 0, spacing: 1, kernelStart: 0,
        kernelStep: 1, start: 0, stride: 1, full: 1)
}

private func triple<Element>(_ list: [Element]) -> (Element, Element, Element) {
    (list[0], list[1], list[2])
}
