import Foundation
import GestaltTensor

/// Features of the cells of a grid that are sines and cosines of their places.
enum PlaceWaves {
    /// Returns the sine and the cosine of each angle, one after the other.
    static func waves(_ angles: some Sequence<Double>) -> [Double] {
        angles.flatMap { [sin($0), cos($0)] }
    }

    /// Returns the features of all cells, `[height, width, C]`: those of the row of a cell, then
    /// those of its column.
    ///
    /// - Parameter features: the features of a place, from its cell and the number of cells along
    ///   the axis.
    static func grid(
        height: Int, width: Int, _ features: (_ cell: Int, _ length: Int) -> [Double]
    ) -> Tensor<Float> {
        func axis(_ length: Int) -> Tensor<Float> {
            let places = (0..<length).map { features($0, length).map(Float.init) }
            return Tensor(
                shape: [length, places.first?.count ?? 0], scalars: places.flatMap { $0 })
        }
        let (rows, columns) = (axis(height), axis(width))
        let shape: Shape = [height, width, rows.shape[1]]
        return concatenated(
            [
                rows.expanded(axis: 1).broadcast(to: shape),
                columns.expanded(axis: 0).broadcast(to: shape),
            ], axis: -1)
    }
}
