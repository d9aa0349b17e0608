import Foundation
import GestaltMedia
import Testing

@Suite struct GzipTests {
    private let text = Array("a robot pushes things about in a bin; ".utf8)

    @Test(arguments: [0, 1, 38, 100_000, 1_000_000]) func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { text[$0 % text.count] }
        for level in [0, 1, 9] {
            #expect(try Gzip.decompress(Gzip.compress(bytes, level: level)) == bytes)
        }
    }

    /// `gzip -n` of "hello\n" by GNU gzip.
    @Test func knownMember() throws {
        let file: [UInt8] = [
            0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0xE7, 0x02, 0,
            0x20, 0x30, 0x3A, 0x36, 6, 0, 0, 0,
        ]
        #expect(try Gzip.decompress(file) == Array("hello\n".utf8))
    }

    @Test func membersFollowEachOther() throws {
        let both = Gzip.compress(Array("one ".utf8)) + Gzip.compress(Array("two".utf8))
        #expect(try Gzip.decompress(both) == Array("one two".utf8))
    }

    @Test func sameBytesGiveTheSameFile() {
        #expect(Gzip.compress(text) == Gzip.compress(text))
    }

    @Test func everyTruncationIsAnError() {
        let file = Gzip.compress(text)
        for count in 0..<file.count {
            #expect(throws: MediaError.self) { try Gzip.decompress(Array(file[..<count])) }
        }
    }

    /// GNU gzip reads these too: "trailing garbage ignored", and zeros without a word.
    @Test(arguments: [
        [0], [UInt8](repeating: 0, count: 200_000), [0x1F], [1, 2, 3], Array("no member".utf8),
    ])
    func trailingBytesAreAWarning(_ tail: [UInt8]) throws {
        var warnings: [MediaWarning] = []
        let file = Gzip.compress(text) + tail
        #expect(try Gzip.decompress(file, name: "a.gz", warnings: &warnings) == text)
        #expect(warnings.count == 1)
        let isPadding = tail.allSatisfy { $0 == 0 }
        #expect(warnings[0].description.contains(isPadding ? "zeros" : "bytes that are not"))
    }

    /// The first two bytes of a member on both sides of the block of 2¹⁷ bytes that is read.
    @Test(arguments: -2...2) func membersAcrossBlocks(shift: Int) throws {
        let block = 1 << 17
        let first = Gzip.compress([UInt8](repeating: 7, count: block - 23 + shift), level: 0)
        #expect(abs(first.count - block) < 30)
        var warnings: [MediaWarning] = []
        let both = first + Gzip.compress([9]) + [0]
        let bytes = try Gzip.decompress(both, warnings: &warnings)
        #expect(bytes.count == block - 22 + shift && bytes.last == 9 && warnings.count == 1)
    }

    @Test func brokenMembersAndWrongChecksumsAreErrors() {
        let file = Gzip.compress(text)
        #expect(throws: MediaError.self) { try Gzip.decompress(file + [0x1F, 0x8B]) }
        #expect(throws: MediaError.self) { try Gzip.decompress(file + file.dropLast()) }
        for place in (file.count - 8)..<file.count {  // CRC-32 and length
            var wrong = file
            wrong[place] ^= 1
            #expect(throws: MediaError.self) { try Gzip.decompress(wrong) }
        }
    }

    /// A kilobyte that would become a megabyte stops at the limit.
    @Test func limitHolds() throws {
        let bomb = Gzip.compress([UInt8](repeating: 0, count: 1 << 20), level: 9)
        let error = #expect(throws: MediaError.self) {
            try Gzip.decompress(bomb, limit: 1000, name: "bomb.gz")
        }
        #expect(error?.description.contains("bomb.gz") == true)
        #expect(try Gzip.decompress(bomb, limit: 1 << 20).count == 1 << 20)
    }
}
