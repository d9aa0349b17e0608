/// The colors of one pixel over the frames of a clip, with reused memory.
///
/// A class because it owns that memory; used by one thread.
final class PixelHistory {
    /// The bits of the selected pixel, `[T]`.
    let bits: UnsafeMutablePointer<UInt8>

    private let settings: MotionSettings
    private let thresholds: MotionThresholds
    private let frames: Int
    /// One row of the clip, `[W, T, 3]`: a pixel's history in one piece.
    private let row: UnsafeMutablePointer<UInt8>
    private var colors: UnsafeMutablePointer<UInt8>
    private let lumas: UnsafeMutablePointer<Int32>
    private var states: [PixelState] = []

    init(
        _ settings: MotionSettings, _ thresholds: MotionThresholds, frames: Int, width: Int
    ) {
        self.settings = settings
        self.thresholds = thresholds
        self.frames = frames
        bits = .allocate(capacity: frames)
        row = .allocate(capacity: width * frames * 3)
        colors = row
        lumas = .allocate(capacity: frames)
    }

    deinit {
        bits.deallocate()
        row.deallocate()
        lumas.deallocate()
    }

    /// Copies the row of the clip that begins with `pixel`.
    func gather(_ clip: UnsafeBufferPointer<UInt8>, from pixel: Int, _ shape: ClipShape) {
        for t in 0..<frames {
            let source = clip.baseAddress! + (t * shape.pixels + pixel) * 3
            for x in 0..<shape.width {
                let target = row + (x * frames + t) * 3
                target[0] = source[x * 3]
                target[1] = source[x * 3 + 1]
                target[2] = source[x * 3 + 2]
            }
        }
    }

    /// Selects a pixel of the row and clears its bits.
    func select(_ column: Int) {
        colors = row + column * frames * 3
        bits.initialize(repeating: 0, count: frames)
    }

    /// Marks the frames that differ from the median, and those of them that are no shadow.
    func compare(with median: UnsafePointer<UInt8>) {
        let (differs, moving) = (
            MotionChannel.differsFromMedian.mask, MotionChannel.movingForeground.mask
        )
        let background = PixelColor(median)
        for t in 0..<frames where colorDifference(colors + t * 3, median) > thresholds.median {
            let isShade = PixelColor(colors + t * 3).isShade(
                of: background, spread: settings.shadeSpread)
            bits[t] |= isShade ? differs : differs | moving
        }
    }

    /// Marks the frames whose luma changes within a horizon.
    func lookAhead() {
        for t in 0..<frames { lumas[t] = Int32(luma(colors + t * 3)) }
        let threshold = Int32(thresholds.horizon)
        for (index, horizon) in settings.horizons.enumerated() {
            let mask = MotionChannel.willChange(index).mask
            for t in 0..<max(0, frames - horizon.upperBound) {
                for u in t + horizon.lowerBound...t + horizon.upperBound
                where abs(lumas[u] - lumas[t]) > threshold {
                    bits[t] |= mask
                    break
                }
            }
        }
    }

    /// The mean absolute difference of consecutive frames over the channels.
    var energy: Float {
        var sum: Int32 = 0
        for i in 3..<max(3, frames * 3) { sum += abs(Int32(colors[i]) - Int32(colors[i - 3])) }
        return Float(sum) / Float(3 * max(1, frames - 1))
    }

    /// Finds the states of the pixel, marks the displaced frames and collects their states.
    ///
    /// A state is a run of at least ``MotionSettings/minimumRun`` frames that differ from its first
    /// one by at most ``MotionSettings/stateTolerance``. It is displaced if another state differs
    /// from it by more than ``MotionSettings/displacementThreshold``.
    func findStates(of pixel: Int, _ displaced: inout DisplacedStates) {
        states.removeAll(keepingCapacity: true)
        var first = 0
        for t in 1...frames
        where t == frames
            || colorDifference(colors + first * 3, colors + t * 3) > thresholds.state
        {
            if t - first >= settings.minimumRun { states.append(state(first..<t)) }
            first = t
        }
        guard states.count > 1 else { return }
        for state in states
        where states.contains(where: { $0.color.difference(state.color) > thresholds.displacement })
        {
            displaced.append(state, pixel: pixel)
            for t in state.frames { bits[t] |= MotionChannel.displaced.mask }
        }
    }

    private func state(_ frames: Range<Int>) -> PixelState {
        func mean(_ channel: Int) -> UInt8 {
            var sum = 0
            for t in frames { sum += Int(colors[t * 3 + channel]) }
            return UInt8((2 * sum + frames.count) / (2 * frames.count))
        }
        return PixelState(frames: frames, color: PixelColor(mean(0), mean(1), mean(2)))
    }
}
