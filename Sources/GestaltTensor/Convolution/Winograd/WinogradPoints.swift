import CKernels

/// The memory of a number of tiles at the points of a tiling, and the steps into and out of it.
struct WinogradPoints<Scalar: FloatingScalar> {
    let tiling: WinogradTiling
    /// The phases of the source whose channels are adjacent.
    let phases: Range<Int>
    /// Elements of a tile's row at one point: channels, to a multiple of the vector.
    let sourceStep: Int
    let targetStep: Int
    /// Whether points are written past the caches: for sizes that would be evicted before they are
    /// read. Without it each line is fetched before it is overwritten; with it the input transform
    /// and the weight of 240 channels take half the time.
    private let streams: Int32

    init(_ tiling: WinogradTiling, phases: Range<Int>, streams: Bool) {
        (self.tiling, self.phases) = (tiling, phases)
        // The last phase fills its last vector too.
        sourceStep = Self.whole(
            (phases.count - 1) * tiling.sourceWidth + Self.whole(tiling.sourceWidth))
        targetStep = Self.whole(tiling.targetWidth)
        let isAligned = phases.count == 1 || tiling.sourceWidth % Self.lanes == 0
        self.streams = streams && isAligned ? 1 : 0
    }

    static var lanes: Int { Int(gk_winograd_lanes(Scalar.variant)) }

