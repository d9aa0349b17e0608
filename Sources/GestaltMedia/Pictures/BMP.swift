/// A reader of Windows bitmaps: palettes of 1, 4 and 8 bits, plain or run-length coded, and 16, 24
/// and 32 bits, with any bit fields.
///
/// Debian has no well-maintained small C library for them. Source: Microsoft, *Bitmap Storage* and
/// *BITMAPV5HEADER*.
enum BMP {
    static func matches(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 26 && bytes.starts(with: "BM".utf8)
            && BMPHeader.sizes.contains(BMPHeader.number(bytes, 14, 4))
    }

    /// Returns the image; gray in one channel when all colors of its palette are gray.
    static func pixels(_ bytes: [UInt8], name: String) throws(MediaError) -> Pixels {
        let header = try BMPHeader(bytes, name: name)
        if header.bits > 8 { return try BMPColors(header).pixels(bytes) }
        let indices = try BMPIndices(header).read(bytes)
        let isGray = header.palette.allSatisfy { $0.red == $0.green && $0.red == $0.blue }
        let palette = header.palette.map { isGray ? [$0.red] : $0.bytes }
        let missing: [UInt8] = isGray ? [0] : [0, 0, 0]
        var pixels: [UInt8] = []
        pixels.reserveCapacity(indices.count * missing.count)
        for index in indices {
            pixels += Int(index) < palette.count ? palette[Int(index)] : missing
        }
        return Pixels(
            height: header.height, width: header.width, channels: missing.count, bytes: pixels)
    }

    /// Returns the palette indices, or the colors of images without a palette.
    static func samples(_ bytes: [UInt8], name: String) throws(MediaError) -> StoredSamples {
        let header = try BMPHeader(bytes, name: name)
        let isPalette = header.bits <= 8
        let channels: Int
        let values: [UInt8]
        if isPalette {
            (channels, values) = (1, try BMPIndices(header).read(bytes))
        } else {
            let pixels = try BMPColors(header).pixels(bytes)
            (channels, values) = (pixels.channels, pixels.bytes)
        }
        return StoredSamples(
            height: header.height, width: header.width, channels: channels,
            values: .bytes(values), bits: isPalette ? header.bits : 8, isPalette: isPalette,
            palette: header.palette)
    }
}

/// The headers before the pixels.
struct BMPHeader {
    /// The sizes of the second header: OS/2, Windows, with three or four bit fields, OS/2 2,
    /// Windows 4 and 5.
    static let sizes = [12, 40, 52, 56, 64, 108, 124]

    enum Compression: Int {
        case none = 0
        case runs8 = 1
        case runs4 = 2
        case fields = 3
        case fieldsWithAlpha = 6
    }

    let path: String
    let width: Int
    let height: Int
    let isTopDown: Bool
    /// The bits per pixel: 1, 4, 8, 16, 24 or 32.
    let bits: Int
    let compression: Compression
    let palette: [Color]
    /// The masks of red, green, blue and alpha in a pixel of 16 or 32 bits.
    let masks: [UInt32]
    let pixelStart: Int

    init(_ bytes: [UInt8], name: String) throws(MediaError) {
        guard BMP.matches(bytes), bytes.count >= 14 + Self.number(bytes, 14, 4) else {
            throw .malformed(
                path: name, format: "BMP", expected: "a bitmap's headers",
                found: Image.describe(bytes))
        }
        path = name
        let size = Self.number(bytes, 14, 4)
        let isOld = size == 12
        let (signedHeight, code): (Int, Int)
        (width, signedHeight, bits, code) = Self.fields(bytes, isOld: isOld)
        height = abs(signedHeight)
        isTopDown = signedHeight < 0
        guard let compression = Compression(rawValue: code),
            Self.fits(compression, bits: bits)
        else {
            throw .unsupported(
                path: name, expected: "a BMP picture of 1, 4, 8, 16, 24 or 32 bits",
                found: "\(bits) bits with compression \(code)")
        }
        self.compression = compression
        try Pixels.check(
            width: UInt32(clamping: width), height: UInt32(clamping: height),
            byteCount: bytes.count, format: "BMP", path: name)
        let (masks, end) = Self.masks(bytes, size: size, bits: bits, compression)
        self.masks = masks
        let stated = Self.number(bytes, 10, 4)
        guard bits <= 8 else {
            (palette, pixelStart) = ([], stated)
            return
        }
        palette = Self.palette(
            bytes, from: end, isOld: isOld, bits: bits,
            pixels: stated == end ? bytes.count : stated)
        // Some writers omit the palette from the offset of the pixels.
        pixelStart = stated == end ? end + palette.count * (isOld ? 3 : 4) : stated
    }

    func malformed(_ expected: String, _ found: String) -> MediaError {
        .malformed(path: path, format: "BMP", expected: expected, found: found)
    }

    /// Returns the little-endian number of `count` bytes at `place`; 0 past the end.
    static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
        guard place + count <= bytes.count else { return 0 }
        return bytes[place..<(place + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Returns the numbers of the second header. The height is negative for rows from the top.
    private static func fields(
        _ bytes: [UInt8], isOld: Bool
    ) -> (width: Int, height: Int, bits: Int, compression: Int) {
        func signed(_ place: Int) -> Int {
            Int(Int32(truncatingIfNeeded: number(bytes, place, 4)))
        }
        if isOld { return (number(bytes, 18, 2), number(bytes, 20, 2), number(bytes, 24, 2), 0) }
        return (signed(18), signed(22), number(bytes, 28, 2), number(bytes, 30, 4))
    }

    private static func fits(_ compression: Compression, bits: Int) -> Bool {
        switch compression {
        case .none: [1, 4, 8, 16, 24, 32].contains(bits)
        case .runs8: bits == 8
        case .runs4: bits == 4
        case .fields, .fieldsWithAlpha: bits == 16 || bits == 32
        }
    }

    /// Returns the bit fields, and the start of the palette.
    private static func masks(
        _ bytes: [UInt8], size: Int, bits: Int, _ compression: Compression
    ) -> ([UInt32], Int) {
        let end = 14 + size
        guard compression == .fields || compression == .fieldsWithAlpha else {
            return (
                bits == 16
                    ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF_0000, 0x00_FF00, 0x00_00FF, 0], end
            )
        }
        // After a header of 40 bytes or inside a larger one: the same offset.
        let count = size >= 56 || compression == .fieldsWithAlpha ? 4 : 3
        let masks = (0..<4).map { $0 < count ? UInt32(number(bytes, 54 + 4 * $0, 4)) : 0 }
        return (masks, size == 40 ? end + 4 * count : end)
    }

    private static func palette(
        _ bytes: [UInt8], from start: Int, isOld: Bool, bits: Int, pixels: Int
    ) -> [Color] {
        let size = isOld ? 3 : 4
        let stated = isOld ? 0 : number(bytes, 46, 4)
        let room = max(0, min(bytes.count, pixels) - start) / size
        let count = min(stated > 0 ? min(stated, 256) : 1 << bits, room)
        return (0..<count).map { index in
            let place = start + size * index
            return Color(bytes[place + 2], bytes[place + 1], bytes[place])
        }
    }
}
