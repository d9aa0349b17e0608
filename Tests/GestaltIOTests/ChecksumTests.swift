import GestaltIO
import Testing

struct ChecksumTests {
    @Test("Checksums are those of SHA-256")
    func checksums() {
        let known = [
            "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq":
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ]
        for (text, expected) in known {
            var sum = SHA256()
            sum.append(Array(text.utf8))
            #expect(sum.hexadecimal == expected)
        }
        // In parts of all lengths, as in one.
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var whole = SHA256()
        whole.append(bytes)
        var parts = SHA256()
        var place = 0
        for length in 1...44 {
            let end = min(place + length, bytes.count)
            parts.append(Array(bytes[place..<end]))
            place = end
        }
        #expect(place < bytes.count)
        parts.append(Array(bytes[place...]))
        #expect(whole.hexadecimal == parts.hexadecimal)
    }
}
