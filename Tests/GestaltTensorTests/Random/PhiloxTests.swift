import GestaltTensor
import TestSupport
import Testing

/// Known answers of Philox4x32-10 from the authors' own library (Random123, kat_vectors).
private struct KnownAnswer: Sendable, CustomTestStringConvertible {
    let key, low, high: UInt64
    let words: [UInt32]

    var testDescription: String { "counter \(low), \(high)" }

    static let all = [
        KnownAnswer(
            key: 0, low: 0, high: 0, words: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
        KnownAnswer(
            key: .max, low: .max, high: .max,
            words: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
        KnownAnswer(
            key: 0x299f_31d0_a409_3822, low: 0x85a3_08d3_243f_6a88, high: 0x0370_7344_1319_8a2e,
            words: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ]
}

@Suite struct PhiloxTests {
    @Test(arguments: KnownAnswer.all)
    private func knownAnswers(_ answer: KnownAnswer) {
        let block = Philox.block(key: answer.key, low: answer.low, high: answer.high)
        #expect((0..<4).map { block[$0] } == answer.words)
    }

    /// The kernels' numbers are those of the bijection above, block by block.
    @Test(arguments: [1, 3, 4, 63, 64, 65, 1000])
    func kernelsFollowTheBijection(count: Int) {
        var stream = RandomStream(seed: 0xFEED_F00D_0123_4567).split(3)
        stream.counter = UInt64(UInt32.max) - 5  // the blocks' numbers carry into the second word
        let start = stream
        func words(_ block: Int) -> Philox.Block {
            Philox.block(key: start.key, low: start.counter + UInt64(block), high: start.path)
        }
        let singles: Tensor<Float> = stream.uniform([count])
        #expect(stream.counter == start.counter + UInt64((count + 3) / 4))
        #expect(
            singles.scalars
                == (0..<count).map { i in Float(words(i / 4)[i % 4] >> 8) * 0x1p-24 })
        stream = start
        let doubles: Tensor<Double> = stream.uniform([count])
        #expect(
            doubles.scalars
                == (0..<count).map { i in
                    let (block, first) = (words(i / 2), i % 2 * 2)
                    let bits = UInt64(block[first]) | UInt64(block[first + 1]) << 32
                    return Double(bits >> 11) * 0x1p-53
                })
    }
}
