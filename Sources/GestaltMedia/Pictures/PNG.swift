internal import CMedia
import GestaltChecks
import GestaltTensor

/// Portable Network Graphics, read and written with 8 bits a channel.
public enum PNG {
    /// How hard zlib works: 0 stores, 9 is smallest.
    public static let defaultCompression = 6

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// A picture `[H, W, C]`, 16 bits scaled to 8, palettes turned into their colours.
    ///
    /// - Throws: ``MediaError`` when the file cannot be read, is broken, or is larger than 2²⁶
    ///   pixels.
    public static func read(
        _ path: String, as layout: PixelLayout = .rgb
    ) throws(MediaError) -> Tensor<UInt8> {
        try decode(contents(of: path), as: layout, name: path)
    }

    /// The picture in `bytes`; errors call it `name`.
    public static func decode(
        _ bytes: [UInt8], as layout: PixelLayout = .rgb, name: String = "PNG data"
    ) throws(MediaError) -> Tensor<UInt8> {
        try pixels(bytes, keepingIndices: false, name: name).converted(to: layout).tensor
    }

    /// The values as stored, `[H, W, 1]`: palette indices, or grey without stretching its few
    /// bits to 255. So label pictures keep their ids.
    ///
    /// - Throws: ``MediaError`` as ``read(_:as:)``, and when the picture has colours of its own.
    public static func readIndices(_ path: String) throws(MediaError) -> Tensor<UInt8> {
        try decodeIndices(contents(of: path), name: path)
    }

    /// ``readIndices(_:)`` from bytes.
    public static func decodeIndices(
        _ bytes: [UInt8], name: String = "PNG data"
    ) throws(MediaError) -> Tensor<UInt8> {
        let pixels = try pixels(bytes, keepingIndices: true, name: name)
        guard pixels.channels == 1 else {
            throw .unsupported(
                path: name, expected: "a grey or palette PNG of labels",
                found: "\(pixels.channels) channels")
        }
        return pixels.tensor
    }

    /// Writes `[H, W]` or `[H, W, 1]` as grey, `[H, W, 3]` as RGB, `[H, W, 4]` as RGBA.
    ///
    /// - Throws: ``MediaError`` when the file cannot be written; nothing half-written remains.
    public static func write(
        _ image: Tensor<UInt8>, to path: String, compression: Int = defaultCompression
    ) throws(MediaError) {
        try writeAtomically(encode(image, compression: compression, name: path), to: path)
    }

    /// The bytes that ``write(_:to:compression:)`` would write.
    public static func encode(
        _ image: Tensor<UInt8>, compression: Int = defaultCompression, name: String = "PNG data"
    ) throws(MediaError) -> [UInt8] {
        let pixels = Pixels(image, "PNG.encode")
        require(
            pixels.channels != 2 && pixels.width > 0 && pixels.height > 0,
            "PNG.encode: expected a picture with pixels of 1, 3 or 4 channels, found \(image.shape)"
        )
        require((0...9) ~= compression, "PNG.encode: compression \(compression) not in 0...9")
        return try encoded(format: "PNG", path: name) { output, message in
            gm_png_write(
                pixels.bytes, UInt32(pixels.width), UInt32(pixels.height), Int32(pixels.channels),
                Int32(compression), output, message)
        }
    }

    static func pixels(
        _ bytes: [UInt8], keepingIndices: Bool, name: String
    ) throws(MediaError) -> Pixels {
        guard bytes.starts(with: signature) else {
            throw .malformed(
                path: name, format: "PNG", expected: "the PNG signature",
                found: Image.describe(bytes))
        }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(MediaError) in
            try Self.pixels(buffer, keepingIndices: keepingIndices, name: name)
        }
    }

    private static func pixels(
        _ bytes: UnsafeBufferPointer<UInt8>, keepingIndices: Bool, name: String
    ) throws(MediaError) -> Pixels {
        var call = CodecCall(format: "PNG", path: name)
        var decoder: OpaquePointer?
        var (width, height, channels): (UInt32, UInt32, Int32) = (0, 0, 0)
        try call.run(expecting: "a complete picture") { message in
            gm_png_open(
                bytes.baseAddress, bytes.count, keepingIndices ? 1 : 0, &decoder, &width, &height,
                &channels, message)
        }
        defer { gm_png_close(decoder) }
        try Pixels.check(
            width: width, height: height, byteCount: bytes.count, format: "PNG", path: name)
        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * Int(channels))
        try call.run(expecting: "a complete picture") { gm_png_read(decoder, &pixels, $0) }
        return Pixels(
            height: Int(height), width: Int(width), channels: Int(channels), bytes: pixels)
    }
}
