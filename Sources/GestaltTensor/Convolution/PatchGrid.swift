import CKernels

/// A grid of outputs, each row of which is a patch of a source image times a matrix.
///
/// Convolution is one such grid. Its transpose is one for each remainder of the output position by
/// the stride: a small dense convolution with the taps that reach those positions, so that no zero
/// is multiplied.
struct PatchGrid {
    struct Axis {
        /// The number of outputs, and the step of the input between them.
        var outputs: Int
        var step: Int
        var input: Int
        /// Tap j reads input `q · step + offset + j · spacing` and belongs to position
        /// `kernelStart + j · kernelStep` of the kernel.
        var taps: Int
        var offset: Int
        var spacing: Int
        var kernelStart: Int
        var kernelStep: Int
        /// Output q lies at `start + q · stride` of an axis of length `full`.
        var start: Int
        var stride: Int
        var full: Int
        /// Whether frames along this axis share no arithmetic: the outermost axis of a framewise
        /// convolution.
        var isFramewise = false
    }

    var axes: [Axis]
    let batch: Int
    let kernel: [Int]
    /// Channels of source and target, over all groups.
    let sourceChannels: Int
    let targetChannels: Int
    let groups: Int

    var sourceWidth: Int { sourceChannels / groups }
    var targetWidth: Int { targetChannels / groups }
    /// Outputs of one image along the two inner axes, and over everything.
    var plane: Int { axes[1].outputs * axes[2].outputs }
    var rows: Int { batch * axes[0].outputs * plane }
    /// Pairs of taps along the two outer axes.
    var segments: Int { axes[0].taps * axes[1].taps }
    /// The number of elements of a segment in a patch.
    var segmentLength: Int { axes[2].taps * sourceWidth }
    var patchLength: Int { segments * segmentLength }
    /// Whether rows follow each other in the target as in the grid.
    var isDense: Bool {
        axes.allSatisfy { $0.start == 0 && $0.stride == 1 && $0.full == $0.outputs }
    }
    /// Whether a patch is a pixel, and row r reads pixel r.
    var isPointwise: Bool {
        axes.allSatisfy { $0.taps == 1 && $0.step == 1 && $0.offset == 0 && $0.outputs == $0.input }
    }

    var isFramewise: Bool { axes[0].isFramewise }

    /// The grid of the outputs of a convolution.
    init(
        _ g: ConvolutionGeometry, isTrimmed: Bool = true, groups: Int? = nil,
        framewise: Bool = false
    ) {
        self.init(
            g, source: g.inputChannels, target: g.outputChannels, isTrimmed: isTrimmed,
            groups: groups,
            axes: g.axes.enumerated().map { index, axis in
                Axis(
                    outputs: axis.output, step: axis.stride, input: axis.input, taps: axis.kernel,
                    offset: -axis.before, spacing: axis.dilation, kernelStart: 0, kernelStep: 1,
                    start: 0, stride: 1, full: axis.output, isFramewise: framewise && index == 0)
            })
    }

    /// Returns the grids of a pass: those that make up its target image, or that of the outputs for
    /// a weight's gradient.
    static func all(of g: ConvolutionGeometry, _ work: ConvolutionPlan.Work) -> [PatchGrid] {
        guard work.direction == .transposed else {
            return [PatchGrid(g, framewise: work.isFramewise(g))]
        }
        let phases = g.axes.map { axis in
            (0..<min(axis.stride, axis.input)).map { phase($0, of: axis) }
        }
        var grids: [PatchGrid] = []
        for t in phases[0] {
            for h in phases[1] {
                for w in phases[2] {
                    grids.append(
                        PatchGrid(
                            g, source: g.outputChannels, target: g.inputChannels, axes: [t, h, w]))
                }
            }
        }
        return grids
    }

    // Input a + s·q receives from output o through tap κ when s·o − before + κ·d = a + s·q, so
    // o = q + (a + before − κ·d) / s, for the taps that make this whole. They are taken from the
    // last to the first: offsets then rise.
    private static func phase(_ phase: Int, of axis: ConvolutionAxis) -> Axis {
        let (s, d) = (axis.stride, axis.dilation)
        let taps = (0..<axis.kernel).filter { (phase + axis.before - $0 * d) % s == 0 }
        let hop = taps.count > 1 ? taps[1] - taps[0] : 1
        let last = taps.last ?? 0
        return Axis(
            outputs: (axis.input - phase + s - 1) / s, step: 1, input: axis.output,
            taps: taps.count, offset: (phase + axis.before - last * d) / s,
            spacing: max(1, hop * d / s),
            kernelStart: last, kernelStep: -hop, start: phase, stride: s, full: axis.input)
    }

    private init(
        _ g: ConvolutionGeometry, source: Int, target: Int, isTrimmed: Bool = true,
        groups: Int? = nil, axes: [Axis]
    ) {
        self.axes = isTrimmed ? axes.map(Self.trimmed) : axes
        batch = g.batch
        kernel = g.axes.map(\.kernel)
        sourceChannels = source
        targetChannels = target
        self.groups = groups ?? g.groups
    }

    /// Removes the first and last taps that only ever meet padding. Frames keep theirs: which taps
    /// a clip never uses depends on its length.
    private static func trimmed(_ axis: Axis) -> Axis {
        guard !axis.isFramewise else { return axis }
        var axis = axis
        func isIdle(_ offset: Int) -> Bool {
            let first = offset >= 0 ? 0 : (-offset + axis.step - 1) / axis.step
            return first >= axis.outputs || first * axis.step + offset >= axis.input
        }
        while axis.taps > 0, isIdle(axis.offset) {
            axis.offset += axis.spacing
            axis.kernelStart += axis.kernelStep
            axis.taps -= 1
        }
        while axis.taps > 0, isIdle(axis.offset + (axis.taps - 1) * axis.spacing) { axis.taps -= 1 }
        return axis
    }

    /// Returns the segments required by any row of `rows`: those along t that overlap its images.
    func segments(of rows: Range<Int>) -> Range<Int> {
        let t = axes[0]
        guard t.taps > 1, !rows.isEmpty, plane > 0, !isFramewise else { return 0..<segments }
        let (first, last) = (rows.lowerBound / plane, (rows.upperBound - 1) / plane)
        var (lo, hi) = (t.taps, 0)
        for image in first...min(last, first + t.outputs - 1) {
            let start = image % t.outputs * t.step + t.offset
            for tap in 0..<t.taps where (0..<t.input).contains(start + tap * t.spacing) {
                (lo, hi) = (min(lo, tap), max(hi, tap + 1))
            }
        }
        return lo < hi ? lo * axes[1].taps..<hi * axes[1].taps : 0..<0
    }

    /// The windows in the form of the kernels.
    var windows: gk_windows {
        var w = gk_windows()
        let (t, h, x) = (axes[0], axes[1], axes[2])
        w.input = (t.input, h.input, x.input)
        w.output = (t.outputs, h.outputs, x.outputs)
        w.step = (t.step, h.step, x.step)
        w.taps = (t.taps, h.taps, x.taps)
        w.offset = (t.offset, h.offset, x.offset)
        w.spacing = (t.spacing, h.spacing, x.spacing)
        w.channels = sourceChannels
        w.width = sourceWidth
        return w
    }

    /// The placement of the rows in the target.
    var placement: gk_placement {
        let (t, h, x) = (axes[0], axes[1], axes[2])
        return gk_placement(
            grid: (t.outputs, h.outputs, x.outputs), full: (t.full, h.full, x.full),
            start: (t.start, h.start, x.start), stride: (t.stride, h.stride, x.stride),
            channels: targetChannels, width: targetWidth)
    }
}
