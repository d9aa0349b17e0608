import Foundation
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// Linear probes in closed form against values by hand and by other ways to the same end.
@Suite struct ProbeFitTests {
    /// Rows of two channels of different size, a constant third, and a class that depends on them.
    static func rows(_ count: Int, seed: UInt64, noise level: Double = 0.5) -> ProbeRows {
        var random = RandomStream(seed: seed)
        var (features, classes) = ([Double](), [Double]())
        for _ in 0..<count {
            let (a, b) = (random.number(in: -1..<1), random.number(in: -1..<1))
            features += [a, 100 * b + 30, 7, 1]
            let isIn = a + b + level * random.number(in: -1..<1) > 0.4
            classes += [isIn ? 1 : 0]
        }
        return ProbeRows(
            features: Tensor(shape: [count, 4], scalars: features),
            classes: Tensor(shape: [count, 1], scalars: classes))
    }

    static func sums(_ parts: [ProbeRows]) -> RidgeSums {
        var sums = RidgeSums(
            channels: parts[0].features.shape[1] - 1, classes: parts[0].classes.shape[1])
        for part in parts { sums.add(part) }
        return sums
    }

    /// Two points and one channel: standardized ±1, so the weight is ½ / (1 + λ).
    @Test func theRegressionOfTwoPointsIsKnown() throws {
        let sums = Self.sums([
            ProbeRows(
                features: Tensor(rows: [[1, 1], [5, 1]]), classes: Tensor(rows: [[0], [1]]))
        ])
        let solution = try sums.solution(penalty: 1).scalars
        // In units of the channel, whose deviation is 2: 0.25 / 2; and ½ at the mean, 3.
        #expect(abs(solution[0] - 0.125) < 1e-12 && abs(solution[1] - (0.5 - 0.375)) < 1e-12)
        // ½ ± ¼: each error is ¼.
        let error = sums.squaredError(of: try sums.solution(penalty: 1))
        #expect(abs(error - 0.125) < 1e-12)
    }

    /// A tiny penalty gives least squares, by another routine.
    @Test func aTinyPenaltyIsLeastSquares() throws {
        let rows = Self.rows(200, seed: 1)
        let solution = try Self.sums([rows]).solution(penalty: 1e-12)
        let other = try rows.features.leastSquares(rows.classes)
        let found = rows.features.matmul(solution)
        #expect((found - rows.features.matmul(other)).abs().max().scalar < 1e-6)
        #expect(solution[2, 0].scalar == 0, "a constant channel has no weight")
    }

    @Test func errorsOfLeftOutRowsNeedNoRows() throws {
        let parts = (0..<3).map { Self.rows(80, seed: UInt64($0)) }
        let whole = Self.sums(parts)
        let left = Self.sums([parts[1]])
        let solution = try (whole - left).solution(penalty: 0.1)
        let alone = try Self.sums([parts[0], parts[2]]).solution(penalty: 0.1)
        #expect((solution - alone).abs().max().scalar < 1e-9)
        let error = (parts[1].features.matmul(solution) - parts[1].classes).squared().sum().scalar
        #expect(abs(left.squaredError(of: solution) - error) < 1e-8)
    }

