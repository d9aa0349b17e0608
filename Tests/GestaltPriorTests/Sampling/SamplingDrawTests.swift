import GestaltFiles
import GestaltPrior
import GestaltTensor
import TestSupport
import Testing

/// What the options leave of the probabilities, step by step as their documentation says it.
private func naiveProbabilities(_ logits: [Float], _ options: SamplingOptions) -> [Double] {
    let order = logits.indices.sorted {
        logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1)
    }
    if options.isGreedy { return logits.indices.map { $0 == order[0] ? 1 : 0 } }
    let kept = order.prefix(options.topK ?? logits.count)
    let top = Double(logits[order[0]])
    let weights = Tensor(kept.map { (Double(logits[$0]) - top) / Double(options.temperature) })
        .exp().scalars
    let sum = weights.reduce(0, +)
    var result = [Double](repeating: 0, count: logits.count)
    var mass = 0.0
    for (code, weight) in zip(kept, weights) where mass < Double(options.topP) {
        result[code] = weight / sum
        mass += weight / sum
    }
    return result.map { $0 / mass }
}

@Suite struct SamplingDrawTests {
    static let options = [
        SamplingOptions(), SamplingOptions(temperature: 0.6), SamplingOptions(temperature: 2.5),
        SamplingOptions(topK: 1), SamplingOptions(topK: 5), SamplingOptions(topK: 1000),
        SamplingOptions(topP: 0.01), SamplingOptions(topP: 0.8),
        SamplingOptions(temperature: 1.5, topK: 12, topP: 0.9), .greedy,
    ]

    @Test(arguments: options)
    func eachCodeAsOftenAsItsProbabilitySays(_ options: SamplingOptions) throws {
        let logits = Tensor<Float>.sample([33], seed: 9, in: -3...3).scalars
        let expected = naiveProbabilities(logits, options)
        let draw = CodeDraw(options, codes: logits.count)
        // Evenly spaced numbers: every code gets its share of them to within one.
        let count = 20_000
        var counts = [Int](repeating: 0, count: logits.count)
        for i in 0..<count {
            let drawn = try #require(draw.draw(logits, (Double(i) + 0.5) / Double(count)))
            counts[drawn.code] += 1
        }
        for (found, probability) in zip(counts, expected) {
            #expect(abs(Double(found) - probability * Double(count)) <= 1.01)
            #expect(probability > 0 || found == 0)
        }
    }

    @Test func ofEqualLogitsTheLowerCodesAreKept() throws {
        let logits: [Float] = [1, 3, 3, 3, 2, 3]
        #expect(CodeDraw(.greedy, codes: 6).draw(logits, 0.9)?.code == 1)
        let two = CodeDraw(SamplingOptions(topK: 2), codes: 6)
        #expect(two.draw(logits, 0)?.code == 1)
        #expect(two.draw(logits, 0.49)?.code == 1)
        #expect(two.draw(logits, 0.51)?.code == 2)
        #expect(two.draw(logits, 1.0.nextDown)?.code == 2)
    }

    @Test(arguments: options)
    func theLogProbabilityIsThePriorsOwnWhateverTheOptions(_ options: SamplingOptions) throws {
        let logits = Tensor<Float>.sample([50], seed: 2, in: -4...4)
        let expected = logits.logSoftmax().scalars
        let drawn = try #require(CodeDraw(options, codes: 50).draw(logits.scalars, 0.37))
        #expect(abs(drawn.logProbability - Double(expected[drawn.code])) < 1e-5)
    }

    @Test func excludedCodesAreNeverDrawnBrokenLogitsAreTold() {
        let draw = CodeDraw(SamplingOptions(), codes: 3)
        #expect(draw.draw([-.infinity, 0, -.infinity], 0)?.code == 1)
        #expect(draw.draw([-.infinity, 0, -.infinity], 1.0.nextDown)?.code == 1)
        #expect(draw.draw([0, .nan, 1], 0.5) == nil)
        #expect(draw.draw([0, .infinity, 1], 0.5) == nil)
        #expect(draw.draw([-.infinity, -.infinity, -.infinity], 0.5) == nil)
    }

    @Test func optionsThatNothingCanBeDrawnBy() {
        for (options, key) in [
            (SamplingOptions(temperature: 0), "temperature"),
            (SamplingOptions(temperature: .infinity), "temperature"),
            (SamplingOptions(temperature: .nan), "temperature"), (SamplingOptions(topK: 0), "topK"),
            (SamplingOptions(topP: 0), "topP"), (SamplingOptions(topP: 1.1), "topP"),
            (SamplingOptions(topP: .nan), "topP"),
        ] {
            #expect { try options.validate() } throws: { "\($0)".contains(key) }
        }
        for options in Self.options { #expect(throws: Never.self) { try options.validate() } }
    }
}
