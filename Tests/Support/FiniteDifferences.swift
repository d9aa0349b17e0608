import GestaltTensor

/// Compares gradients with central differences: element by element for small inputs, along eight
/// random directions for large ones.
///
/// - Parameter function: the value, and the sum of the magnitudes of the terms it is made of.
/// - Returns: what disagrees, as sentences.
package func centralDifferences(
    of function: ([Tensor<Double>]) -> (sum: Double, magnitude: Double),
    at points: [Tensor<Double>], comparing gradients: [Tensor<Double>]
) -> [String] {
    var problems: [String] = []
    for (index, point) in points.enumerated() {
        let gradient = gradients[index]
        guard gradient.shape == point.shape else {
            problems.append("gradient \(index): shape \(gradient.shape) for \(point.shape)")
            continue
        }
        for direction in directions(for: point, seed: UInt64(index) + 1) {
            let step = differenceStep(at: direction.size)
            let (above, below) = (
                moved(points, index, direction.values, by: step),
                moved(points, index, direction.values, by: -step)
            )
            let (high, low) = (function(above), function(below))
            let slope = (high.sum - low.sum) / (2 * step)
            let expected = zip(gradient.scalars, direction.values).reduce(0) { $0 + $1.0 * $1.1 }
            let bound = differenceTolerance(magnitude: max(high.magnitude, abs(slope)))
            if !(abs(slope - expected) <= bound) {
                problems.append(
                    "gradient \(index) along \(direction.name): \(expected), differences give \(slope) within \(bound)"
                )
                break
            }
        }
    }
    return problems
}

private struct Direction {
    let name: String
    let values: [Double]
    /// The size of the coordinates that move.
    let size: Double
}

private func directions(for point: Tensor<Double>, seed: UInt64) -> [Direction] {
    let scalars = point.scalars
    if point.count <= 64 {
        return scalars.indices.map { element in
            var values = [Double](repeating: 0, count: point.count)
            values[element] = 1
            return Direction(
                name: "element \(element)", values: values, size: abs(scalars[element]))
        }
    }
    var numbers = TestNumbers(seed: seed)
    let size = scalars.reduce(0) { max($0, abs($1)) }
    return (0..<8).map { number in
        Direction(
            name: "direction \(number) of seed \(seed)",
            values: scalars.map { _ in numbers.uniform(in: -1...1) }, size: size)
    }
}

private func moved(
    _ points: [Tensor<Double>], _ index: Int, _ direction: [Double], by step: Double
) -> [Tensor<Double>] {
    var result = points
    result[index] = Tensor(
        shape: points[index].shape,
        scalars: zip(points[index].scalars, direction).map { $0 + step * $1 })
    return result
}