    /// Channels of pure noise, more than rows can tell apart, want a large penalty; a class that
    /// one channel tells wants a small one.
    @Test func thePenaltyFollowsTheLeftOutError() throws {
        var random = RandomStream(seed: 5)
        func part(_ isNoise: Bool) -> RidgeSums {
            let x: Tensor<Double> = random.normal([12, 30])
            let y =
                isNoise
                ? (0..<12).map { _ in random.number() < 0.5 ? 1.0 : 0 }
                : x.selected(0, axis: 1).scalars.map { $0 > 0 ? 1.0 : 0 }
            let scale = isNoise ? x : x * Tensor([1.0] + [Double](repeating: 0, count: 29))
            return Self.sums([
                ProbeRows(
                    features: concatenated([scale, .ones([12, 1])], axis: 1),
                    classes: Tensor(shape: [12, 1], scalars: y))
            ])
        }
        let noisy = try RidgeSums.bestPenalty(of: (0..<4).map { _ in part(true) })
        let clear = try RidgeSums.bestPenalty(of: (0..<4).map { _ in part(false) })
        #expect(noisy == 1 && clear < 1, "\(noisy), \(clear)")
        #expect(
            try RidgeSums.bestPenalty(of: [part(true)]) == RidgeSums.usualPenalty)
    }

    /// Two Gaussians of equal variance have linear log-odds, which are known.
    @Test func logOddsAreThoseOfTwoGaussians() throws {
        var random = RandomStream(seed: 9)
        let count = 40_000
        let isIn = (0..<count).map { _ in random.number() < 0.2 }
        let noise: Tensor<Double> = random.normal([count])
        let x = zip(isIn, noise.scalars).map { ($0 ? 3.0 : 1) + $1 }
        let sums = Self.sums([
            ProbeRows(
                features: Tensor(shape: [count, 2], scalars: x.flatMap { [$0, 1] }),
                classes: Tensor(shape: [count, 1], scalars: isIn.map { $0 ? 1 : 0 }))
        ])
        let found = sums.logOdds(of: try sums.solution(penalty: 1e-6)).scalars
        // Slope (3 − 1) / 1, even odds at 2 + ln(0.8 / 0.2) / 2; errors of a percent or two.
        #expect(abs(found[0] - 2) < 0.06, "\(found)")
        #expect(abs(-found[1] / found[0] - (2 + log(4.0) / 2)) < 0.03, "\(found)")
    }

    @Test func aClassThatNeverOccursIsUnlikelyEverywhere() throws {
        let rows = Self.rows(50, seed: 3)
        let sums = Self.sums([
            ProbeRows(features: rows.features, classes: .zeros([50, 2]))
        ])
        let solution = sums.logOdds(of: try sums.solution(penalty: 1))
        #expect(solution.sliced(0..<3, axis: 0).abs().max().scalar == 0)
        #expect(solution[3].max().scalar < -4)
    }

    @Test(arguments: [1e-4, 1e-1])
    func theLogisticFitHasNoSlopeLeft(penalty: Double) throws {
        let parts = [Self.rows(300, seed: 1), Self.rows(300, seed: 2)]
        let sums = Self.sums(parts)
        let fit = try LogisticFit(sums, penalty: penalty) { body in parts.forEach(body) }
        let rows = ProbeRows(
            features: concatenated(parts.map(\.features), axis: 0),
            classes: concatenated(parts.map(\.classes), axis: 0))
        func objective(_ solution: Tensor<Double>) -> Double {
            let z = rows.features.matmul(solution)
            let loss = ((z.exp() + 1).log() - rows.classes * z).sum().scalar
            let squares = zip(sums.variances, solution.scalars).map { $0 * $1 * $1 }
            return loss + penalty * sums.count / 2 * squares.reduce(0, +)
        }
        let least = objective(fit.solution)
        #expect(fit.passes < 15 && fit.hasConverged)
        let short = try LogisticFit(sums, penalty: penalty, mostPasses: 2) { parts.forEach($0) }
        #expect(short.passes == 2 && !short.hasConverged)
        #expect(objective(short.solution) > least + 1e-6)
        // In units in which every channel is of size 1.
        for (channel, unit) in [1, 0.01, 0.1, 1].enumerated() {
            for side in [-1.0, 1] {
                var other = fit.solution
                other[channel, 0] = other[channel, 0] + side * 1e-3 * unit
                #expect(objective(other) > least - 1e-9, "channel \(channel)")
            }
        }
        // The classes are told apart by the first two channels, equally in their own sizes.
        let ratio = fit.solution[0, 0].scalar / (100 * fit.solution[1, 0].scalar)
        #expect(abs(ratio - 1) < 0.3, "\(fit.solution.scalars)")
    }

    /// Classes that a line separates have weights that the penalty bounds, and are told apart, but
    /// for a row that touches the line.
    @Test func separableClassesConverge() throws {
        let rows = Self.rows(200, seed: 4, noise: 0)
        let sums = Self.sums([rows])
        let fit = try LogisticFit(sums, penalty: 1e-6) { $0(rows) }
        let scores = rows.features.matmul(fit.solution).scalars
        let wrong = zip(scores, rows.classes.scalars).count { ($0 > 0) != ($1 > 0) }
        #expect(wrong <= 1 && fit.passes < 50 && fit.hasConverged, "\(fit.passes) passes")
    }

    /// Rows are what the probe's own scores interpolate, without ignored pixels.
    @Test func rowsAreInterpolatedFeatures() throws {
        let latent = Latent(noise([1, 2, 3, 2, 2]), stride: 4)
        var mask = Tensor<UInt8>.zeros([12, 8])
        mask[4..<8] = Tensor(repeating: 2, shape: [4, 8])
        mask[0..<4] = Tensor(repeating: 255, shape: [4, 8])
        let rows = try #require(ProbeRows(latent, mask: mask, classes: 3))
        // Every second of eight rows and eight columns, from the second.
        #expect(rows.features.shape == [16, 5] && rows.classes.shape == [16, 3])
        #expect(rows.classes.sum(axes: [0]).scalars == [8, 0, 8])
        var random = RandomStream(seed: 1)
        let probe = LinearProbe(latent.shape, classes: 1, random: &random)
        let scores = probe(latent, .inference).cast(to: Double.self)
        let weights = concatenated(
            [probe.scores.weight, try #require(probe.scores.bias).expanded(axis: 0)], axis: 0
        ).cast(to: Double.self)
        let found = rows.features.matmul(weights)
        // Row 4 of the rows is at pixel (5, 1) + (0, 2 · 4 / 4) …: the second row of pixels used.
        #expect(abs(found[0, 0].scalar - scores[0, 5, 1, 0].scalar) < 1e-5)
        #expect(abs(found[6, 0].scalar - scores[0, 7, 5, 0].scalar) < 1e-5)
        #expect(ProbeRows(latent, mask: Tensor(repeating: 255, shape: [12, 8]), classes: 1) == nil)
        let foreground = try #require(ProbeRows(latent, mask: mask, classes: 1))
        #expect(foreground.classes.sum().scalar == 8)
    }
}
