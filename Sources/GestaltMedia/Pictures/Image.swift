import GestaltTensor

/// Pictures whose format the bytes or the file name tell.
public enum Image {
    /// Formats that can be read.
    public enum Format: String, Sendable, CaseIterable {
        case png = "PNG"
        case jpeg = "JPEG"
    }

    /// Endings of files that ``read(_:as:)`` reads, in lower case without the dot.
    public static let pathExtensions = ["png", "jpg", "jpeg"]

    /// The format that `bytes` begin as, nil when it is none of ours.
    public static func format(of bytes: [UInt8]) -> Format? {
        if bytes.starts(with: PNG.signature) { return .png }
        if bytes.starts(with: JPEG.signature) { return .jpeg }
        return nil
    }

    /// The picture `[H, W, C]` in a PNG or JPEG file; its bytes decide which, not its name.
    ///
    /// - Throws: ``MediaError`` when it cannot be read, is broken or of another format.
    public static func read(
        _ path: String, as layout: PixelLayout = .rgb
    ) throws(MediaError) -> Tensor<UInt8> {
        try decode(contents(of: path), as: layout, name: path)
    }

    /// The picture in `bytes`; errors call it `name`.
    public static func decode(
        _ bytes: [UInt8], as layout: PixelLayout = .rgb, name: String = "picture data"
    ) throws(MediaError) -> Tensor<UInt8> {
        switch format(of: bytes) {
        case .png: return try PNG.decode(bytes, as: layout, name: name)
        case .jpeg: return try JPEG.decode(bytes, as: layout, name: name)
        case nil:
            throw .unsupported(
                path: name, expected: "a PNG or JPEG picture", found: describe(bytes))
        }
    }

    /// Writes a picture `[H, W, C]` in the format of the name's ending, `.png`, `.jpg` or `.jpeg`.
    ///
    /// - Throws: ``MediaError`` for another ending, and when the file cannot be written.
    public static func write(_ image: Tensor<UInt8>, to path: String) throws(MediaError) {
        switch path.split(separator: ".").last?.lowercased() {
        case "png": try PNG.write(image, to: path)
        case "jpg", "jpeg": try JPEG.write(image, to: path)
        default:
            throw .unsupported(
                path: path, expected: "a name ending in .png, .jpg or .jpeg",
                found: "\(path.split(separator: "/").last ?? "")")
        }
    }

    /// What bytes of a wrong format look like, for error messages.
    static func describe(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "no bytes" }
        let known: [(start: [UInt8], name: String)] = [
            (PNG.signature, "PNG data"), (JPEG.signature, "JPEG data"),
            (Array("GIF8".utf8), "GIF data"), ([0x1F, 0x8B], "gzip data"),
            (Array("RIFF".utf8), "RIFF data (WebP, perhaps)"), (Array("PK".utf8), "a zip archive"),
            (Array("BM".utf8), "BMP data"), ([0x93, 0x4E, 0x55, 0x4D], "npy data"),
        ]
        if let match = known.first(where: { bytes.starts(with: $0.start) }) { return match.name }
        let digits = bytes.prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "bytes " + digits.joined(separator: " ")
    }
}
