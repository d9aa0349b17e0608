import GestaltTensor

/// Reading and writing of images in a format determined by the bytes or the file name.
public enum Image {
    /// The readable formats.
    public enum Format: String, Sendable, CaseIterable {
        case png = "PNG"
        case jpeg = "JPEG"
        case gif = "GIF"
        case webp = "WebP"
        case tiff = "TIFF"
        case bmp = "BMP"

        /// The list of all formats, for messages.
        static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
    }

    /// The extensions of files readable by ``read(_:as:)``, in lower case without the dot.
    public static let pathExtensions = [
        "png", "jpg", "jpeg", "jpe", "jfif", "gif", "webp", "tif", "tiff", "bmp", "dib",
    ]

    /// Returns the format indicated by the first bytes, nil for unsupported formats.
    public static func format(of bytes: [UInt8]) -> Format? {
        if bytes.starts(with: PNG.signature) { return .png }
        if bytes.starts(with: JPEG.signature) { return .jpeg }
        if GIF.signatures.contains(where: { bytes.starts(with: $0) }) { return .gif }
        if WebP.matches(bytes) { return .webp }
        if TIFF.matches(bytes) { return .tiff }
        if BMP.matches(bytes) { return .bmp }
        return nil
    }

    /// Returns the image `[H, W, C]` in a file; its bytes determine the format, not its name.
    ///
    /// An orientation in its Exif data is applied. Transparency is dropped unless `layout`
    /// preserves it.
    ///
    /// - Throws: ``MediaError`` when it cannot be read, is corrupt or of another format.
    public static func read(
        _ path: String, as layout: PixelLayout = .rgb
    ) throws(MediaError) -> Tensor<UInt8> {
        try decode(contents(of: path), as: layout, name: path)
    }

