import GestaltVideo
import Testing

@Suite struct ClipLengthsTests {
    @Test func causalLengths() {
        let lengths = ClipLengths(first: 1, stride: 4)
        let slots = [0, 1, 2, 4, 5, 9, 16, 17].map { lengths.slots(of: $0) }
        #expect(slots == [nil, 1, nil, nil, 2, 3, nil, 5])
        #expect(
            lengths.longest(atMost: 16) == 13 && lengths.shortest(atLeast: 16) == 17
                && lengths.shortest(atLeast: 17) == 17)
        #expect(lengths.longest(atMost: 0) == nil && lengths.shortest(atLeast: 0) == 1)
        for slots in 1...5 { #expect(lengths.slots(of: lengths.frames(ofSlots: slots)) == slots) }
        let error = TokenizerError.frames(16, lengths: lengths)
        #expect("\(error)".contains("crop to 13 or pad to 17"))
        #expect(!"\(TokenizerError.frames(0, lengths: lengths))".contains("crop"))
    }

    @Test func multiples() {
        let lengths = ClipLengths(first: 0, stride: 4)
        #expect([0, 3, 4, 16].map { lengths.slots(of: $0) } == [nil, nil, 1, 4])
        #expect(
            lengths.longest(atMost: 15) == 12 && lengths.shortest(atLeast: 13) == 16
                && lengths.longest(atMost: 3) == nil)
        #expect(lengths.shortest(atLeast: 0) == 4 && lengths.frames(ofSlots: 3) == 12)
    }
}
