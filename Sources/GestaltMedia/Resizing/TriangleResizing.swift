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
    private(set) var starts: [Int] = []
    private(set) var weights: [[Float]] = []

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
            weights.append(raw.map { Float($0 / total) })
        }
    }

    var longest: Int { weights.reduce(1) { Swift.max($0, $1.count) } }
}

/// Columns first, then rows; the values between stay fractions.
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
        let width = columns.starts.count * channels
        let wide = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows.source * width)
        defer { wide.deallocate() }
        forEachLine(rows.source, width * columns.longest) { row in
            narrow(picture, row: row, to: wide)
        }
        forEachLine(rows.starts.count, width * rows.longest) { row in
            combine(wide, row: row, width: width, to: target)
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
    private func narrow<Scalar: AveragedScalar>(
        _ picture: UnsafeBufferPointer<Scalar>, row: Int,
        to wide: UnsafeMutableBufferPointer<Float>
    ) {
        let start = row * columns.source * channels
        var target = row * columns.starts.count * channels
        for (column, first) in columns.starts.enumerated() {
            for channel in 0..<channels {
                var sum: Float = 0
                var place = start + first * channels + channel
                for weight in columns.weights[column] {
                    sum += weight * picture[place].weighed
                    place += channels
                }
                wide[target] = sum
                target += 1
            }
        }
    }

    @inline(__always)
    private func combine<Scalar: AveragedScalar>(
        _ wide: UnsafeMutableBufferPointer<Float>, row: Int, width: Int,
        to target: UnsafeMutableBufferPointer<Scalar>
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { line in
            line.initialize(repeating: 0)
            for (offset, weight) in rows.weights[row].enumerated() {
                let base = (rows.starts[row] + offset) * width
                for place in 0..<width { line[place] += weight * wide[base + place] }
            }
            for place in 0..<width { target[row * width + place] = Scalar(mean: line[place]) }
        }
    }
}
