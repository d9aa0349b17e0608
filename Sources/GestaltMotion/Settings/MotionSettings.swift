/// Thresholds and horizons of ``MotionTargets``.
///
/// Thresholds are grey steps, 0…255, for clips without noise; multiples of the measured noise are
/// added to them (``noiseFactor``). Two colors differ by the largest difference of their channels.
public struct MotionSettings: Sendable, Hashable {
    /// The difference to the median over time above which a pixel belongs to something in motion.
    public var medianThreshold = 8
    /// The difference to the first frame of a state up to which a pixel remains in that state.
    public var stateTolerance = 6
    /// The least number of frames of a state. Shorter runs are objects that pass.
    public var minimumRun = 4
    /// The difference of two states above which a pixel was displaced.
    public var displacementThreshold = 20
    /// The difference of luma between two frames above which a pixel changed.
    public var horizonThreshold = 16
    /// The ranges of frames ahead, first and last, that have a channel ``MotionChannel/willChange(_:)``
    /// each. At most three.
    public var horizons: [ClosedRange<Int>] = [2...6, 8...14]
    /// The number of standard deviations of the camera's noise that is added to every threshold.
    public var noiseFactor: Float = 3
    /// The distance in pixels, along rows and columns, from any motion up to which a pixel counts
    /// as reached.
    public var reach = 4
    /// The distance in pixels up to which undisturbed pixels are the surroundings of a displaced
    /// one.
    public var surroundings = 8
    /// The difference of a state to its surroundings above which it is not taken for the ground.
    public var groundThreshold = 40
    /// The largest difference of the channels' ratios, 0…1, at which one color counts as another
    /// in the shade.
    public var shadeSpread: Float = 0.08
    /// Whether clips of a moving camera are an error.
    public var refusesMovingCamera = true

    public init() {}

    /// The most horizons that fit into ``MotionTargets/bits``.
    public static let horizonLimit = 3

    /// The least length of a clip in frames: every horizon has a target in at least one frame, and
    /// two states fit into the clip.
    public var neededFrames: Int {
        max(2 * minimumRun, (horizons.map(\.upperBound).max() ?? 0) + 1)
    }

    /// Checks the length of a clip, without its frames.
    ///
    /// - Parameter clip: The name of the clip for the message, a path for instance.
    /// - Throws: `MotionError.tooShort`.
    public func check(frames: Int, of clip: String) throws(MotionError) {
        guard frames >= neededFrames else {
            throw .tooShort(clip: clip, frames: frames, needed: neededFrames)
        }
    }

    /// - Throws: `MotionError.invalidSetting` naming the value that is out of range.
    public func validate() throws(MotionError) {
        let steps = [
            (Key.medianThreshold, medianThreshold), (.stateTolerance, stateTolerance),
            (.displacementThreshold, displacementThreshold),
            (.horizonThreshold, horizonThreshold), (.groundThreshold, groundThreshold),
        ]
        for (key, value) in steps where !(0...255).contains(value) {
            throw invalid(key, "grey steps, 0…255", value)
        }
        if displacementThreshold < stateTolerance {
            throw invalid(
                .displacementThreshold, "stateTolerance (\(stateTolerance)) or more",
                displacementThreshold)
        }
        for (key, value, least) in [
            (Key.minimumRun, minimumRun, 1), (.reach, reach, 0), (.surroundings, surroundings, 1),
        ] where !(least...(1 << 20)).contains(value) {
            throw invalid(key, "\(least) or more, up to 1048576", value)
        }
        if !(0...100).contains(noiseFactor) { throw invalid(.noiseFactor, "0…100", noiseFactor) }
        if !(0...1).contains(shadeSpread) { throw invalid(.shadeSpread, "0…1", shadeSpread) }
        if horizons.count > Self.horizonLimit {
            throw invalid(.horizons, "at most \(Self.horizonLimit) ranges", horizons.count)
        }
        for horizon in horizons
        where horizon.lowerBound < 1 || horizon.upperBound > 1 << 20 {
            throw invalid(.horizons, "ranges of 1…1048576 frames ahead", horizon)
        }
    }

    enum Key: String, CodingKey, CaseIterable {
        case medianThreshold, stateTolerance, minimumRun, displacementThreshold, horizonThreshold
        case horizons, noiseFactor, reach, surroundings, groundThreshold, shadeSpread
        case refusesMovingCamera
    }

    private func invalid(_ key: Key, _ expected: String, _ found: Any) -> MotionError {
        .invalidSetting(key: key.rawValue, expected: expected, found: "\(found)")
    }
}
