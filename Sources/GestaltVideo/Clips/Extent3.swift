/// Lengths or strides along the three axes of a clip.
public struct Extent3: Codable, Sendable, Hashable, CustomStringConvertible {
    public var time: Int
    public var height: Int
    public var width: Int

    public init(time: Int, height: Int, width: Int) {
        self.time = time
        self.height = height
        self.width = width
    }

    /// `[time, height, width]`.
    public var array: [Int] { [time, height, width] }
    /// The number of cells of a grid of these lengths.
    public var count: Int { time * height * width }
    public var description: String { "\(time)×\(height)×\(width)" }
}
