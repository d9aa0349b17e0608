/// Raw frames with times in the bytes of a Matroska film, the simplest form in which `ffmpeg` takes
/// frames whose rate varies: a header, then for each frame a cluster of one block.
///
/// The elements are those of RFC 9559, the sizes and names those of RFC 8794.
struct MatroskaStream {
    let height: Int
    let width: Int
    /// Nanoseconds that the last frame is shown.
    let frameDuration: Int

    /// Nanoseconds per unit of time in ``frameHeader(microseconds:)``.
    private static let timeScale = 1000

    /// The bytes before the first frame.
    var header: [UInt8] {
        let file = Self.element(
            [0x1A, 0x45, 0xDF, 0xA3],
            Self.number([0x42, 0x86], 1) + Self.number([0x42, 0xF7], 1)
                + Self.number([0x42, 0xF2], 4) + Self.number([0x42, 0xF3], 8)
                + Self.element([0x42, 0x82], Array("matroska".utf8))
                + Self.number([0x42, 0x87], 4) + Self.number([0x42, 0x85], 2))
        let segment: [UInt8] = [0x18, 0x53, 0x80, 0x67] + Self.unknownSize
        let info = Self.element(
            [0x15, 0x49, 0xA9, 0x66], Self.number([0x2A, 0xD7, 0xB1], Self.timeScale))
        return file + segment + info + Self.element([0x16, 0x54, 0xAE, 0x6B], track)
    }

    /// The bytes before the `3 · height · width` bytes of a frame.
    func frameHeader(microseconds: Int) -> [UInt8] {
        let time = Self.number([0xE7], microseconds)
        // Track 1, no time after the cluster's, a key frame.
        let block: [UInt8] = [0x81, 0, 0, 0x80]
        let blockHead = [0xA3] + Self.size(block.count + byteCount) + block
        return [0x1F, 0x43, 0xB6, 0x75] + Self.size(time.count + blockHead.count + byteCount)
            + time + blockHead
    }

    /// Bytes of a frame.
    var byteCount: Int { height * width * 3 }

    private var track: [UInt8] {
        let picture = Self.element(
            [0xE0],
            Self.number([0xB0], width) + Self.number([0xBA], height)
                + Self.element([0x2E, 0xB5, 0x24], Array("RGB".utf8) + [24]))
        return Self.element(
            [0xAE],
            Self.number([0xD7], 1) + Self.number([0x73, 0xC5], 1) + Self.number([0x83], 1)
                + Self.number([0x9C], 0) + Self.element([0x86], Array("V_UNCOMPRESSED".utf8))
                + Self.number([0x23, 0xE3, 0x83], frameDuration) + picture)
    }

    private static let unknownSize: [UInt8] = [1] + [UInt8](repeating: 0xFF, count: 7)

    private static func element(_ name: [UInt8], _ content: [UInt8]) -> [UInt8] {
        name + size(content.count) + content
    }

    private static func number(_ name: [UInt8], _ value: Int) -> [UInt8] {
        element(name, bytes(value, count: 8))
    }

    /// A size in eight bytes, of which the first holds the mark of that length.
    private static func size(_ count: Int) -> [UInt8] { [1] + bytes(count, count: 7) }

    private static func bytes(_ value: Int, count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }
}
