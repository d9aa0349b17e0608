import GestaltTensor

/// Numbers that weighted means can be made of.
protocol AveragedScalar: TensorScalar {
    var weighed: Float { get }
    init(mean: Float)
}

extension UInt8: AveragedScalar {
    var weighed: Float { Float(self) }
    /// Rounded to nearest.
    init(mean: Float) { self = UInt8(Swift.min(255, Swift.max(0, mean + 0.5))) }
}

extension Float: AveragedScalar {
    var weighed: Float { self }
    init(mean: Float) { self = mean }
}

/// Which pixels of an axis make up each pixel of the new axis, and with which weights.
struct TriangleWeights {
    let source: Int
    /// By pixel of the new axis: the first pixel of the old one, and the place of its weight in
    /// ``weights``, which end where those of the next begin.
    private(set) var starts: [Int] = []
    private(set) var places: [Int] = [0]
    private(set) var weights: [Float] = []

    init(from source: Int, to target: Int) {
        self.source = source
        let step = Double(source) / Double(target)
        let reach = Swift.max(1, step)
        for index in 0..<target {
            let center = (Double(index) + 0.5) * step
            let first = Swift.max(0, Int(center - reach + 0.5))
            let last = Swift.min(source, Int(center + reach + 0.5))
            let raw = (first..<last).map { place in
                Swift.max(0, 1 - abs((Double(place) + 0.5 - center) / reach))
            }
            let total = raw.reduce(0, +)
            starts.append(first)
            weights += raw.map { Float($0 / total) }
            places.append(weights.count)
        }
    }

    /// The places of the weights of a pixel.
    func range(_ pixel: Int) -> Range<Int> { places[pixel]..<places[pixel + 1] }

    var longest: Int { starts.indices.reduce(1) { Swift.max($0, range($1).count) } }
}

/// The axis that is cheaper first, rows where they become fewer; the values between stay fractions.
///
/// Each value is a sum in the order of its pixels, so results do not depend on how the work is
/// divided over threads.
struct TriangleResizing: Sendable {
    let rows: TriangleWeights
    let columns: TriangleWeights
    let channels: Int

    /// Pictures one behind the other, each by one thread where there are enough of them.
    @inline(never)
    @specialized(where Scalar == UInt8)
    @specialized(where Scalar == Float)
    func apply<Scalar: AveragedScalar>(
        _ pictures: UnsafeBufferPointer<Scalar>, to target: UnsafeMutableBufferPointer<Scalar>
    ) {
        let from = rows.source * columns.source * channels
        let to = rows.starts.count * columns.starts.count * channels
        func resize(_ picture: Int) {
            applyOne(
                UnsafeBufferPointer(rebasing: pictures[picture * from..<(picture + 1) * from]),
                to: UnsafeMutableBufferPointer(rebasing: target[picture * to..<(picture + 1) * to]))
        }
        let count = target.count / to
        if count >= Runtime.threads, target.count + pictures.count > parallelThreshold {
            // Small probabilities are kept as they are.
            parallelFor(count, keepsDenormals: true, resize)
        } else {
            for picture in 0..<count { resize(picture) }
        }
    }

    @inline(__always)
    private func applyOne<Scalar: AveragedScalar>(
        _ picture: UnsafeBufferPointer<Scalar>, to target: UnsafeMutableBufferPointer<Scalar>
    ) {
        let rowsFirst = rows.starts.count < rows.source
        let lines = rowsFirst ? rows.starts.count : rows.source
        let width = (rowsFirst ? columns.source : columns.starts.count) * channels
        let between = UnsafeMutableBufferPointer<Float>.allocate(capacity: lines * width)
        defer { between.deallocate() }
        if rowsFirst {
            resizeRows(picture, width: width, to: between)
            resizeColumns(UnsafeBufferPointer(between), lines: lines, to: target)
        } else {
            resizeColumns(picture, lines: lines, to: between)
            resizeRows(UnsafeBufferPointer(between), width: width, to: target)
        }
    }

    /// Runs `body` for every line, on several threads where the lines are long enough.
    @inline(__always)
    private func forEachLine(_ count: Int, _ lineWork: Int, _ body: (Int) -> Void) {
        parallelChunks(
            count: count, minimumChunk: Swift.max(1, parallelThreshold / Swift.max(1, lineWork)),
            alignment: 1, keepsDenormals: true
        ) { lines in
            for line in lines { body(line) }
        }
    }

    @inline(__always)
    private func resizeColumns<Source: AveragedScalar, Target: AveragedScalar>(
        _ source: UnsafeBufferPointer<Source>, lines: Int,
        to target: UnsafeMutableBufferPointer<Target>
    ) {
        let count = columns.starts.count * channels
        columns.weights.withUnsafeBufferPointer { weights in
            forEachLine(lines, count * columns.longest) { line in
                let start = line * columns.source * channels
                for (column, first) in columns.starts.enumerated() {
                    let (range, from) = (columns.range(column), start + first * channels)
                    let to = line * count + column * channels
                    if channels == 3 {
                        let means = colors(source, from: from, weights, range)
                        target[to] = Target(mean: means.0)
                        target[to + 1] = Target(mean: means.1)
                        target[to + 2] = Target(mean: means.2)
                        continue
                    }
                    for channel in 0..<channels {
                        var (sum, place): (Float, Int) = (0, from + channel)
                        for index in range {
                            sum += weights[index] * source[place].weighed
                            place &+= channels
                        }
                        target[to + channel] = Target(mean: sum)
                    }
                }
            }
        }
    }

    /// Three sums side by side, where each addition would otherwise wait for the one before.
    @inline(__always)
    private func colors<Source: AveragedScalar>(
        _ source: UnsafeBufferPointer<Source>, from start: Int,
        _ weights: UnsafeBufferPointer<Float>, _ range: Range<Int>
    ) -> (Float, Float, Float) {
        var (red, green, blue): (Float, Float, Float) = (0, 0, 0)
        var place = start
        for index in range {
            let weight = weights[index]
            red += weight * source[place].weighed
            green += weight * source[place &+ 1].weighed
            blue += weight * source[place &+ 2].weighed
            place &+= 3
        }
        return (red, green, blue)
    }

    @inline(__always)
    private func resizeRows<Source: AveragedScalar, Target: AveragedScalar>(
        _ source: UnsafeBufferPointer<Source>, width: Int,
        to target: UnsafeMutableBufferPointer<Target>
    ) {
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        forEachLine(rows.starts.count, width * rows.longest) { row in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { line in
                line.initialize(repeating: 0)
                let (sums, means) = (line.baseAddress!, target + row * width)
                for (offset, index) in rows.range(row).enumerated() {
                    // Pointers, since checks for overflow would keep the loop from being vectorized.
                    let values = source + (rows.starts[row] + offset) * width
                    let weight = rows.weights[index]
                    for place in 0..<width { sums[place] += weight * values[place].weighed }
                }
                for place in 0..<width { means[place] = Target(mean: sums[place]) }
            }
        }
    }
}
