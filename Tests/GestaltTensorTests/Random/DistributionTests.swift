import Foundation
import GestaltTensor
import TestSupport
import Testing

/// How many standard errors a mean may be off. The seeds are fixed, so a passing test stays so;
/// 4.5 is what one draw in 150,000 exceeds.
private let standardErrors = 4.5

/// What Pearson's statistic stays under: its mean is the degrees of freedom, its variance twice that.
private func chiSquareLimit(degrees: Int) -> Double {
    Double(degrees) + standardErrors * Double(2 * degrees).squareRoot()
}

/// Pearson's statistic of counts against probabilities.
private func chiSquare(_ counts: [Int], _ probabilities: [Double]) -> Double {
    let n = Double(counts.reduce(0, +))
    return zip(counts, probabilities).reduce(0) { sum, pair in
        let expected = n * pair.1
        let excess = Double(pair.0) - expected
        return sum + excess * excess / expected
    }
}

private func counts(_ bins: [Int], of number: Int) -> [Int] {
    bins.reduce(into: [Int](repeating: 0, count: number)) { $0[$1] += 1 }
}

private func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

/// Correlation of the numbers with those `lag` places later.
private func correlation(_ x: [Double], lag: Int) -> Double {
    let center = mean(x)
    let pairs = zip(x, x.dropFirst(lag)).map { ($0 - center) * ($1 - center) }
    return mean(pairs) / mean(x.map { ($0 - center) * ($0 - center) })
}

private let samples = 200_000

@Suite struct DistributionTests {
    private func bound(_ deviation: Double, _ count: Int = samples) -> Double {
        standardErrors * deviation / Double(count).squareRoot()
    }

    private func draws<Scalar: FloatingScalar>(
        _ type: Scalar.Type, _ draw: (inout RandomStream) -> Tensor<Scalar>
    ) -> [Double] {
        var stream = RandomStream(seed: 2026)
        return draw(&stream).scalars.map { Double($0) }
    }

    private func checkUniform(_ x: [Double]) {
        #expect(abs(mean(x) - 0.5) < bound((1.0 / 12).squareRoot()))
        #expect(abs(mean(x.map { $0 * $0 }) - 1.0 / 3) < bound((4.0 / 45).squareRoot()))
        let bins = counts(x.map { Int($0 * 64) }, of: 64)
        #expect(
            chiSquare(bins, Array(repeating: 1.0 / 64, count: 64)) < chiSquareLimit(degrees: 63))
        for lag in [1, 2, 3, 4, 8, 64, 256] { #expect(abs(correlation(x, lag: lag)) < bound(1)) }
        // Successive pairs fill the square.
        let pairs = stride(from: 0, to: x.count - 1, by: 2).map {
            Int(x[$0] * 8) * 8 + Int(x[$0 + 1] * 8)
        }
        let squares = chiSquare(counts(pairs, of: 64), Array(repeating: 1.0 / 64, count: 64))
        #expect(squares < chiSquareLimit(degrees: 63))
    }

    @Test func uniform() {
        checkUniform(draws(Float.self) { $0.uniform([samples]) })
        checkUniform(draws(Double.self) { $0.uniform([samples]) })
    }