    /// Rounds `count` up to a multiple of the vector.
    private static func whole(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

    var byteCountOfTile: Int {
        tiling.points * (sourceStep + targetStep) * MemoryLayout<Scalar>.stride
    }

    /// Rows of one side: at each point one for each tile.
    struct Rows {
        fileprivate let storage: Storage<Scalar>
        let step: Int
        let pointStep: Int

        /// Slightly more than the rows require, so that points do not lie at equal addresses modulo
        /// a page.
        init(tiles: Int, step: Int, points: Int) {
            self.step = step
            pointStep = tiles * step + 16
            storage = Storage(count: points * pointStep)
        }

        /// The number of elements of all points.
        var count: Int { storage.count }

        func point(_ index: Int, row: Int = 0) -> UnsafeMutablePointer<Scalar> {
            storage.pointer + index * pointStep + row * step
        }
    }

    func sourceRows(tiles: Int) -> Rows {
        Rows(tiles: tiles, step: sourceStep, points: tiling.points)
    }

    func targetRows(tiles: Int) -> Rows {
        Rows(tiles: tiles, step: targetStep, points: tiling.points)
    }

    /// Transforms `tiles` of the source to the rows from `row`.
    func expand(
        _ source: WinogradSource<Scalar>, _ tiles: Range<Int>, to rows: Rows, row: Int = 0
    ) {
        if let joined = source.joined, phases.count == tiling.sources.count {
            expand(
                gk_winograd_input, joined.place, joined.pixels, tiling.depth, tiles,
                rows.point(0, row: row), rows)
            if streams != 0 { gk_stream_end() }
            return
        }
        // Phases in order: one writes zeros to the end of its last vector, where the next begins.
        for (index, place) in tiling.sources[phases].enumerated() {
            expand(
                gk_winograd_input, place, source.pixels, tiling.sourceWidth, tiles,
                rows.point(0, row: row) + index * tiling.sourceWidth, rows)
        }
        if streams != 0 { gk_stream_end() }
    }

    /// Returns all tiles of some channels of one phase of the source, transformed.
    func expanded(
        _ source: WinogradSource<Scalar>, phase: Int, _ channels: Range<Int>
    ) -> Rows {
        let step = Self.whole(channels.count)
        let rows = Rows(tiles: tiling.tiles, step: step, points: tiling.points)
        expand(
            gk_winograd_input, tiling.sources[phase], source.pixels + channels.lowerBound,
            channels.count, 0..<tiling.tiles, rows.point(0), rows)
        return rows
    }

    /// Transforms the gradient of some channels of the target's `tiles`.
    func expand(
        cotangent: UnsafePointer<Scalar>, _ channels: Range<Int>, _ tiles: Range<Int>,
        to rows: Rows, row: Int = 0
    ) {
        expand(
            gk_winograd_cotangent, tiling.target, cotangent + channels.lowerBound, channels.count,
            tiles, rows.point(0, row: row), rows)
        if streams != 0 { gk_stream_end() }
    }

    private func expand(
        _ role: gk_winograd_role, _ place: gk_tiling, _ image: UnsafePointer<Scalar>, _ width: Int,
        _ tiles: Range<Int>, _ points: UnsafeMutablePointer<Scalar>, _ rows: Rows
    ) {
        withUnsafePointer(to: place) {
            gk_winograd_expand(
                Scalar.variant, role, $0, image, width, tiles.lowerBound, tiles.count, points,
                rows.step, rows.pointStep, streams)
        }
    }

    /// Multiplies the rows `range` at `point` by the weight of the same phases.
    func multiply(
        _ source: Rows, _ weight: WinogradWeight<Scalar>, to target: Rows, point: Int,
        _ range: Range<Int>, adding: Bool = false
    ) {
        var product = gk_tile_product(
            rows: range.count, columns: tiling.targetWidth,
            terms: phases.count * tiling.sourceWidth, a_row: source.step, a_term: 1,
            b_row: weight.width, panel_step: weight.panelStep, c_row: target.step,
            adds: adding ? 1 : 0, pads: 1, streams: streams, band: gk_band_none, limit: 0)
        gk_multiply_tile(
            Scalar.variant, &product, source.point(point, row: range.lowerBound),
            weight.point(point), target.point(point, row: range.lowerBound))
        if streams != 0 { gk_stream_end() }
    }

    /// Transforms the rows from `row` back to `tiles` of the target, and finishes them.
    func contract(
        _ rows: Rows, row: Int = 0, _ tiles: Range<Int>, _ epilogue: Epilogue<Scalar>,
        task: Int, to target: UnsafeMutablePointer<Scalar>
    ) {
        var finish = gk_winograd_finish(
            bias: epilogue.bias, relu: epilogue.activation == .relu ? 1 : 0,
            sums: epilogue.moments?.slot(task))
        withUnsafePointer(to: tiling.target) {
            gk_winograd_contract(
                Scalar.variant, gk_winograd_output, $0, rows.point(0, row: row), rows.step,
                rows.pointStep, tiles.lowerBound, tiles.count, &finish, target, tiling.targetWidth)
        }
    }
}

// MARK: The gradient of the weight

extension WinogradPoints {
    /// Computes the sums over `terms` tiles at one point, those of `from` from `row` on: the
    /// source's channels `rows` times `columns` of the cotangent's.
    func multiply(
        _ from: Rows, row: Int = 0, _ to: Rows,
        rows: Range<Int>, columns: Int, terms: Int, _ point: Int,
        to sums: Rows, adding: Bool = false
    ) {
        var product = gk_tile_product(
            rows: rows.count, columns: columns, terms: terms, a_row: 1, a_term: from.step,
            b_row: to.step, panel_step: gk_panel_width(Scalar.variant), c_row: sums.step,
            adds: adding ? 1 : 0, pads: 1, streams: 0, band: gk_band_none, limit: 0)
        gk_multiply_tile(
            Scalar.variant, &product, from.point(point, row: row) + rows.lowerBound,
            to.point(point), sums.point(point, row: rows.lowerBound))
    }

    /// Transforms the sums from `row` on to the taps of some channels of a phase, which `place`
    /// describes, for `columns` of the target.
    func contract(
        _ sums: Rows, row: Int, _ channels: Range<Int>, _ place: gk_tiling,
        _ columns: Range<Int>, to result: UnsafeMutablePointer<Scalar>
    ) {
        withUnsafePointer(to: place) {
            gk_winograd_contract(
                Scalar.variant, gk_winograd_weight_gradient, $0, sums.point(0, row: row),
                sums.step, sums.pointStep, channels.lowerBound, channels.count, nil,
                result + columns.lowerBound, columns.count)
        }
    }
}
