import GestaltChecks

extension RunLengthMask {
    /// Creates the mask of one closed outline, filled by the rule of the COCO tools.
    ///
    /// An outline of fewer than three points is filled like any other: two points enclose nothing.
    ///
    /// - Precondition: all coordinates are finite.
    public init(filling outline: [LabelPoint], size: PictureSize) {
        var filling = PolygonFilling(size: size)
        filling.add(outline)
        self.init(size: size, normalized: filling.runs())
    }
}

/// Fills closed outlines by the rule of the COCO tools, even-odd.
///
/// The rule: points go to a grid five times as fine, `truncate(5 v + 0.5)`. Each edge is walked one
/// grid step at a time along its longer side from its lower end, the other coordinate rounded by
/// truncation after adding 0.5. Where the walk crosses the middle of a column, the smaller of both
/// `y`, taken back to pixels, clamped to the picture and rounded up, is a place where the column's
/// pixels change between outside and inside.
///
/// The grid steps between the middles of columns are never walked: each crossing is computed, so
/// time does not grow with coordinates.
struct PolygonFilling {
    private let height: Int
    private let width: Int
    private let pixelCount: Int
    /// Places in column-major order where outside and inside change, in any order.
    private var cuts: [Int] = []
    /// The same as a parity per place, once a list would take more memory.
    private var parities: [Bool] = []
    private let largestList: Int

    // Beyond it an outline is clipped first: products of grid coordinates stay exact below.
    private static let farthest = Double(1 << 30)

    init(size: PictureSize) {
        height = size.height
        width = size.width
        pixelCount = size.pixelCount
        largestList = 1024 + size.pixelCount / 8
    }

    /// Adds one outline: its last point is connected with its first.
    mutating func add(_ outline: [LabelPoint]) {
        var outline = outline
        require(
            outline.allSatisfy { $0.x.isFinite && $0.y.isFinite },
            "PolygonFilling: \(outline.count) points, some of them not finite")
        if outline.contains(where: { max(abs($0.x), abs($0.y)) > Self.farthest }) {
            outline = OutlineClipping(
                x: -Self.farthest...Self.farthest, y: -Self.farthest...Self.farthest
            ).applied(to: outline)
        }
        guard let last = outline.last, pixelCount > 0 else { return }
        var from = GridPoint(last)
        for point in outline {
            let to = GridPoint(point)
            addEdge(from, to)
            from = to
        }
    }

    private struct GridPoint {
        let x: Int
        let y: Int

        init(_ point: LabelPoint) {
            x = Int(5 * point.x + 0.5)
            y = Int(5 * point.y + 0.5)
        }
    }

    private mutating func addEdge(_ from: GridPoint, _ to: GridPoint) {
        guard from.x != to.x else { return }
        if abs(to.x - from.x) >= abs(to.y - from.y) {
            from.x < to.x ? addFlat(from, to) : addFlat(to, from)
        } else {
            from.y < to.y ? addSteep(from, to) : addSteep(to, from)
        }
    }

    /// Adds an edge that is walked along `x`, from left to right.
    private mutating func addFlat(_ from: GridPoint, _ to: GridPoint) {
        let slope = Double(to.y - from.y) / Double(to.x - from.x)
        func y(_ step: Int) -> Int { Int(Double(from.y) + slope * Double(step) + 0.5) }
        for column in columns(from.x, to.x) {
            let step = 5 * column + 2 - from.x
            addCut(column: column, y: min(y(step), y(step + 1)))
        }
    }

    /// Adds an edge that is walked along `y`, downward.
    private mutating func addSteep(_ from: GridPoint, _ to: GridPoint) {
        let length = to.y - from.y
        let slope = Double(to.x - from.x) / Double(length)
        let isRising = slope > 0
        /// Whether the walk is past the middle of a column after `step` steps.
        func isPast(_ step: Int, _ middle: Int) -> Bool {
            let x = Int(Double(from.x) + slope * Double(step) + 0.5)
            return isRising ? x > middle : x <= middle
        }
        for column in columns(min(from.x, to.x), max(from.x, to.x)) {
            let middle = 5 * column + 2
            // The first step past the middle: a quotient, corrected for its rounding.
            let guess = (Double(middle) + 0.5 - Double(from.x)) / slope
            var step = Int(min(max(guess, 1), Double(length)))
            while step > 1, isPast(step - 1, middle) { step -= 1 }
            while step < length, !isPast(step, middle) { step += 1 }
            addCut(column: column, y: from.y + step - 1)
        }
    }

    /// Returns the columns of the picture whose middle lies between two grid coordinates.
    private func columns(_ low: Int, _ high: Int) -> Range<Int> {
        // Column c is crossed between grid coordinates 5 c + 2 and 5 c + 3.
        let first = low <= 2 ? 0 : (low + 2) / 5
        let end = high < 3 ? 0 : min(width, (high + 2) / 5)
        return first..<max(first, end)
    }

    private mutating func addCut(column: Int, y: Int) {
        // (y + 0.5) / 5 - 0.5, rounded up, in whole numbers.
        let row = y <= 2 ? 0 : min(height, (y + 2) / 5)
        let place = column * height + row
        if parities.isEmpty {
            cuts.append(place)
            if cuts.count > largestList { useParities() }
        } else {
            parities[place].toggle()
        }
    }

    private mutating func useParities() {
        parities = [Bool](repeating: false, count: pixelCount + 1)
        for cut in cuts { parities[cut].toggle() }
        cuts = []
    }

    /// Returns the lengths of runs, none of them 0 but the first.
    mutating func runs() -> [Int] {
        if !parities.isEmpty { cuts = parities.indices.filter { parities[$0] } }
        cuts.sort()
        var runs: [Int] = []
        var start = 0
        var index = 0
        while index < cuts.count, cuts[index] < pixelCount {
            let place = cuts[index]
            var next = index + 1
            while next < cuts.count, cuts[next] == place { next += 1 }
            // Two cuts at one place cancel.
            if (next - index) % 2 == 1 {
                runs.append(place - start)
                start = place
            }
            index = next
        }
        if start < pixelCount { runs.append(pixelCount - start) }
        return runs
    }
}