    @Test func streamsAreIndependent() {
        let stream = RandomStream(seed: 1)
        let all = (0..<4).map { index -> [Double] in
            var own = stream.split(UInt64(index))
            return (own.normal([samples]) as Tensor<Float>).scalars.map { Double($0) }
        }
        for i in 0..<4 {
            for j in 0..<i { #expect(abs(mean(zip(all[i], all[j]).map { $0 * $1 })) < bound(1)) }
        }
    }

    private func checkNormal(_ x: [Double]) {
        #expect(abs(mean(x)) < bound(1))
        #expect(abs(mean(x.map { $0 * $0 }) - 1) < bound(2.0.squareRoot()))
        #expect(abs(mean(x.map { $0 * $0 * $0 })) < bound(15.0.squareRoot()))
        #expect(abs(mean(x.map { $0 * $0 * $0 * $0 }) - 3) < bound(96.0.squareRoot()))
        let edges = (-12...12).map { Double($0) / 4 }
        let below = edges.map { 0.5 * erfc(-$0 / 2.0.squareRoot()) }
        let probabilities = zip(below + [1], [0] + below).map { $0 - $1 }
        let bins = counts(x.map { value in edges.count { $0 <= value } }, of: edges.count + 1)
        #expect(chiSquare(bins, probabilities) < chiSquareLimit(degrees: edges.count))
        for lag in [1, 2, 3, 4] { #expect(abs(correlation(x, lag: lag)) < bound(1)) }
    }

    @Test func normal() {
        checkNormal(draws(Float.self) { $0.normal([samples]) })
        checkNormal(draws(Double.self) { $0.normal([samples]) })
        let moved = draws(Float.self) { $0.normal([samples], mean: 3, standardDeviation: 0.5) }
        checkNormal(moved.map { ($0 - 3) * 2 })
    }

    /// The transform itself, from the words, in double precision.
    @Test func normalIsBoxAndMullers() {
        var stream = RandomStream(seed: 5)
        let origin = stream
        let found: Tensor<Double> = stream.normal([1000])
        let expected = (0..<500).flatMap { index -> [Double] in
            let words = Philox.block(key: origin.key, low: UInt64(index), high: origin.path)
            func bits(_ i: Int) -> UInt64 { (UInt64(words[i]) | UInt64(words[i + 1]) << 32) >> 11 }
            let radius = (-2 * log(Double(bits(0) + 1) * 0x1p-53)).squareRoot()
            let angle = 2 * Double.pi * Double(bits(2)) * 0x1p-53
            return [radius * cos(angle), radius * sin(angle)]
        }
        #expect(difference(found, Tensor(expected), within: 64 * Double.ulpOfOne) == nil)
    }

    @Test func truncatedNormal() {
        let x = draws(Float.self) { $0.truncatedNormal([samples]) }
        #expect(x.allSatisfy { abs($0) <= 2 })
        #expect(abs(mean(x)) < bound(0.88))
        // 1 − 2·2φ(2) / (2Φ(2) − 1)
        #expect(abs(mean(x.map { $0 * $0 }) - 0.7737413) < bound(1))
    }

    @Test(arguments: [0.01, 0.3, 0.5, 0.999])
    func bernoulli(probability: Double) {
        var stream = RandomStream(seed: 6)
        let flags = stream.bernoulli([samples], probability: probability).scalars
        let share = mean(flags.map { $0 ? 1 : 0 })
        #expect(abs(share - probability) < bound((probability * (1 - probability)).squareRoot()))
    }

    @Test func integers() {
        var stream = RandomStream(seed: 7)
        let x = stream.integers([samples], in: -3..<7).scalars.map { Int($0) + 3 }
        let statistic = chiSquare(counts(x, of: 10), Array(repeating: 0.1, count: 10))
        #expect(statistic < chiSquareLimit(degrees: 9))
    }

    @Test func permutations() {
        var stream = RandomStream(seed: 8)
        #expect(stream.permutation(1000).scalars.sorted().elementsEqual((0..<1000).map(Int32.init)))
        let orders = (0..<24_000).map { _ in
            let p = stream.permutation(4).scalars.map(Int.init)
            let ranks = p.indices.map { i in p[(i + 1)...].count { $0 < p[i] } }
            return ranks[0] * 6 + ranks[1] * 2 + ranks[2]
        }
        let statistic = chiSquare(counts(orders, of: 24), Array(repeating: 1.0 / 24, count: 24))
        #expect(statistic < chiSquareLimit(degrees: 23))
    }

    @Test(arguments: [2, 5, 300, 1000])
    func categorical(classes: Int) {
        var stream = RandomStream(seed: 9)
        var weights = (0..<classes).map { 1 + Double($0 % 7) }
        weights[classes - 1] = 0
        let total = weights.reduce(0, +)
        let row = Tensor<Float>(weights.map { $0 == 0 ? -.infinity : Float(log($0)) + 40 })
        let drawn = stream.categorical(row.broadcast(to: [4, 25_000, classes]))
        #expect(drawn.shape == [4, 25_000])
        let bins = counts(drawn.scalars.map(Int.init), of: classes)
        #expect(bins[classes - 1] == 0)
        guard classes > 2 else { return }
        let statistic = chiSquare(
            Array(bins.dropLast()), weights.dropLast().map { $0 / total })
        #expect(statistic < chiSquareLimit(degrees: classes - 2))
    }
}
