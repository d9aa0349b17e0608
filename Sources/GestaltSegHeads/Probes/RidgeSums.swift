import GestaltChecks
import GestaltTensor

/// The sums over rows from which a ridge regression on the indicators of classes follows: the
/// normal equations, whose memory depends on the channels and not on the rows.
///
/// With x standardized over the rows, the solution minimizes the mean of `(y − x·w − b)²` plus
/// `λ‖w‖²`; b is not penalized. Sums are of double precision and can be added and subtracted, so
/// that cross-validation reads no row again.
///
/// - Source: Hoerl and Kennard, *Ridge Regression* (1970); LAPACK `gesv`.
package struct RidgeSums: Sendable {
    /// `Σ x xᵀ` of rows that end in 1, `[C + 1, C + 1]`.
    package private(set) var gram: Tensor<Double>
    /// `Σ x yᵀ`, `[C + 1, classes]`.
    package private(set) var products: Tensor<Double>

    /// The tried penalties, smallest first.
    package static let penalties: [Double] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]
    /// The penalty of data that cannot be cross-validated.
    package static let usualPenalty = 1e-3

    package init(channels: Int, classes: Int) {
        gram = .zeros([channels + 1, channels + 1])
        products = .zeros([channels + 1, classes])
    }

    private init(gram: Tensor<Double>, products: Tensor<Double>) {
        self.gram = gram
        self.products = products
    }

    package mutating func add(_ rows: ProbeRows) {
        let transposed = rows.features.transposed()
        gram = gram + transposed.matmul(rows.features)
        products = products + transposed.matmul(rows.classes)
    }

    package static func + (a: Self, b: Self) -> Self {
        Self(gram: a.gram + b.gram, products: a.products + b.products)
    }

    package static func - (a: Self, b: Self) -> Self {
        Self(gram: a.gram - b.gram, products: a.products - b.products)
    }

    package var channels: Int { gram.shape[0] - 1 }
    /// The number of rows.
    package var count: Double { gram[channels, channels].scalar }
    /// The number of rows of each class.
    package var counts: [Double] { products[channels].scalars }

    /// The mean of each channel, `[C]`.
    var mean: Tensor<Double> { gram[channels].sliced(0..<channels, axis: 0) / count }

    /// The covariance of the channels, `[C, C]`.
    private var covariance: Tensor<Double> {
        let inner = gram.sliced(0..<channels, axis: 0).sliced(0..<channels, axis: 1)
        let mean = mean
        return inner / count - mean.expanded(axis: 1) * mean.expanded(axis: 0)
    }

    /// The variance of each channel; 0 for a channel that is constant but for rounding.
    package var variances: [Double] {
        zip(covariance.diagonal().scalars, mean.scalars).map { variance, mean in
            variance > 1e-12 * mean * mean && variance > 0 ? variance : 0
        }
    }

    /// Returns weights and, in the last row, biases of the regression on the indicators,
    /// `[C + 1, classes]`.
    /// - Throws: `LinearAlgebraError` for sums that are not finite.
    /// - Precondition: a positive penalty; at least one row.
    package func solution(penalty: Double) throws(LinearAlgebraError) -> Tensor<Double> {
        require(penalty > 0 && count > 0, "RidgeSums: penalty \(penalty), \(count) rows")
        let scales = Tensor(variances.map { $0 > 0 ? 1 / $0.squareRoot() : 0 })
        let correlation =
            covariance * scales.expanded(axis: 1) * scales.expanded(axis: 0)
        let shares = Tensor(counts) / count
        let dependence =
            products.sliced(0..<channels, axis: 0) / count
            - mean.expanded(axis: 1) * shares.expanded(axis: 0)
        let system = correlation + Tensor.identity(channels) * penalty
        let weights =
            try system.solve(dependence * scales.expanded(axis: 1))
            * scales.expanded(axis: 1)
        let biases = shares - mean.expanded(axis: 0).matmul(weights).squeezed(axis: 0)
        return concatenated([weights, biases.expanded(axis: 0)], axis: 0)
    }

    /// Returns the sum of squared errors of a solution on these rows, over all classes.
    package func squaredError(of solution: Tensor<Double>) -> Double {
        // Indicators are their own squares.
        let squares = counts.reduce(0, +)
        let cross = (solution * products).sum().scalar
        let quadratic = (solution * gram.matmul(solution)).sum().scalar
        return squares - 2 * cross + quadratic
    }

    /// Returns the penalty with the least cross-validation error, each part held out in turn; of
    /// equal ones the largest, and ``usualPenalty`` with fewer than two parts.
    ///
    /// - Parameter parts: sums of rows that belong together, of clips.
    /// - Throws: `LinearAlgebraError` for sums that are not finite.
    package static func bestPenalty(of parts: [RidgeSums]) throws(LinearAlgebraError) -> Double {
        let parts = parts.filter { $0.count > 0 }
        guard let first = parts.first, parts.count > 1 else { return usualPenalty }
        let whole = parts.dropFirst().reduce(first) { $0 + $1 }
        var best = (penalty: usualPenalty, error: Double.infinity)
        for penalty in penalties.reversed() {
            var error = 0.0
            for part in parts {
                error += part.squaredError(of: try (whole - part).solution(penalty: penalty))
            }
            if error < best.error { best = (penalty, error) }
        }
        return best.penalty
    }

    /// Turns the scores of a regression into log-odds: those of two Gaussian classes of equal
    /// variance along the direction of the weights, with the classes' shares of the rows. Without
    /// it a threshold at one half would favor the more frequent class.
    ///
    /// - Source: linear discriminant analysis, as in Hastie, Tibshirani and Friedman, *The Elements
    ///   of Statistical Learning*, section 4.3.
    package func logOdds(of solution: Tensor<Double>) -> Tensor<Double> {
        let weights = solution.sliced(0..<channels, axis: 0)
        let spread = covariance.matmul(weights)
        var columns: [Tensor<Double>] = []
        for (label, own) in counts.enumerated() {
            let w = weights.selected(label, axis: 1)
            let others = count - own
            let prior = Self.logOdds(own, others)
            let variance = (w * spread.selected(label, axis: 1)).sum().scalar
            guard own > 0, others > 0, variance > 0 else {
                columns.append(concatenated([.zeros([channels]), Tensor([prior])], axis: 0))
                continue
            }
            let sums = products.selected(label, axis: 1).sliced(0..<channels, axis: 0)
            let center = (mean * w).sum().scalar
            let inside = (sums * w).sum().scalar / own
            let outside = (count * center - own * inside) / others
            let between =
                own * others / (count * count) * (inside - outside)
                * (inside - outside)
            let slope = (inside - outside) / max(variance - between, 1e-6 * variance)
            let bias = prior - slope * (inside + outside) / 2
            columns.append(concatenated([w * slope, Tensor([bias])], axis: 0))
        }
        return stacked(columns, axis: 1)
    }

    /// Returns the log-odds of two counts, finite where one is 0.
    static func logOdds(_ own: Double, _ others: Double) -> Double {
        Tensor((own + 0.5) / (others + 0.5)).log().scalar
    }
}
