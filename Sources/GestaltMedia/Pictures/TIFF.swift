internal import CMedia
import GestaltTensor

/// A reader of TIFF images: gray, palette and color of 1 to 16 bits, in strips or tiles, with every
/// compression that libtiff supports.
///
/// Samples of floating point or of 32 bits have no known range; as labels they are read if they are
/// integers.
enum TIFF {
    static func matches(_ bytes: [UInt8]) -> Bool {
        // 42, and 43 for files beyond 4 GiB.
        [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]]
            .contains { bytes.starts(with: $0) }
    }

    /// Returns the first page, upright.
    static func pixels(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Pixels {
        try withPages(bytes, name: name) { (file) throws(MediaError) in
            let page = try file.page()
            if page.has_more != 0 {
                warnings.add("several pages; the first is read", path: name)
            }
            return try file.pixels(page, &warnings)
        }
    }

    static func frames(
        _ bytes: [UInt8], as layout: PixelLayout, name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Animation {
        var frames = FrameGathering(path: name, format: "TIFF", layout: layout)
        try withPages(bytes, name: name) { (file) throws(MediaError) in
            repeat {
                let pixels = try file.pixels(file.page(), &warnings)
                try frames.append(pixels, seconds: 0)
            } while try file.next()
        }
        return try frames.animation()
    }

    /// Returns the samples of the first page, upright.
    static func samples(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> StoredSamples {
        try withPages(bytes, name: name) { (file) throws(MediaError) in
            let page = try file.page()
            if page.has_more != 0 {
                warnings.add("several pages; the first is read", path: name)
            }
            return try file.samples(page, &warnings)
        }
    }

    static func withPages<Result>(
        _ bytes: [UInt8], name: String, _ body: (TIFFPages) throws(MediaError) -> Result
    ) throws(MediaError) -> Result {
        try bytes.withUnsafeBufferPointer { (data) throws(MediaError) in
            let file = try TIFFPages(data, name: name)
            defer { file.close() }
            return try body(file)
        }
    }
}

/// An open file, at one of its pages.
final class TIFFPages {
    private let name: String
    private var tiff: OpaquePointer?
    private var call: CodecCall

    init(_ data: UnsafeBufferPointer<UInt8>, name: String) throws(MediaError) {
        self.name = name
        call = CodecCall(format: "TIFF", path: name)
        try call.run(expecting: "a directory of tags") {
            gm_tiff_open(data.baseAddress, data.count, &tiff, $0)
        }
    }

    func close() { gm_tiff_close(tiff) }

    /// Advances to the next page; returns false at the end.
    func next() throws(MediaError) -> Bool {
        var isEnd = false
        try call.run(expecting: "a further page") {
            let code = gm_tiff_next(tiff, $0)
            isEnd = code == GM_END
            return isEnd ? Int32(GM_OK) : code
        }
        return !isEnd
    }

    /// Returns the properties of the page after a check of its size.
    func page() throws(MediaError) -> gm_tiff_info {
        var info = gm_tiff_info()
        try call.run(expecting: "a picture") { gm_tiff_describe(tiff, &info, $0) }
        // White pages of a fax require one bit per row.
        try Pixels.check(
            width: info.width, height: info.height, byteCount: 0, pixelsPerByte: nil,
            format: "TIFF", path: name)
        let bytes = sampleCount(info) * size(info)
        guard bytes <= 8 * Pixels.maximumCount else {
            throw .tooLarge(
                path: name, format: "TIFF", limit: "\(8 * Pixels.maximumCount) bytes of samples",
                found: "\(bytes)")
        }
        return info
    }

    /// Returns the bytes of an unpacked sample.
    private func size(_ info: gm_tiff_info) -> Int { info.bits > 8 ? Int(info.bits) / 8 : 1 }

    private func sampleCount(_ info: gm_tiff_info) -> Int {
        let pixels = Int(info.width) * Int(info.height)
        return pixels * Int(info.samples)
    }

    /// Returns the samples as stored in the file.
    func stored(_ info: gm_tiff_info) throws(MediaError) -> [UInt8] {
        var info = info
        var samples = [UInt8](repeating: 0, count: sampleCount(info) * size(info))
        try call.run(expecting: "a complete picture") {
            gm_tiff_read(tiff, &info, &samples, $0)
        }
        return samples
    }

    /// Returns RGBA by libtiff's conversion, for color spaces without plain samples.
    func colors(_ info: gm_tiff_info) throws(MediaError) -> Pixels {
        var info = info
        var rgba = [UInt8](repeating: 0, count: 4 * Int(info.width) * Int(info.height))
        try call.run(expecting: "a complete picture") {
            gm_tiff_read_colors(tiff, &info, &rgba, $0)
        }
        return Pixels(
            height: Int(info.height), width: Int(info.width), channels: 4, bytes: rgba)
    }

    func orientation(_ info: gm_tiff_info, _ warnings: inout [MediaWarning]) -> Orientation {
        if let orientation = Orientation(rawValue: Int(info.orientation)) { return orientation }
        warnings.add(
            "orientation \(info.orientation) is none of 1 to 8; the picture is taken as stored",
            path: name)
        return .upright
    }

    func unsupported(_ expected: String, _ found: String) -> MediaError {
        .unsupported(path: name, expected: expected, found: found)
    }
}
