import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite(
    .tags(.peer),
    .enabled(if: MagvitFixture.isAvailable, "set GESTALT_FIXTURES to compare with the originals"))
struct LookupFreeFixtureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        let bits: Int
        let diversity: Float
        let groups: [Int]?
        var testDescription: String { file }

        func quantizer(
            _ beta: Float = 100, _ form: SmallProbability = .added,
            _ order: LookupFreeQuantizer.BitOrder = .most, groups: [Int]? = nil
        ) -> LookupFreeQuantizer {
            LookupFreeQuantizer(
                .init(
                    bits: bits, inverseTemperature: beta, diversity: diversity,
                    smallProbability: form, bitOrder: order, groups: groups))
        }
    }

    static let cases = [
        Case(file: "lfq-4", bits: 4, diversity: 1, groups: nil),
        Case(file: "lfq-8", bits: 8, diversity: 1, groups: [4, 4]),
        Case(file: "lfq-10", bits: 10, diversity: 2.5, groups: [5, 5]),
    ]

    @Test(arguments: cases) func codesOfBothOrdersAndValues(of stated: Case) throws {
        let fixture = try MagvitFixture(stated.file)
        let (z, probe) = (try fixture.numbers("z"), try fixture.numbers("probe"))
        let quantizer = stated.quantizer()
        let most = quantizer(z, .inference)
        #expect(most.codes == (try fixture.integers("ids/most")))
        #expect(quantizer.codes(of: z) == most.codes)
        let codes = try fixture.numbers("codes")
        #expect(relativeDeviation(most.embeddings, from: codes) <= MagvitFixture.forwardBound)
        #expect(quantizer.embeddings(of: most.codes) == most.embeddings)
        let least = stated.quantizer(100, .added, .least)(z, .inference)
        #expect(least.codes == (try fixture.integers("ids/least")))
        #expect(least.embeddings == most.embeddings)
        let gradient = gradients(at: [z]) { v in
            (quantizer(v[0], .training(random: RandomStream(seed: 0))).embeddings * probe).sum()
        }[0]
        #expect(gradient == probe)
        let commitment = most.metrics.first { $0.name == "commitment" }!.value / 0.25
        let expected = try fixture.numbers("losses/commitment")
        #expect(
            relativeDeviation(Tensor(commitment), from: expected) <= MagvitFixture.forwardBound)
        guard fixture.has("codebook/most") else { return }
        let all = Tensor((0..<Int32(1 << stated.bits)).map { $0 })
        #expect(quantizer.embeddings(of: all) == (try fixture.numbers("codebook/most")))
        #expect(
            stated.quantizer(100, .added, .least).embeddings(of: all)
                == (try fixture.numbers("codebook/least")))
    }

    @Test(arguments: cases, SmallProbability.allCases)
    func entropiesLossesGradients(of stated: Case, form: SmallProbability) throws {
        let fixture = try MagvitFixture(stated.file)
        for beta in [1, 100] {
            let quantizer = stated.quantizer(Float(beta), form)
            try compare(quantizer, fixture, "inverse\(beta)/\(form.rawValue)/", withTotal: true)
            if form == .added, let groups = stated.groups {
                let grouped = stated.quantizer(Float(beta), form, groups: groups)
                try compare(grouped, fixture, "inverse\(beta)/grouped/", withTotal: false)
            }
        }
    }

    private func compare(
        _ quantizer: LookupFreeQuantizer, _ fixture: MagvitFixture, _ prefix: String,
        withTotal: Bool
    ) throws {
        let z = try fixture.numbers("z")
        var terms: [(String, (Tensor<Float>) -> Tensor<Float>)] = [
            ("tokenEntropy", { quantizer.entropies($0, .inference).token }),
            ("meanEntropy", { quantizer.entropies($0, .inference).mean }),
        ]
        if withTotal { terms.append(("total", { quantizer($0, .inference).loss })) }
        for (name, term) in terms {
            let (value, found) = valueAndGradients(at: [z]) { term($0[0]) }
            let expected = try fixture.numbers(prefix + name)
            let deviation = relativeDeviation(value, from: expected)
            #expect(deviation <= 2e-5, "\(prefix)\(name): \(value), expected \(expected)")
            guard fixture.has("\(prefix)grads/\(name)") else { continue }
            let slope = relativeDeviation(
                found[0], from: try fixture.numbers("\(prefix)grads/\(name)"))
            #expect(slope <= MagvitFixture.gradientBound, "\(prefix)\(name): \(slope)")
        }
    }
}

