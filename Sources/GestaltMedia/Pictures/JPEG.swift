internal import CMedia
import GestaltChecks
import GestaltTensor

/// Reading and writing of JPEG images: baseline, progressive or arithmetic-coded, of 8 bits; gray,
/// color, CMYK, YCCK.
///
/// An orientation in a file's Exif data is applied. A file that ends before its last pixels is an
/// error, as in Pillow; one that lacks only its end marker is read.
public enum JPEG {
    static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

    /// Returns the image `[H, W, C]` in a file.
    ///
    /// - Throws: ``MediaError`` when the file cannot be read, is corrupt or truncated, or is larger
    ///   than 2²⁶ pixels.
    public static func read(
        _ path: String, as layout: PixelLayout = .rgb
    ) throws(MediaError) -> Tensor<UInt8> {
        try decode(contents(of: path), as: layout, name: path)
    }

    /// Returns the image in `bytes`; errors refer to it as `name`.
    public static func decode(
        _ bytes: [UInt8], as layout: PixelLayout = .rgb, name: String = "JPEG data"
    ) throws(MediaError) -> Tensor<UInt8> {
        var warnings: [MediaWarning] = []
        return try pixels(bytes, name: name, warnings: &warnings).converted(to: layout).tensor
    }

    /// Writes `[H, W]` or `[H, W, 1]` as gray, `[H, W, 3]` as color, with `quality` 1 to 100.
    ///
    /// - Throws: ``MediaError`` when the file cannot be written; no partial file remains.
    public static func write(
        _ image: Tensor<UInt8>, to path: String, quality: Int = 92
    ) throws(MediaError) {
        try writeAtomically(encode(image, quality: quality, name: path), to: path)
    }

    /// Returns the file contents of ``write(_:to:quality:)``.
    public static func encode(
        _ image: Tensor<UInt8>, quality: Int = 92, name: String = "JPEG data"
    ) throws(MediaError) -> [UInt8] {
        let pixels = Pixels(image, "JPEG.encode")
        require(
            pixels.channels % 2 == 1 && (1...65500) ~= pixels.width
                && (1...65500) ~= pixels.height,
            "JPEG.encode: expected 1 or 3 channels and sides of 1 to 65500, found \(image.shape)")
        require((1...100) ~= quality, "JPEG.encode: quality \(quality) not in 1...100")
        return try encoded(format: "JPEG", path: name) { output, message in
            gm_jpeg_write(
                pixels.bytes, UInt32(pixels.width), UInt32(pixels.height), Int32(pixels.channels),
                Int32(quality), output, message)
        }
    }

    /// Returns the upright image in gray or RGB.
    static func pixels(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Pixels {
        guard bytes.starts(with: signature) else {
            throw .malformed(
                path: name, format: "JPEG", expected: "the start of a JPEG picture",
                found: Image.describe(bytes))
        }
        let stored = try bytes.withUnsafeBufferPointer { (buffer) throws(MediaError) in
            try Self.pixels(buffer, name: name, warnings: &warnings)
        }
        return stored.turned(
            Exif.orientation(
                PictureNotes(bytes, format: .jpeg), name: name, warnings: &warnings))
    }

    private static func pixels(
        _ bytes: UnsafeBufferPointer<UInt8>, name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Pixels {
        var call = CodecCall(format: "JPEG", path: name)
        var decoder: OpaquePointer?
        var (width, height, channels): (UInt32, UInt32, Int32) = (0, 0, 0)
        try call.run(expecting: "a complete picture") { message in
            gm_jpeg_open(
                bytes.baseAddress, bytes.count, &decoder, &width, &height, &channels, message)
        }
        defer { gm_jpeg_close(decoder) }
        try Pixels.check(
            width: width, height: height, byteCount: bytes.count, format: "JPEG", path: name)
        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * Int(channels))
        try call.run(expecting: "a complete picture", warnings: &warnings) {
            gm_jpeg_read(decoder, &pixels, $0, $1)
        }
        return Pixels(
            height: Int(height), width: Int(width), channels: Int(channels), bytes: pixels)
    }
}
