/// The scores of one object over the frames of a sequence.
public struct FrameSeries: Sendable, Hashable, Codable {
    public let values: [Double]

    public init(_ values: [Double]) { self.values = values }

    /// NaN without a frame, as are the others.
    public var mean: Double { GestaltMetrics.mean(values) }

    /// The fraction of frames with a score above ½.
    public var recall: Double { GestaltMetrics.mean(values.map { $0 > 0.5 ? 1 : 0 }) }

    /// The mean of the first quarter of the frames minus that of the last: how much an object is
    /// lost over time.
    ///
    /// Quarters overlap by a frame, as in the DAVIS toolkit. That keeps limits in eight bits, so
    /// its number differs beyond 256 frames.
    public var decay: Double {
        guard !values.isEmpty else { return .nan }
        let limits = (0...4).map { quarter in
            // NumPy rounds halves to even; the toolkit adds 1e-10 so that they go up.
            let place = 1 + Double(values.count - 1) * Double(quarter) / 4
            return Int((place + 1e-10).rounded(.toNearestOrEven)) - 1
        }
        return GestaltMetrics.mean(Array(values[limits[0]...limits[1]]))
            - GestaltMetrics.mean(Array(values[limits[3]...limits[4]]))
    }
}
