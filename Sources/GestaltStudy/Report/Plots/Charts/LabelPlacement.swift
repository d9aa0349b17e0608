/// Placement of labels that must not cover each other.
package enum LabelPlacement {
    /// Returns centers of labels along a line: as near to the wished ones as their extents and the
    /// bounds allow, in the same order.
    ///
    /// Neighbors that collide become a block at the mean of their wishes (pool adjacent violators),
    /// so no label is pushed aside only because it comes later.
    ///
    /// - Parameters:
    ///   - wishes: the wished centers, in any order.
    ///   - extents: the extent of each label along the line.
    ///   - bounds: where labels may lie; where they do not fit they begin at the lower bound.
    package static func spread(
        _ wishes: [Double], extents: [Double], within bounds: ClosedRange<Double>
    ) -> [Double] {
        struct Block {
            var members: [Int]
            /// The mean of the starts that the members prefer.
            var start: Double
            var extent: Double
        }
        var blocks: [Block] = []
        let order = wishes.indices.sorted { (wishes[$0], $0) < (wishes[$1], $1) }
        for index in order {
            var block = Block(
                members: [index], start: wishes[index] - extents[index] / 2, extent: extents[index])
            block.start = clamped(block.start, block.extent, bounds)
            while let last = blocks.last, last.start + last.extent > block.start {
                blocks.removeLast()
                let (first, second) = (Double(last.members.count), Double(block.members.count))
                // The start of the second's members, were they to begin where the first's do.
                let start =
                    (last.start * first + (block.start - last.extent) * second) / (first + second)
                block = Block(
                    members: last.members + block.members, start: start,
                    extent: last.extent + block.extent)
                block.start = clamped(block.start, block.extent, bounds)
            }
            blocks.append(block)
        }
        var centers = wishes
        for block in blocks {
            var start = block.start
            for index in block.members {
                centers[index] = start + extents[index] / 2
                start += extents[index]
            }
        }
        return centers
    }

    private static func clamped(
        _ start: Double, _ extent: Double, _ bounds: ClosedRange<Double>
    ) -> Double {
        max(min(start, bounds.upperBound - extent), bounds.lowerBound)
    }

    /// Returns a box for the label of each anchor: beside it where there is room, else farther
    /// away, where a line from box to anchor says what it belongs to.
    ///
    /// Anchors are served in order, each with the first of a fixed list of places that covers least
    /// of what is placed already, of the obstacles, and of the outside of `bounds`.
    ///
    /// - Parameters:
    ///   - sizes: width and height of each label.
    ///   - obstacles: boxes of marks.
    package static func boxes(
        at anchors: [PlotPoint], sizes: [(width: Double, height: Double)],
        obstacles: [PlotBox], within bounds: PlotBox
    ) -> [PlotBox] {
        var placed: [PlotBox] = []
        for (anchor, size) in zip(anchors, sizes) {
            let places = candidates(at: anchor, size)
            var best = (cost: Double.infinity, box: places[0])
            for candidate in places {
                let inside =
                    candidate.overlap(with: bounds) >= candidate.width * candidate.height * 0.999
                let covered = (placed + obstacles).map { candidate.overlap(with: $0) }.reduce(0, +)
                let cost = covered + (inside ? 0 : 1e4)
                if cost < best.cost - 1e-9 { best = (cost, candidate) }
                if cost == 0 { break }
            }
            placed.append(best.box)
        }
        return placed
    }

    /// Places in order of preference: nearer first, right before left before above and below.
    private static func candidates(
        at anchor: PlotPoint, _ size: (width: Double, height: Double)
    ) -> [PlotBox] {
        let (width, height) = size
        var result: [PlotBox] = []
        for gap in [8.0, 16, 26, 38, 52] {
            let sides: [(x: Double, y: Double)] = [
                (gap, -height / 2), (-gap - width, -height / 2),
                (-width / 2, -gap - height), (-width / 2, gap),
                (gap * 0.7, -gap * 0.7 - height), (gap * 0.7, gap * 0.7),
                (-gap * 0.7 - width, -gap * 0.7 - height), (-gap * 0.7 - width, gap * 0.7),
            ]
            result += sides.map {
                PlotBox(x: anchor.x + $0.x, y: anchor.y + $0.y, width: width, height: height)
            }
        }
        return result
    }
}
