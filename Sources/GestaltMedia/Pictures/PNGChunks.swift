internal import CZlib

/// The chunks of a PNG file that libpng is not asked for.
enum PNGChunks {
    /// The chunk `eXIf`, before or behind the pixels.
    static func exif(in bytes: [UInt8]) -> ArraySlice<UInt8>? { data(of: "eXIf", in: bytes) }

    /// Whether the file is an animation, of which only the still picture is read.
    static func isAnimated(_ bytes: [UInt8]) -> Bool { data(of: "acTL", in: bytes) != nil }

    private static func data(of kind: String, in bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            let start = place + 8
            guard length <= bytes.count - start - 4 else { return nil }
            if bytes[(place + 4)..<start].elementsEqual(kind.utf8) {
                let stored = bytes[(start + length)..<(start + length + 4)]
                    .reduce(0) { $0 << 8 | UInt($1) }
                let computed = bytes[(place + 4)..<(start + length)].withUnsafeBufferPointer {
                    crc32(0, $0.baseAddress, UInt32($0.count))
                }
                // libpng drops a chunk of its kind with a wrong checksum, and warns.
                guard stored == UInt(computed) else { return nil }
                return bytes[start..<(start + length)]
            }
            place = start + length + 4
        }
        return nil
    }
}
