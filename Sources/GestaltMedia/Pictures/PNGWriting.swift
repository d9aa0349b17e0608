internal import CMedia
import GestaltChecks
import GestaltTensor

extension PNG {
    /// Writes `[H, W]` or `[H, W, 1]` as gray, `[H, W, 3]` as RGB, `[H, W, 4]` as RGBA.
    ///
    /// - Throws: ``MediaError`` when the file cannot be written; no partial file remains.
    public static func write(
        _ image: Tensor<UInt8>, to path: String, compression: Int = defaultCompression
    ) throws(MediaError) {
        try writeAtomically(encode(image, compression: compression, name: path), to: path)
    }

    /// Returns the file contents of ``write(_:to:compression:)``.
    ///
    /// - Parameter isFlat: whether the picture has few values in large areas, like a mask: rows are
    ///   then stored by one method, without trying all five on each, in a fraction of the time.
    public static func encode(
        _ image: Tensor<UInt8>, compression: Int = defaultCompression, isFlat: Bool = false,
        name: String = "PNG data"
    ) throws(MediaError) -> [UInt8] {
        let pixels = Pixels(image, "PNG.encode")
        require(
            pixels.channels != 2 && pixels.width > 0 && pixels.height > 0,
            "PNG.encode: expected a picture with pixels of 1, 3 or 4 channels, found \(image.shape)"
        )
        return try encode(
            pixels, colors: [], compression: compression, isFlat: isFlat, name: name)
    }

    /// Writes label ids `[H, W]` or `[H, W, 1]` with a palette, so that viewers show every class in
    /// a distinct color and readers of labels obtain the ids.
    ///
    /// - Parameter palette: the color of id 0, 1, …, at most 256; by default the colors of Pascal
    ///   VOC and DAVIS. Ids without a color are shades of gray.
    /// - Throws: ``MediaError`` when the file cannot be written; no partial file remains.
    public static func writeIndices(
        _ labels: Tensor<UInt8>, palette: [Color] = LabelColors.vocPalette, to path: String,
        compression: Int = defaultCompression
    ) throws(MediaError) {
        let bytes = try encodeIndices(
            labels, palette: palette, compression: compression, name: path)
        try writeAtomically(bytes, to: path)
    }

    /// Returns the file contents of ``writeIndices(_:palette:to:compression:)``.
    public static func encodeIndices(
        _ labels: Tensor<UInt8>, palette: [Color] = LabelColors.vocPalette,
        compression: Int = defaultCompression, name: String = "PNG data"
    ) throws(MediaError) -> [UInt8] {
        let pixels = Pixels(labels, "PNG.encodeIndices")
        require(
            pixels.channels == 1 && pixels.width > 0 && pixels.height > 0,
            "PNG.encodeIndices: expected ids [H, W] or [H, W, 1] with pixels, found "
                + "\(labels.shape)")
        require(
            (1...256) ~= palette.count,
            "PNG.encodeIndices: a palette of \(palette.count) colors, expected 1 to 256")
        let rest = (palette.count..<256).map { Color(UInt8($0), UInt8($0), UInt8($0)) }
        // Only as many colors as the ids require: the file specifies their number.
        let highest = Int(pixels.bytes.max() ?? 0)
        let colors = (palette + rest).prefix(max(palette.count, highest + 1))
        return try encode(
            pixels, colors: colors.flatMap(\.bytes), compression: compression, isFlat: false,
            name: name)
    }

    private static func encode(
        _ pixels: Pixels, colors: [UInt8], compression: Int, isFlat: Bool, name: String
    ) throws(MediaError) -> [UInt8] {
        require((0...9) ~= compression, "PNG.encode: compression \(compression) not in 0...9")
        return try encoded(format: "PNG", path: name) { output, message in
            pixels.bytes.withUnsafeBufferPointer { data in
                colors.withUnsafeBufferPointer { colors in
                    var source = gm_png_source(
                        pixels: data.baseAddress, width: UInt32(pixels.width),
                        height: UInt32(pixels.height), channels: Int32(pixels.channels),
                        color_count: Int32(colors.count / 3), colors: colors.baseAddress)
                    return gm_png_write(
                        &source, Int32(compression), isFlat ? 1 : 0, output, message)
                }
            }
        }
    }
}
