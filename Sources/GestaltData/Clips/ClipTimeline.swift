import GestaltChecks

/// The place of each frame of a clip in the film that it was taken from.
public struct ClipTimeline: Sendable, Hashable, Codable {
    /// The number of each frame in the film, from 0 on.
    public let numbers: [Int]
    /// The time of each frame in the film, in seconds; the first frame's need not be 0.
    public let times: [Double]

    /// - Precondition: as many times as numbers.
    public init(numbers: [Int], times: [Double]) {
        require(
            numbers.count == times.count,
            "ClipTimeline: \(numbers.count) numbers and \(times.count) times")
        (self.numbers, self.times) = (numbers, times)
    }

    /// The places of the frames of an animation from the seconds that each is shown. Pauses below two
    /// hundredths are taken for a tenth, as viewers do.
    init(seconds: [Double]) {
        var (times, time): ([Double], Double) = ([], 0)
        for pause in seconds {
            times.append(time)
            time += pause < 0.015 ? 0.1 : pause
        }
        self.init(numbers: Array(seconds.indices), times: times)
    }

    /// The number of frames.
    public var count: Int { numbers.count }

    /// The places of some frames.
    ///
    /// - Precondition: the frames exist.
    public subscript(frames: some Sequence<Int>) -> ClipTimeline {
        let frames = Array(frames)
        return ClipTimeline(numbers: frames.map { numbers[$0] }, times: frames.map { times[$0] })
    }
}
