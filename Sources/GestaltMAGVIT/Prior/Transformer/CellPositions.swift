import GestaltNN
import GestaltTensor
import GestaltVideo

/// The vectors of the class slot and of the cells, in raster order: a table, or one third of the
/// channels for each axis and a vector for the class slot.
public struct CellPositions: Module {
    /// `[1 + cells, width]`; nil with axes.
    public var weight: Tensor<Float>?
    /// `[width]`; nil with a table, as the following.
    public var `class`: Tensor<Float>?
    /// `[length, width / 3]` each.
    public var t: Tensor<Float>?
    public var h: Tensor<Float>?
    public var w: Tensor<Float>?

    init(_ configuration: MaskedPriorConfiguration, random: inout RandomStream) {
        func drawn(_ shape: Shape) -> Tensor<Float> {
            Initializer.small(shape, fan: Fan(input: 1, output: 1), random: &random)
        }
        let (width, grid) = (configuration.width, configuration.grid)
        guard configuration.positions == .axes else {
            weight = drawn([1 + configuration.cells, width])
            return
        }
        self.class = drawn([width])
        t = drawn([grid.time, width / 3])
        h = drawn([grid.height, width / 3])
        w = drawn([grid.width, width / 3])
    }

    /// `[1 + cells, width]`.
    var vectors: Tensor<Float> {
        guard let first = self.class, let t, let h, let w else { return weight! }
        let (third, shape) = (t.shape[1], [t.shape[0], h.shape[0], w.shape[0]])
        func spread(_ axis: Tensor<Float>, _ place: Int) -> Tensor<Float> {
            var own = [1, 1, 1, third]
            own[place] = shape[place]
            return axis.reshaped(own).broadcast(to: Shape(shape + [third]))
        }
        let cells = concatenated([spread(t, 0), spread(h, 1), spread(w, 2)], axis: 3)
        return concatenated(
            [first.expanded(axis: 0), cells.reshaped([-1, 3 * third])], axis: 0)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.parameter("weight", &weight)
        visitor.parameter("class", &self.class)
        visitor.parameter("t", &t)
        visitor.parameter("h", &h)
        visitor.parameter("w", &w)
    }
}
