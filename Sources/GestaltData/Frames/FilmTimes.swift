import GestaltChecks
import GestaltTensor

/// The frames of a film that are read, by their times.
public struct FilmTimes: Sendable, Hashable, Codable {
    /// Frames from this time of the film on, in seconds.
    public var start: Double?
    /// Frames before this time of the film, in seconds.
    public var end: Double?
    /// The most frames per second: the first of each interval of `1 / rate` seconds. Frames are
    /// never repeated.
    public var rate: Double?

    /// - Precondition: the rate is positive and finite.
    public init(start: Double? = nil, end: Double? = nil, rate: Double? = nil) {
        require(
            (rate ?? 1) > 0 && (rate ?? 1).isFinite, "FilmTimes: \(rate ?? 0) frames a second")
        (self.start, self.end, self.rate) = (start, end, rate)
    }

    /// The frames of these times that are read, in order.
    ///
    /// - Parameter times: of all frames, in seconds.
    public func frames(of times: some Collection<Double>) -> [Int] {
        var before: Double?
        return times.enumerated().compactMap { number, time in
            guard time >= start ?? -.infinity, time < end ?? .infinity else { return nil }
            if let rate {
                // A little more than the time: an interval is not to lack its frame by rounding.
                let interval = (time * rate + 1e-6).rounded(.down)
                if let before, interval <= before { return nil }
                before = interval
            }
            return number
        }
    }
}

extension Clip {
    /// The frames at some times of the clip's film.
    ///
    /// - Throws: `ClipError.notFound` for a clip of no film, or no frame at these times.
    func frames(at times: FilmTimes) throws(ClipError) -> Clip {
        guard let timeline else {
            throw .notFound(
                path: name, expected: "a film, whose frames have times (for a time range or rate)",
                found: "frames without times")
        }
        let chosen = times.frames(of: timeline.times)
        guard let first = chosen.first, let last = chosen.last else {
            let range = "\(timeline.times.first ?? 0) to \(timeline.times.last ?? 0)"
            throw .notFound(
                path: name, expected: "frames from \(times.start ?? 0) seconds on",
                found: "frames of \(range) seconds")
        }
        if last - first + 1 == chosen.count { return window(first..<(last + 1)) }
        func gathered<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) -> Tensor<Scalar> {
            stacked(chosen.map { tensor[$0] }, axis: 0)
        }
        var result = self
        result.frames = gathered(frames)
        result.masks = masks.map(gathered)
        result.actions = nil
        result.series = result.series.mapValues(gathered)
        result.timeline = timeline[chosen]
        return result
    }
}
