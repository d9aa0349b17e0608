import GestaltChecks
import GestaltMedia
import GestaltTensor

/// The averaging of probabilities over the frames of a film, along motion.
///
/// Each frame is divided into blocks of 8 × 8 pixels of the network's resolution; the place of a
/// block in the previous frame is the one of least difference within 4 pixels. Where a pixel has
/// the color of the pixel it comes from, its probabilities are averaged with those there, which
/// are averages themselves: the weight of a frame halves every ``frames`` · ln 2 frames. Elsewhere,
/// at things that appear or change, the average begins anew.
public struct MotionSmoothing: Sendable, Hashable {
    /// The number of frames that an average extends over, at least 1, which averages nothing.
    public var frames: Double
    /// The largest difference of a channel, in gray steps, between equal colors.
    public var tolerance: Int

    /// - Precondition: `frames` is 1 or more, `tolerance` is not negative.
    public init(frames: Double, tolerance: Int = 16) {
        require(
            frames >= 1 && tolerance >= 0,
            "MotionSmoothing(frames: \(frames), tolerance: \(tolerance))")
        (self.frames, self.tolerance) = (frames, tolerance)
    }

    /// The average before the first frame.
    public var start: MotionAverage { MotionAverage(self) }
}

/// A running average of probabilities along the motion of a film.
public struct MotionAverage: Sendable {
    private let settings: MotionSmoothing
    /// The last frame at the resolution of the maps, `[h, w, 3]`.
    private var frame: Tensor<UInt8>?
    private var average: Tensor<Float>?

    private static let block = 8
    private static let radius = 4
    /// The difference in gray steps a pixel by which another place must be better than rest.
    private static let restBonus = 2

    init(_ settings: MotionSmoothing) { self.settings = settings }

    /// Adds a frame.
    ///
    /// - Parameters:
    ///   - maps: its probabilities, `[h, w, K]`.
    ///   - picture: its pixels, `[H, W, 3]`.
    /// - Returns: the average, `[h, w, K]`; of the first frame `maps`.
    public mutating func add(_ maps: Tensor<Float>, of picture: Tensor<UInt8>) -> Tensor<Float> {
        let (height, width, classes) = (maps.shape[0], maps.shape[1], maps.shape[2])
        let now = picture.resized(height: height, width: width)
        defer { frame = now }
        guard let before = frame, let average, average.shape == maps.shape else {
            average = maps
            return maps
        }
        let share = Float(1 - 1 / settings.frames)
        let tolerance = settings.tolerance
        var result = maps
        result.withMutableScalars { result in
            average.withScalars { average in
                now.withScalars { now in
                    before.withScalars { before in
                        for top in stride(from: 0, to: height, by: Self.block) {
                            for left in stride(from: 0, to: width, by: Self.block) {
                                let block = Block(
                                    rows: top..<min(top + Self.block, height),
                                    columns: left..<min(left + Self.block, width), width: width,
                                    height: height)
                                let shift = block.shift(now, before, radius: Self.radius)
                                block.forEachPair(shift) { place, source in
                                    guard isEqual(now, place, before, source, tolerance) else {
                                        return
                                    }
                                    for k in 0..<classes {
                                        let here = result[place * classes + k]
                                        result[place * classes + k] =
                                            here
                                            + share * (average[source * classes + k] - here)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        self.average = result
        return result
    }

    /// The pixels of a block.
    private struct Block {
        let rows: Range<Int>
        let columns: Range<Int>
        let width: Int
        let height: Int

        /// Returns the shift to the place of least difference in the previous frame.
        func shift(
            _ now: UnsafeBufferPointer<UInt8>, _ before: UnsafeBufferPointer<UInt8>, radius: Int
        ) -> (rows: Int, columns: Int) {
            let bonus = MotionAverage.restBonus * 3 * rows.count * columns.count
            var best = (rows: 0, columns: 0)
            var least = max(0, difference(now, before, best, below: .max) - bonus)
            guard least > 0 else { return best }
            for y in -radius...radius
            where rows.lowerBound + y >= 0 && rows.upperBound + y <= height {
                for x in -radius...radius
                where columns.lowerBound + x >= 0 && columns.upperBound + x <= width {
                    let found = difference(now, before, (y, x), below: least)
                    if found < least { (least, best) = (found, (y, x)) }
                }
            }
            return best
        }

        /// Returns the sum of absolute differences, or `bound` or more once it reaches that.
        private func difference(
            _ now: UnsafeBufferPointer<UInt8>, _ before: UnsafeBufferPointer<UInt8>,
            _ shift: (rows: Int, columns: Int), below bound: Int
        ) -> Int {
            var sum = 0
            for row in rows where sum < bound {
                let place = (row * width + columns.lowerBound) * 3
                let source = ((row + shift.rows) * width + columns.lowerBound + shift.columns) * 3
                for offset in 0..<3 * columns.count {
                    sum += abs(Int(now[place + offset]) - Int(before[source + offset]))
                }
            }
            return sum
        }

        /// Calls `body` with each pixel and the pixel it comes from.
        func forEachPair(
            _ shift: (rows: Int, columns: Int), _ body: (_ place: Int, _ source: Int) -> Void
        ) {
            for row in rows {
                for column in columns {
                    body(
                        row * width + column,
                        (row + shift.rows) * width + column + shift.columns)
                }
            }
        }
    }
}

private func isEqual(
    _ a: UnsafeBufferPointer<UInt8>, _ place: Int, _ b: UnsafeBufferPointer<UInt8>, _ other: Int,
    _ tolerance: Int
) -> Bool {
    (0..<3).allSatisfy { abs(Int(a[3 * place + $0]) - Int(b[3 * other + $0])) <= tolerance }
}
