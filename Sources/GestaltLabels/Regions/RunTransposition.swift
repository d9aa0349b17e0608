/// Runs of a mask, turned from rows into columns or back, without a bitmap.
///
/// A vertical run begins or ends where a pixel differs from the one above it. With the positions
/// where the row by row sequence changes, those of that difference are known: each of them, and
/// each shifted by a row. Time and memory are those of both lists of runs, whatever the size of the
/// picture.
struct RunTransposition {
    /// The number of pixels in a row of the source.
    let rowLength: Int
    /// The number of rows of the source.
    let rowCount: Int
    /// The distance of two neighbors of a source row in the target.
    let stride: Int
    /// The position of the first source pixel in the target.
    let offset: Int

    /// Returns the positions in the target where it changes, ascending.
    ///
    /// - Parameters:
    ///   - runs: alternately outside and inside, starting outside; they add up to the pixels of the
    ///     source.
    ///   - limit: the largest number of changes before neighbors cancel; nil is returned for more.
    func changes(_ runs: [Int], limit: Int) -> [Int]? {
        var changes: [Int] = []
        for (start, end) in differences(runs) {
            guard end - start <= limit - changes.count else { return nil }
            for pixel in start..<end {
                let (row, column) = pixel.quotientAndRemainder(dividingBy: rowLength)
                changes.append(column * stride + row + offset)
            }
        }
        changes.sort()
        return Self.withoutPairs(changes)
    }

    /// Returns the ranges of pixels, row by row, that differ from those a row above them; the row
    /// below the last one counts, and all around the mask is outside.
    private func differences(_ runs: [Int]) -> [(Int, Int)] {
        let count = rowLength * rowCount
        var edges: [Int] = []
        var place = 0
        for run in runs where place < count {
            place += run
            edges.append(place)
        }
        // An odd number of edges: the last run is outside, its end changes nothing.
        if edges.count % 2 == 1 { edges.removeLast() }
        let merged = Self.merged(edges, edges.map { $0 + rowLength })
        let pairs = Self.withoutPairs(merged)
        return Swift.stride(from: 0, to: pairs.count - 1, by: 2).map { (pairs[$0], pairs[$0 + 1]) }
    }

    private static func merged(_ first: [Int], _ second: [Int]) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(first.count + second.count)
        var (i, j) = (0, 0)
        while i < first.count || j < second.count {
            if j == second.count || i < first.count && first[i] <= second[j] {
                result.append(first[i])
                i += 1
            } else {
                result.append(second[j])
                j += 1
            }
        }
        return result
    }

    /// Removes equal neighbors by twos: two changes at one place are none.
    static func withoutPairs(_ sorted: [Int]) -> [Int] {
        var result: [Int] = []
        for value in sorted {
            if result.last == value { result.removeLast() } else { result.append(value) }
        }
        return result
    }
}

/// Runs of a mask in the making, column by column or row by row.
struct RunCollector {
    private(set) var runs: [Int] = []
    private var end = 0

    /// Adds pixels inside.
    ///
    /// - Precondition: they follow all those added before.
    mutating func add(start: Int, count: Int) {
        precondition(start >= end, "RunCollector: pixels from \(start) after \(end)")
        if start == end, !runs.isEmpty {
            runs[runs.count - 1] += count
        } else {
            runs += [start - end, count]
        }
        end = start + count
    }

    /// Returns all runs of a picture with `count` pixels.
    func finished(count: Int) -> [Int] { end < count || runs.isEmpty ? runs + [count - end] : runs }
}

extension RunLengthMask {
    /// The mask whose sequence of pixels, column by column, changes at ascending positions.
    init(size: PictureSize, changes: [Int]) {
        var collector = RunCollector()
        for place in stride(from: 0, to: changes.count - 1, by: 2) {
            collector.add(start: changes[place], count: changes[place + 1] - changes[place])
        }
        self.init(size: size, runs: collector.finished(count: size.pixelCount))
    }
}
