import GestaltChecks
import GestaltNN
import GestaltTensor

/// Learned position embeddings of a grid: one table for each axis, concatenated along channels.
///
/// The position (a, b, c) is `[time[a], height[b], width[c]]`.
///
/// - Shapes: tables `[t, C/3]`, `[h, C/3]`, `[w, C/3]`; the grid `[1, t, h, w, C]`.
/// - Learns: the three tables, from N(0, 0.01²).
/// - Source: VideoGPT, `attention.py`, `AddBroadcastPosEmbed`.
public struct PositionTables: Module {
    public var time: Tensor<Float>
    public var height: Tensor<Float>
    public var width: Tensor<Float>

    /// - Parameter grid: the lengths of the three axes.
    /// - Precondition: 3 divides `channels`.
    public init(grid: [Int], channels: Int, random: inout RandomStream) {
        require(
            grid.count == 3 && channels % 3 == 0,
            "PositionTables: a grid \(grid) of \(channels) channels")
        func table(_ length: Int) -> Tensor<Float> {
            random.normal([length, channels / 3], standardDeviation: 0.01)
        }
        time = table(grid[0])
        height = table(grid[1])
        width = table(grid[2])
    }

    /// All positions, `[1, t, h, w, C]`.
    public var grid: Tensor<Float> {
        let lengths = [time.shape[0], height.shape[0], width.shape[0]]
        let third = time.shape[1]
        let parts = [time, height, width].enumerated().map { axis, table in
            var shape = [1, 1, 1, 1, third]
            shape[axis + 1] = lengths[axis]
            return table.reshaped(shape).broadcast(to: Shape([1] + lengths + [third]))
        }
        return concatenated(parts, axis: -1)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("time", &time)
        visitor.parameter("height", &height)
        visitor.parameter("width", &width)
    }
}