    /// Reads like ``read(_:as:)``, and adds tolerated irregularities to `warnings`.
    public static func read(
        _ path: String, as layout: PixelLayout = .rgb, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Tensor<UInt8> {
        try decode(contents(of: path), as: layout, name: path, warnings: &warnings)
    }

    /// Returns the image in `bytes`; errors refer to it as `name`.
    public static func decode(
        _ bytes: [UInt8], as layout: PixelLayout = .rgb, name: String = "picture data"
    ) throws(MediaError) -> Tensor<UInt8> {
        var warnings: [MediaWarning] = []
        return try decode(bytes, as: layout, name: name, warnings: &warnings)
    }

    /// Decodes like ``decode(_:as:name:)``, and adds tolerated irregularities to `warnings`.
    public static func decode(
        _ bytes: [UInt8], as layout: PixelLayout = .rgb, name: String = "picture data",
        warnings: inout [MediaWarning]
    ) throws(MediaError) -> Tensor<UInt8> {
        let pixels =
            switch format(of: bytes) {
            case .png: try PNG.pixels(bytes, name: name, warnings: &warnings)
            case .jpeg: try JPEG.pixels(bytes, name: name, warnings: &warnings)
            case .gif: try GIF.pixels(bytes, name: name, warnings: &warnings)
            case .webp: try WebP.pixels(bytes, name: name, warnings: &warnings)
            case .tiff: try TIFF.pixels(bytes, name: name, warnings: &warnings)
            case .bmp: try BMP.pixels(bytes, name: name)
            case nil: throw foreign(bytes, name)
            }
        return pixels.converted(to: layout).tensor
    }

    /// Returns all frames of an animated GIF or WebP image, or all pages of a TIFF file of one
    /// size; a still image is one frame.
    ///
    /// Frames are composited onto the canvas as in a viewer, by their disposal and transparency.
    /// ``PixelLayout/asStored`` yields RGB.
    ///
    /// - Throws: ``MediaError`` as for ``read(_:as:)``, and for more than
    ///   ``Animation/maximumPixelCount`` pixels.
    public static func readFrames(
        _ path: String, as layout: PixelLayout = .rgb, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Animation {
        try decodeFrames(contents(of: path), as: layout, name: path, warnings: &warnings)
    }

    /// Returns the frames in `bytes`; errors refer to them as `name`.
    public static func decodeFrames(
        _ bytes: [UInt8], as layout: PixelLayout = .rgb, name: String = "picture data",
        warnings: inout [MediaWarning]
    ) throws(MediaError) -> Animation {
        switch format(of: bytes) {
        case .gif: return try GIF.frames(bytes, as: layout, name: name, warnings: &warnings)
        case .webp: return try WebP.frames(bytes, as: layout, name: name, warnings: &warnings)
        case .tiff: return try TIFF.frames(bytes, as: layout, name: name, warnings: &warnings)
        case .png, .jpeg, .bmp, nil:
            let layout = layout == .asStored ? .rgb : layout
            let picture = try decode(bytes, as: layout, name: name, warnings: &warnings)
            return Animation(
                frames: picture.reshaped([1, picture.shape[0], picture.shape[1], picture.shape[2]]),
                seconds: [0])
        }
    }

    /// Returns the label image in a file of any format with exact values; see ``LabelPicture``.
    ///
    /// - Parameter colors: the ids of colors, for images that are stored as colors.
    /// - Throws: ``MediaError`` when it cannot be read, is a JPEG image, or has colors without an
    ///   id.
    public static func readLabels(
        _ path: String, colors: LabelColors? = nil
    ) throws(MediaError) -> LabelPicture {
        var warnings: [MediaWarning] = []
        return try decodeLabels(
            contents(of: path), colors: colors, name: path, warnings: &warnings)
    }

    /// Reads like ``readLabels(_:colors:)``, and adds tolerated irregularities to `warnings`.
    public static func readLabels(
        _ path: String, colors: LabelColors? = nil, warnings: inout [MediaWarning]
    ) throws(MediaError) -> LabelPicture {
        try decodeLabels(contents(of: path), colors: colors, name: path, warnings: &warnings)
    }

    /// Returns the label image in `bytes`; errors refer to it as `name`.
    public static func decodeLabels(
        _ bytes: [UInt8], colors: LabelColors? = nil, name: String = "label picture",
        warnings: inout [MediaWarning]
    ) throws(MediaError) -> LabelPicture {
        let samples =
            switch format(of: bytes) {
            case .png: try PNG.samples(bytes, name: name, warnings: &warnings)
            case .gif: try GIF.samples(bytes, name: name, warnings: &warnings)
            case .webp: try WebP.samples(bytes, name: name, warnings: &warnings)
            case .tiff: try TIFF.samples(bytes, name: name, warnings: &warnings)
            case .bmp: try BMP.samples(bytes, name: name)
            case .jpeg:
                throw MediaError.unsupported(
                    path: name,
                    expected: "labels in a format that keeps numbers exactly, such as PNG",
                    found: "a JPEG picture, whose values change when it is stored")
            case nil: throw foreign(bytes, name)
            }
        return try LabelPicture(samples, colors: colors, path: name)
    }

    private static func foreign(_ bytes: [UInt8], _ name: String) -> MediaError {
        .unsupported(
            path: name, expected: "a picture (\(Format.list))", found: describe(bytes))
    }

    /// Writes an image `[H, W, C]` in the format of the name's extension, `.png`, `.jpg` or
    /// `.jpeg`.
    ///
    /// - Throws: ``MediaError`` for another extension, and when the file cannot be written.
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

    /// Returns a description of bytes of a wrong format, for error messages.
    static func describe(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "no bytes" }
        let known: [(start: [UInt8], name: String)] = [
            (PNG.signature, "PNG data"), (JPEG.signature, "JPEG data"),
            (Array("GIF8".utf8), "GIF data"), ([0x1F, 0x8B], "gzip data"),
            (Array("RIFF".utf8), "RIFF data"), (Array("PK".utf8), "a zip archive"),
            (Array("BM".utf8), "BMP data"), ([0x93, 0x4E, 0x55, 0x4D], "npy data"),
            ([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20], "JPEG 2000 data"),
            (Array("%PDF".utf8), "a PDF document"), (Array("<svg".utf8), "an SVG drawing"),
            ([0xFF, 0x0A], "JPEG XL data"), ([0x1A, 0x45, 0xDF, 0xA3], "a Matroska or WebM video"),
        ]
        if let match = known.first(where: { bytes.starts(with: $0.start) }) { return match.name }
        // The box of ISO media files: images of phones, and videos.
        if bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8) {
            let brand = String(decoding: bytes[8..<12], as: UTF8.self)
            return ["heic", "heix", "mif1", "avif"].contains(brand)
                ? "a HEIF or AVIF picture" : "an MP4 video"
        }
        let digits = bytes.prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "bytes " + digits.joined(separator: " ")
    }
}
