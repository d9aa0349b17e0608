import GestaltChecks
import GestaltTensor

/// Logistic regressions of one class against the others, one for each class, by Newton's method:
/// iteratively reweighted least squares.
///
/// The objective of a class is the sum of the rows' cross entropies plus `λ n / 2 · Σ σᵢ² wᵢ²`, σᵢ
/// the standard deviation of channel i over the n rows; biases are not penalized. A step that
/// raises the objective is halved; a fit that does not converge ends with the last accepted one.
///
/// - Source: Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, section
///   4.4.1.
package struct LogisticFit: Sendable {
    /// Weights and, in the last row, biases: `[C + 1, classes]`.
    package private(set) var solution: Tensor<Double>
    /// The number of passes over the rows.
    package private(set) var passes = 0
    /// Whether the last step promised too little to go on; otherwise the bound on the passes ended
    /// the fit.
    package private(set) var hasConverged = false

    /// The bound on the number of passes, by default; six to ten are usual, more where classes are
    /// separable.
    package static let usualBound = 50

    /// The expected gain of a step, per row, below which the fit ends.
    private static let tolerance = 1e-9

    /// - Parameters:
    ///   - sums: of the rows, for their number and variances.
    ///   - mostPasses: the bound on the number of passes, positive.
    ///   - rows: calls its argument with all rows, in parts.
    /// - Throws: `LinearAlgebraError` for rows that are not finite; what `rows` throws.
    package init(
        _ sums: RidgeSums, penalty: Double, mostPasses: Int = usualBound,
        rows: ((ProbeRows) -> Void) throws -> Void
    ) throws {
        let penalties = Self.penalties(sums, penalty)
        let biases = sums.counts.map { RidgeSums.logOdds($0, sums.count - $0) }
        solution = concatenated(
            [.zeros([sums.channels, biases.count]), Tensor(rows: [biases])], axis: 0)
        var last: (solution: Tensor<Double>, objective: Double)?
        while passes < mostPasses {
            var pass = NewtonSums(at: solution)
            try rows { pass.add($0) }
            passes += 1
            let penalized = pass.loss + (penalties * solution.squared()).sum().scalar / 2
            if let last, !(penalized <= last.objective + Self.tolerance * sums.count) {
                solution = (solution + last.solution) / 2
                continue
            }
            let (step, gain) = try pass.step(at: solution, penalties)
            last = (solution, penalized)
            solution = solution - step
            // The last step still squares the error.
            hasConverged = gain <= Self.tolerance * sums.count
            if hasConverged { return }
        }
        // The step after the last pass was never evaluated.
        if let last { solution = last.solution }
    }

    /// Returns the penalty of each weight, `[C + 1, 1]`.
    private static func penalties(_ sums: RidgeSums, _ penalty: Double) -> Tensor<Double> {
        // A constant channel is a second bias: a small penalty keeps the equations regular.
        let squares = zip(sums.variances, sums.mean.scalars).map { variance, mean in
            max(variance, 1e-6 * mean * mean, 1e-12)
        }
        let scaled = squares.map { $0 * penalty * sums.count }
        return Tensor(shape: [sums.channels + 1, 1], scalars: scaled + [0])
    }
}

/// Loss, gradient and curvature of logistic regressions at a solution, summed over rows.
private struct NewtonSums {
    let solution: Tensor<Double>
    var loss = 0.0
    var gradient: Tensor<Double>
    /// Of each class, `[C + 1, C + 1]`.
    var curvatures: [Tensor<Double>]

    init(at solution: Tensor<Double>) {
        self.solution = solution
        let size = solution.shape[0]
        gradient = .zeros(solution.shape)
        curvatures = (0..<solution.shape[1]).map { _ in .zeros([size, size]) }
    }

    mutating func add(_ rows: ProbeRows) {
        let (x, y) = (rows.features, rows.classes)
        let scores = x.matmul(solution)
        let chances = scores.sigmoid()
        // log(1 + e^z) − y z, without overflow.
        let losses = scores.relu() + ((scores.abs() * -1).exp() + 1).log() - y * scores
        loss += losses.sum().scalar
        gradient = gradient + x.transposed().matmul(chances - y)
        let weights = (chances * (chances * -1 + 1)).squareRoot()
        for label in curvatures.indices {
            let scaled = x * weights.sliced(label..<label + 1, axis: 1)
            curvatures[label] = curvatures[label] + scaled.transposed().matmul(scaled)
        }
    }

    /// Returns Newton's step, to be subtracted, and the decrease that it promises.
    func step(
        at solution: Tensor<Double>, _ penalties: Tensor<Double>
    ) throws(LinearAlgebraError) -> (step: Tensor<Double>, gain: Double) {
        let slopes = gradient + penalties * solution
        var columns: [Tensor<Double>] = []
        for (label, curvature) in curvatures.enumerated() {
            let diagonal = penalties.squeezed(axis: 1).diagonalMatrix()
            let system = curvature + diagonal
            // Scaled to a unit diagonal: channels may differ in size by orders of magnitude.
            let scales = Tensor(
                system.diagonal().scalars.map { $0 > 0 ? 1 / $0.squareRoot() : 1 })
            let scaled =
                system * scales.expanded(axis: 1) * scales.expanded(axis: 0)
                + Tensor.identity(scales.count) * 1e-12
            let slope = slopes.selected(label, axis: 1)
            columns.append(try scaled.solve(slope * scales) * scales)
        }
        let step = stacked(columns, axis: 1)
        return (step, (step * slopes).sum().scalar / 2)
    }
}
