import GestaltMetrics
import GestaltTensor
import TestSupport
import Testing

@Suite struct AssignmentTests {
    private struct Fixture: Decodable {
        struct Case: Decodable {
            let name: String
            let cost: [[LooseNumber]]?
            let costFile: String?
            let rows: [Int]?
            let columns: [Int]?
            let total: Double?
            let unique: Bool?

            func matrix() throws -> Tensor<Double> {
                if let costFile {
                    let name = costFile.dropFirst("metrics/".count)
                    return try MetricFixture.array(String(name), as: Double.self)
                }
                let rows = try #require(cost)
                return Tensor(
                    shape: [rows.count, rows.first?.count ?? 3],
                    scalars: rows.joined().map(\.value))
            }
        }
        let cases: [Case]
        let special: [Case]
    }

    @Test(.tags(.peer), .enabled(if: MetricFixture.isThere, MetricFixture.message))
    func totalsAndUniquePairsAreSciPys() throws {
        let fixture = try MetricFixture.json("assignment/expected.json", as: Fixture.self)
        #expect(fixture.cases.count == 14)
        for expected in fixture.cases {
            let costs = try expected.matrix()
            let found = try #require(Assignment(minimizing: costs), "\(expected.name)")
            let total = try #require(expected.total)
            #expect(MetricFixture.agrees(found.total, total), "\(expected.name)")
            #expect(Set(found.pairs.map(\.row)).count == min(costs.shape[0], costs.shape[1]))
            #expect(Set(found.pairs.map(\.column)).count == found.pairs.count)
            guard expected.unique == true else { continue }
            #expect(found.pairs.map(\.row) == expected.rows, "\(expected.name)")
            #expect(found.pairs.map(\.column) == expected.columns, "\(expected.name)")
        }
    }

    @Test(.tags(.peer), .enabled(if: MetricFixture.isThere, MetricFixture.message))
    func infeasibleAndEmptyMatrices() throws {
        let fixture = try MetricFixture.json("assignment/expected.json", as: Fixture.self)
        let cases = Dictionary(uniqueKeysWithValues: fixture.special.map { ($0.name, $0) })
        let infeasible = try #require(cases["infeasible"])
        #expect(try Assignment(minimizing: infeasible.matrix()) == nil)
        let emptyCosts = try #require(cases["empty-0x3"]).matrix()
        let empty = try #require(Assignment(minimizing: emptyCosts))
        #expect(empty.pairs.isEmpty && empty.total == 0)
    }

    /// Small whole numbers, so that ties abound and totals are exact.
    @Test(arguments: 0..<200)
    func totalsAreThoseOfAllPermutations(seed: Int) throws {
        var stream = RandomStream(seed: UInt64(seed))
        let (rows, columns) = (stream.integer(in: 1..<6), stream.integer(in: 1..<6))
        let costs = (0..<rows * columns).map { _ in Double(stream.integer(in: -4..<5)) }
        let matrix = Tensor<Double>(shape: [rows, columns], scalars: costs)
        let least = leastTotal(rows: rows, columns: columns) { costs[$0 * columns + $1] }
        let found = try #require(Assignment(minimizing: matrix))
        #expect(found.total == least, "seed \(seed): \(costs)")
        let most = leastTotal(rows: rows, columns: columns) { -costs[$0 * columns + $1] }
        #expect(try #require(Assignment(maximizing: matrix)).total == -most, "seed \(seed)")
        #expect(found.columns.count == rows)
        for pair in found.pairs { #expect(found.columns[pair.row] == pair.column) }
    }

    /// Tries the free columns of each row, and for tall matrices also to leave the row out.
    private func leastTotal(
        rows: Int, columns: Int, cost: (Int, Int) -> Double
    ) -> Double {
        func least(from row: Int, taken: Set<Int>) -> Double {
            if taken.count == min(rows, columns) { return 0 }
            guard row < rows else { return .infinity }
            var best = rows > columns ? least(from: row + 1, taken: taken) : .infinity
            for column in 0..<columns where !taken.contains(column) {
                let rest = least(from: row + 1, taken: taken.union([column]))
                best = min(best, cost(row, column) + rest)
            }
            return best
        }
        return least(from: 0, taken: [])
    }

    @Test func forbiddenPairsAreAvoided() throws {
        let costs = Tensor<Double>(shape: [2, 2], scalars: [.infinity, 5, 1, .infinity])
        let found = try #require(Assignment(minimizing: costs))
        #expect(found.columns == [1, 0] && found.total == 6)
    }

    @Test func aCostThatIsNoNumberStopsWithItsPlace() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            _ = Assignment(minimizing: Tensor<Double>(shape: [1, 2], scalars: [1, .nan]))
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("the cost of row 0, column 1 is not a number"))
    }
}
