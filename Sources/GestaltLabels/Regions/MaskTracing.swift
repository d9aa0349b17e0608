extension RunLengthMask {
    /// The outline of the mask along the corners of pixels, one ring for each part whose pixels
    /// share edges. Filled again, the rings have the same pixels.
    ///
    /// Most formats unite rings, so a hole cannot be a ring of its own: it is joined with the ring
    /// around it by a vertical bridge without width (a keyhole). Rings run clockwise.
    ///
    /// - Complexity: the number of pixels in ``bounds``.
    public var outlines: [[LabelPoint]] {
        guard let bounds else { return [] }
        var tracing = MaskTracing(self, rows: bounds.rows, columns: bounds.columns)
        return tracing.outlines()
    }
}

/// Traces the borders of a mask along the corners of its pixels, with the inside on the right hand.
private struct MaskTracing {
    private let rows: Int
    private let columns: Int
    private let left: Int
    private let top: Int
    /// The pixels inside the bounds.
    private let pixels: [Bool]
    private var borders: [Border] = []
    /// For each pixel with a border on top, the border, and the corner where that straight part of
    /// it starts.
    private var owners: [Int32]
    private var parts: [Int32]
    private var visitedBottoms: [Bool]

    /// A closed border: its corners, and where holes join it.
    private struct Border {
        var corners: [Corner] = []
        var isHole = false
        var joins: [(part: Int, corner: Corner, hole: Int)] = []
    }

    private struct Corner: Equatable {
        var row: Int
        var column: Int
    }

    /// Directions along the borders, clockwise.
    private enum Heading: Int {
        case east, south, west, north

        var right: Heading { Heading(rawValue: (rawValue + 1) % 4)! }
        var left: Heading { Heading(rawValue: (rawValue + 3) % 4)! }
    }

    init(_ mask: RunLengthMask, rows: Range<Int>, columns: Range<Int>) {
        self.rows = rows.count
        self.columns = columns.count
        left = columns.lowerBound
        top = rows.lowerBound
        let width = columns.count
        var pixels = [Bool](repeating: false, count: rows.count * width)
        mask.forEachColumnRun { column, inside in
            for row in inside {
                pixels[(row - rows.lowerBound) * width + column - columns.lowerBound] = true
            }
        }
        self.pixels = pixels
        owners = [Int32](repeating: -1, count: pixels.count)
        parts = owners
        visitedBottoms = [Bool](repeating: false, count: pixels.count)
    }

    private func isInside(_ row: Int, _ column: Int) -> Bool {
        row >= 0 && row < rows && column >= 0 && column < columns
            && pixels[row * columns + column]
    }

    /// Returns one ring for each outer border, holes joined to it.
    mutating func outlines() -> [[LabelPoint]] {
        // The first edge of a border in reading order lies on top of it: heading east on the top
        // of a pixel for an outer border, west under a pixel for a hole.
        for row in 0...rows {
            for column in 0..<columns {
                if isInside(row, column) && !isInside(row - 1, column) {
                    if owners[row * columns + column] < 0 {
                        trace(from: Corner(row: row, column: column), .east)
                    }
                } else if row < rows, isInside(row - 1, column), !isInside(row, column),
                    !visitedBottoms[(row - 1) * columns + column]
                {
                    trace(from: Corner(row: row, column: column + 1), .west)
                    join(hole: borders.count - 1)
                }
            }
        }
        return borders.indices.filter { !borders[$0].isHole }.map { ring(of: $0) }
    }

    /// Follows the border that begins at `start`.
    private mutating func trace(from start: Corner, _ first: Heading) {
        let number = borders.count
        var border = Border(isHole: first == .west)
        var corner = start
        var heading = first
        repeat {
            mark(corner, heading, border: number, part: border.corners.count - 1)
            switch heading {
            case .east: corner.column += 1
            case .south: corner.row += 1
            case .west: corner.column -= 1
            case .north: corner.row -= 1
            }
            let next = turned(at: corner, heading)
            if next != heading { border.corners.append(corner) }
            heading = next
        } while corner != start || heading != first
        borders.append(border)
    }

    private mutating func mark(_ corner: Corner, _ heading: Heading, border: Int, part: Int) {
        switch heading {
        case .east:
            owners[corner.row * columns + corner.column] = Int32(border)
            parts[corner.row * columns + corner.column] = Int32(part)
        case .west:
            visitedBottoms[(corner.row - 1) * columns + corner.column - 1] = true
        case .south, .north: break
        }
    }

    /// Returns the direction after a corner. Where two pixels touch by their corners only, the
    /// border stays with its pixel.
    private func turned(at corner: Corner, _ heading: Heading) -> Heading {
        // The pixels ahead, to the left and to the right hand.
        let (row, column) = (corner.row, corner.column)
        let (ahead, aheadLeft): (Bool, Bool) =
            switch heading {
            case .east: (isInside(row, column), isInside(row - 1, column))
            case .south: (isInside(row, column - 1), isInside(row, column))
            case .west: (isInside(row - 1, column - 1), isInside(row, column - 1))
            case .north: (isInside(row - 1, column), isInside(row - 1, column - 1))
            }
        if !ahead { return heading.right }
        return aheadLeft ? heading.left : heading
    }

    /// Joins a hole by a vertical bridge from its first corner upward to the border above, which
    /// starts in an earlier row and so is traced already.
    private mutating func join(hole: Int) {
        let corner = borders[hole].corners[0]
        var row = corner.row - 1
        while isInside(row - 1, corner.column) { row -= 1 }
        let place = row * columns + corner.column
        let target = Int(owners[place])
        let part = Int(parts[place])
        borders[target].joins.append(
            (part, Corner(row: row, column: corner.column), hole))
    }

    private enum Step {
        case border(Int)
        case corner(Corner)
    }

    /// Returns the corners of an outer border and, by bridges, of all holes in it.
    private func ring(of outer: Int) -> [LabelPoint] {
        var ring: [LabelPoint] = []
        // A stack of its own: holes join holes as deep as the picture is high.
        var steps: [Step] = [.border(outer)]
        while let step = steps.popLast() {
            switch step {
            case .border(let number): steps += stepsAround(number).reversed()
            case .corner(let corner):
                let point = LabelPoint(Double(left + corner.column), Double(top + corner.row))
                if ring.last != point { ring.append(point) }
            }
        }
        if ring.count > 1, ring.first == ring.last { ring.removeLast() }
        return ring
    }

    /// Returns the corners of a border in order, with the holes that join each straight part.
    private func stepsAround(_ number: Int) -> [Step] {
        let border = borders[number]
        let last = border.corners.count - 1
        // Only parts heading east have joins: ascending columns are the order of the border.
        let joins = border.joins.map { (part: $0.part < 0 ? last : $0.part, $0.corner, $0.hole) }
            .sorted { ($0.part, $0.1.column) < ($1.part, $1.1.column) }
        var steps: [Step] = []
        var next = 0
        for (index, corner) in border.corners.enumerated() {
            steps.append(.corner(corner))
            while next < joins.count, joins[next].part == index {
                steps += [.corner(joins[next].1), .border(joins[next].2), .corner(joins[next].1)]
                next += 1
            }
        }
        // A hole is left where it was entered.
        if border.isHole { steps.append(.corner(border.corners[0])) }
        return steps
    }
}
