/// The names in a zip archive's directory, as far as they can be read: enough to recognize the kind
/// of archive. Nothing is validated here; the readers of the content do that.
enum ZipNames {
    private static let endByteCount = 22
    private static let entryByteCount = 46
    /// More names than any archive needs to be recognized.
    private static let mostNames = 4096

    static func names(in bytes: UnsafeRawBufferPointer) -> [String] {
        guard let (start, count) = directory(bytes) else {
            return [firstName(bytes)].compactMap(\.self)
        }
        var names: [String] = []
        var place = start
        for _ in 0..<min(count, mostNames) {
            guard place >= 0, place <= bytes.count - entryByteCount,
                word(bytes, place) == 0x0201_4B50
            else { break }
            let nameEnd = place + entryByteCount + half(bytes, place + 28)
            guard nameEnd <= bytes.count else { break }
            names.append(
                String(decoding: bytes[(place + entryByteCount)..<nameEnd], as: UTF8.self))
            place = nameEnd + half(bytes, place + 30) + half(bytes, place + 32)
        }
        return names.isEmpty ? [firstName(bytes)].compactMap(\.self) : names
    }

    /// Returns the offset of the directory, and the number of entries it claims.
    private static func directory(_ bytes: UnsafeRawBufferPointer) -> (start: Int, count: Int)? {
        let last = bytes.count - endByteCount
        guard last >= 0 else { return nil }
        for place in stride(from: last, through: max(0, last - 65535), by: -1)
        where bytes[place] == 0x50 && word(bytes, place) == 0x0605_4B50 {
            let (count, start) = (half(bytes, place + 10), Int(word(bytes, place + 16)))
            guard count == 0xFFFF || start == 0xFFFF_FFFF else { return (start, count) }
            let locator = place - 20
            guard locator >= 0, word(bytes, locator) == 0x0706_4B50,
                let end = long(bytes, locator + 8), end >= 0, end <= locator - 56,
                let wideCount = long(bytes, end + 32), let wideStart = long(bytes, end + 48)
            else { return nil }
            return (wideStart, wideCount)
        }
        return nil
    }

    /// Returns the first entry's name, which even a truncated archive still has.
    private static func firstName(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard bytes.count >= 30, word(bytes, 0) == 0x0403_4B50 else { return nil }
        let end = 30 + half(bytes, 26)
        return end <= bytes.count ? String(decoding: bytes[30..<end], as: UTF8.self) : nil
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
    }

    private static func half(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int {
        Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
    }

    private static func long(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int? {
        Int(
            exactly: UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
    }
}
