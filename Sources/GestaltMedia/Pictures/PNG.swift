internal import CMedia
import GestaltChecks
import GestaltTensor

/// Reading and writing of Portable Network Graphics: images with 8 bits per channel, and label
/// images with up to 16.
///
/// An orientation in the chunk `eXIf` is applied. Gamma and color profiles do not change any value.
public enum PNG {
    /// The default compression level of zlib; 0 stores, 9 is smallest.
    public static let defaultCompression = 6

    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Returns the image `[H, W, C]` in a file, with 16 bits scaled to 8 and palettes replaced by
    /// their colors.
    ///
    /// - Throws: ``MediaError`` when the file cannot be read, is corrupt, or is larger than 2²⁶
    ///   pixels.
    public static func read(
        _ path: String, as layout: PixelLayout = .rgb
    ) throws(MediaError) -> Tensor<UInt8> {
        try decode(contents(of: path), as: layout, name: path)
    }

    /// Returns the image in `bytes`; errors refer to it as `name`.
    public static func decode(
        _ bytes: [UInt8], as layout: PixelLayout = .rgb, name: String = "PNG data"
    ) throws(MediaError) -> Tensor<UInt8> {
        var warnings: [MediaWarning] = []
        return try pixels(bytes, name: name, warnings: &warnings).converted(to: layout).tensor
    }

    /// Returns the ids of a label image, `[H, W, 1]`; see ``LabelPicture``.
    ///
    /// - Throws: ``MediaError`` as for ``read(_:as:)``, for images with RGB colors, and for ids
    ///   above 255, which ``LabelPicture`` supports.
    public static func readIndices(_ path: String) throws(MediaError) -> Tensor<UInt8> {
        try decodeIndices(contents(of: path), name: path)
    }

    /// Returns the ids of a label image in `bytes`; see ``readIndices(_:)``.
    public static func decodeIndices(
        _ bytes: [UInt8], name: String = "PNG data"
    ) throws(MediaError) -> Tensor<UInt8> {
        var warnings: [MediaWarning] = []
        let labels = try LabelPicture(
            samples(bytes, name: name, warnings: &warnings), colors: nil, path: name)
        return try labels.bytes().reshaped([labels.height, labels.width, 1])
    }

    /// Returns the upright image in the channels of the file.
    static func pixels(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Pixels {
        let (data, info) = try rows(bytes, asStored: false, name: name, warnings: &warnings)
        let notes = PictureNotes(bytes, format: .png)
        if notes.isAnimated {
            warnings.add("an animation; only its still picture is read", path: name)
        }
        let pixels = Pixels(
            height: Int(info.height), width: Int(info.width), channels: Int(info.channels),
            bytes: data)
        return pixels.turned(Exif.orientation(notes, name: name, warnings: &warnings))
    }

    /// Returns the samples in the file, upright.
    static func samples(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> StoredSamples {
        let (data, info) = try rows(bytes, asStored: true, name: name, warnings: &warnings)
        let colors = withUnsafeBytes(of: info.colors) {
            Array($0.prefix(3 * Int(info.color_count)))
        }
        let values: StoredSamples.Values =
            info.bits == 16
            ? .wide(
                data.withUnsafeBytes { $0.bindMemory(to: UInt16.self).map { Int32($0) } })
            : .bytes(data)
        return StoredSamples(
            height: Int(info.height), width: Int(info.width), channels: Int(info.channels),
            values: values, bits: Int(info.stored_bits), isPalette: info.is_palette != 0,
            palette: stride(from: 0, to: colors.count, by: 3).map {
                Color(colors[$0], colors[$0 + 1], colors[$0 + 2])
            }
        ).turned(
            Exif.orientation(
                PictureNotes(bytes, format: .png), name: name, warnings: &warnings))
    }

    private static func rows(
        _ bytes: [UInt8], asStored: Bool, name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> ([UInt8], gm_png_info) {
        guard bytes.starts(with: signature) else {
            throw .malformed(
                path: name, format: "PNG", expected: "the PNG signature",
                found: Image.describe(bytes))
        }
        var call = CodecCall(format: "PNG", path: name)
        return try bytes.withUnsafeBufferPointer { (buffer) throws(MediaError) in
            var decoder: OpaquePointer?
            var info = gm_png_info()
            try call.run(expecting: "a complete picture") { message in
                gm_png_open(
                    buffer.baseAddress, buffer.count, asStored ? 1 : 0, &decoder, &info, message)
            }
            defer { gm_png_close(decoder) }
            try Pixels.check(
                width: info.width, height: info.height, byteCount: buffer.count, format: "PNG",
                path: name)
            let count =
                Int(info.width) * Int(info.height) * Int(info.channels) * Int(info.bits) / 8
            var pixels = [UInt8](repeating: 0, count: count)
            try call.run(expecting: "a complete picture", warnings: &warnings) {
                gm_png_read(decoder, &pixels, $0, $1)
            }
            return (pixels, info)
        }
    }
}