@Suite struct LookupFreeTests {
    /// The loss with a table of all codes, in `Double`.
    private func naiveLoss(
        _ z: [[Double]], _ configuration: LookupFreeQuantizer.Configuration
    )
        -> Double
    {
        let bits = configuration.bits
        var (token, commitment) = (0.0, 0.0)
        var mean = [Double](repeating: 0, count: 1 << bits)
        for row in z {
            let scores = (0..<1 << bits).map { code in
                (0..<bits).reduce(0.0) {
                    let sign = code >> (bits - 1 - $1) & 1 == 1 ? 1.0 : -1.0
                    return $0 + 2 * Double(configuration.inverseTemperature) * row[$1] * sign
                }
            }
            let largest = scores.max()!
            let weights = scores.map { exponential($0 - largest) }
            let total = weights.reduce(0, +)
            for (code, weight) in weights.enumerated() {
                let p = weight / total
                mean[code] += p / Double(z.count)
                if p > 0 { token -= p * naturalLogarithm(p) / Double(z.count) }
            }
            for value in row {
                let sign = value > 0 ? 1.0 : -1.0
                commitment += (value - sign) * (value - sign) / Double(z.count * bits)
            }
        }
        let entropy = mean.reduce(0.0) { $0 - $1 * naturalLogarithm($1 + 1e-5) }
        return Double(configuration.weight) * (token - Double(configuration.diversity) * entropy)
            + Double(configuration.commitment) * commitment
    }

    private func exponential(_ x: Double) -> Double { Tensor<Double>(x).exp().scalar }
    private func naturalLogarithm(_ x: Double) -> Double { Tensor<Double>(x).log().scalar }

    @Test(arguments: [Float(1), 100])
    func theLossAndItsGradientAreThoseOfTheTableOfAllCodes(beta: Float) {
        let configuration = LookupFreeQuantizer.Configuration(
            bits: 4, inverseTemperature: beta, diversity: 1.5)
        let quantizer = LookupFreeQuantizer(configuration)
        let scale = beta == 1 ? 1.0 : 0.03
        let z = Tensor<Float>.sample([6, 4], seed: 3, in: -scale...scale)
        var rows = (0..<6).map { z[$0].scalars.map(Double.init) }
        let (value, found) = valueAndGradients(at: [z]) { quantizer($0[0], .inference).loss }
        let expected = naiveLoss(rows, configuration)
        #expect(abs(Double(value.scalar) - expected) <= 1e-5 * abs(expected))
        let largest = Double(found[0].abs().max().scalar)
        for row in 0..<6 {
            for channel in 0..<4 {
                let (at, step) = (rows[row][channel], differenceStep(at: 0) * scale)
                rows[row][channel] = at + step
                let above = naiveLoss(rows, configuration)
                rows[row][channel] = at - step
                let below = naiveLoss(rows, configuration)
                rows[row][channel] = at
                let slope = (above - below) / (2 * step)
                #expect(abs(Double(found[0][scalar: row, channel]) - slope) <= 1e-4 * largest)
            }
        }
    }

    /// Zero is a 0 bit, the first channel the most significant.
    @Test func bitsInOrder() {
        let quantizer = LookupFreeQuantizer(.init(bits: 3))
        let z = Tensor<Float>(rows: [[1, -1, -1], [0, 0, 2], [.infinity, 9, -9]])
        #expect(quantizer.codes(of: z).scalars == [4, 1, 6])
        let first = LookupFreeQuantizer(.init(bits: 3, bitOrder: .least))
        #expect(first.codes(of: z).scalars == [1, 4, 3])
        for quantizer in [quantizer, first] {
            let all = Tensor((0..<Int32(8)).map { $0 })
            #expect(quantizer.codes(of: quantizer.embeddings(of: all)) == all)
        }
    }

    /// Above 12 bits no table of all codes is made: groups of bits have their own.
    @Test func manyBits() {
        let quantizer = LookupFreeQuantizer(.init(bits: 18))
        let z = Tensor<Float>.sample([40, 18], seed: 4)
        let grouped = LookupFreeQuantizer(.init(bits: 18, groups: [9, 9]))
        let found = quantizer(z, .inference)
        #expect(found.loss == grouped(z, .inference).loss)
        #expect(found.codes.scalars.allSatisfy { $0 >= 0 && $0 < 1 << 18 })
        #expect(quantizer.embeddings(of: found.codes) == found.embeddings)
    }

    @Test(arguments: [
        ("lfq", "quantizer"), ("lfq:0", "quantizer"), ("lfq:21", "quantizer"),
        ("lfq:8:beta=x", "quantizer"), ("lfq:8:beta=0", "inverseTemperature"),
        ("lfq:8:weight=-1", "weight"), ("lfq:8:much", "quantizer"),
    ])
    func badNamesAreErrors(name: String, key: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try Quantizers.configuration(
                named: ComponentName(stringLiteral: name), usual: QuantizerSize(codes: 4, width: 2))
        }
        #expect(error?.key.hasSuffix(key) == true)
    }

    @Test func groupsHaveToAddUp() {
        for groups in [[4, 4], [13], [], [-4, 14]] {
            #expect(throws: ConfigurationError.self) {
                try LookupFreeQuantizer.Configuration(bits: 10, groups: groups).validate()
            }
        }
        #expect(throws: ConfigurationError.self) {
            try LookupFreeQuantizer.Configuration(bits: 14, smallProbability: .clamped).validate()
        }
    }
}
