import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct CRC32CTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        let bytes: [UInt8]
        let expected: UInt32
    }

    /// RFC 3720, appendix B.4, and the usual check string.
    static let cases = [
        Case(testDescription: "nothing", bytes: [], expected: 0),
        Case(testDescription: "123456789", bytes: Array("123456789".utf8), expected: 0xE306_9283),
        Case(
            testDescription: "32 × 0", bytes: [UInt8](repeating: 0, count: 32),
            expected: 0x8A91_36AA),
        Case(
            testDescription: "32 × 255", bytes: [UInt8](repeating: 255, count: 32),
            expected: 0x62A8_AB43),
        Case(testDescription: "0 to 31", bytes: Array(0..<32), expected: 0x46DD_794E),
        Case(testDescription: "31 to 0", bytes: (0..<32).reversed(), expected: 0x113F_DB5C),
    ]

    @Test(arguments: cases) func knownValues(_ item: Case) {
        #expect(CRC32C.checksum(item.bytes) == item.expected)
        #expect(CRC32C.checksum(item.bytes, usingInstruction: false) == item.expected)
    }

    @Test func tableAndInstructionAgree() {
        var random = RandomStream(seed: 6)
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let table = CRC32C.checksum(bytes, usingInstruction: false)
            #expect(table == CRC32C.checksum(bytes), "count \(count)")
        }
    }

    @Test func slicesCountFromTheirStart() {
        let bytes = Array("xx123456789".utf8)
        #expect(CRC32C.checksum(bytes[2...]) == 0xE306_9283)
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    }
}
