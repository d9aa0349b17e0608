internal import CMedia
import GestaltTensor

extension GIF {
    static let signatures: [[UInt8]] = [Array("GIF87a".utf8), Array("GIF89a".utf8)]

    /// Returns all frames of an animation; see ``Image/readFrames(_:as:warnings:)``.
    public static func read(
        _ path: String, as layout: PixelLayout = .rgb
    ) throws(MediaError) -> Animation {
        var warnings: [MediaWarning] = []
        return try frames(contents(of: path), as: layout, name: path, warnings: &warnings)
    }

    /// Returns the first frame.
    static func pixels(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Pixels {
        let file = try GIFFile(bytes, name: name)
        guard let frame = try file.next(&warnings) else { throw file.empty }
        var canvas = try GIFCanvas(file, first: frame, warnings: &warnings)
        canvas.draw(frame)
        if try file.hasNext() {
            warnings.add("an animation; its first frame is read", path: name)
        }
        return canvas.pixels
    }

    static func frames(
        _ bytes: [UInt8], as layout: PixelLayout, name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Animation {
        let file = try GIFFile(bytes, name: name)
        var frames = FrameGathering(path: name, format: "GIF", layout: layout)
        guard let first = try file.next(&warnings) else { throw file.empty }
        var canvas = try GIFCanvas(file, first: first, warnings: &warnings)
        var frame: GIFFrame? = first
        while let current = frame {
            canvas.draw(current)
            try frames.append(canvas.pixels, seconds: Double(current.info.delay) / 100)
            canvas.dispose(of: current, background: file.background)
            frame = try file.next(&warnings)
        }
        return try frames.animation()
    }

    /// Returns the indices of the first frame.
    static func samples(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> StoredSamples {
        let file = try GIFFile(bytes, name: name)
        guard let frame = try file.next(&warnings) else { throw file.empty }
        let info = frame.info
        let coversAll =
            info.left == 0 && info.top == 0 && info.width >= file.width
            && info.height >= file.height
        guard coversAll else {
            throw .unsupported(
                path: name, expected: "a label picture whose first frame covers all of it",
                found: "a frame of \(info.width) × \(info.height) in \(file.width) × \(file.height)"
            )
        }
        if try file.hasNext() {
            warnings.add("an animation; its first frame is read", path: name)
        }
        return StoredSamples(
            height: Int(info.height), width: Int(info.width), channels: 1,
            values: .bytes(frame.indices), bits: 8, isPalette: true,
            palette: stride(from: 0, to: frame.colors.count, by: 3).map {
                Color(frame.colors[$0], frame.colors[$0 + 1], frame.colors[$0 + 2])
            })
    }
}

/// One image of a file, before compositing.
private struct GIFFrame {
    let info: gm_gif_frame_info
    let colors: [UInt8]
    let indices: [UInt8]

    func color(_ index: Int) -> (UInt8, UInt8, UInt8) {
        let place = 3 * index
        return place + 2 < colors.count
            ? (colors[place], colors[place + 1], colors[place + 2]) : (0, 0, 0)
    }
}

/// A file, read frame by frame.
private final class GIFFile {
    private(set) var width: UInt32 = 0
    private(set) var height: UInt32 = 0
    private(set) var background: Int32 = 0
    let name: String
    let byteCount: Int
    // Separate memory with a fixed address while giflib reads.
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private var reader: OpaquePointer?
    private var call: CodecCall

    init(_ bytes: [UInt8], name: String) throws(MediaError) {
        self.name = name
        byteCount = bytes.count
        call = CodecCall(format: "GIF", path: name)
        self.bytes = .allocate(capacity: bytes.count)
        _ = self.bytes.initialize(from: bytes)
        try call.run(expecting: "a screen descriptor") {
            gm_gif_open(
                self.bytes.baseAddress, bytes.count, &reader, &width, &height, &background, $0)
        }
    }

    deinit {
        gm_gif_close(reader)
        bytes.deallocate()
    }

    var empty: MediaError {
        .malformed(path: name, format: "GIF", expected: "a picture", found: "none")
    }

    /// Returns the header of the next frame; nil at the end.
    private func head(_ warnings: inout [MediaWarning]) throws(MediaError) -> gm_gif_frame_info? {
        var info = gm_gif_frame_info()
        var isEnd = false
        try call.run(expecting: "frames", warnings: &warnings) {
            let code = gm_gif_next(reader, &info, $0, $1)
            isEnd = code == GM_END
            return isEnd ? Int32(GM_OK) : code
        }
        return isEnd ? nil : info
    }

    /// Returns whether another frame follows; reading cannot continue afterwards.
    func hasNext() throws(MediaError) -> Bool {
        var ignored: [MediaWarning] = []
        do throws(MediaError) {
            return try head(&ignored) != nil
        } catch {
            return true  // something follows, if only a broken frame
        }
    }

    func next(_ warnings: inout [MediaWarning]) throws(MediaError) -> GIFFrame? {
        guard let info = try head(&warnings) else { return nil }
        try Pixels.check(
            width: info.width, height: info.height, byteCount: byteCount, format: "GIF", path: name)
        var indices = [UInt8](repeating: 0, count: Int(info.width) * Int(info.height))
        try call.run(expecting: "a complete frame") { gm_gif_pixels(reader, &indices, $0) }
        let colors = withUnsafeBytes(of: info.colors) {
            Array($0.prefix(3 * Int(info.color_count)))
        }
        return GIFFrame(info: info, colors: colors, indices: indices)
    }
}

/// The composited image so far, RGBA.
private struct GIFCanvas {
    private(set) var pixels: Pixels
    private var isFirst = true
    private var saved: [UInt8]?

    /// Creates a canvas that covers the screen and the first frame, since some writers leave the
    /// screen empty. As in Pillow it is initially filled with the transparent color, or the first
    /// one.
    init(
        _ file: GIFFile, first: GIFFrame, warnings: inout [MediaWarning]
    ) throws(MediaError) {
        let width = max(file.width, first.info.left + first.info.width)
        let height = max(file.height, first.info.top + first.info.height)
        if width != file.width || height != file.height {
            warnings.add("the first frame is larger than the screen, which grows", path: file.name)
        }
        try Pixels.check(
            width: width, height: height, byteCount: file.byteCount, format: "GIF", path: file.name)
        let transparent = Int(first.info.transparent)
        let (red, green, blue) = first.color(max(0, transparent))
        pixels = Pixels(
            height: Int(height), width: Int(width),
            fill: [red, green, blue, transparent < 0 ? 255 : 0])
    }

    mutating func draw(_ frame: GIFFrame) {
        saved = frame.info.disposal == 3 ? pixels.bytes : nil
        let (info, isFirst) = (frame.info, isFirst)
        forEachPixel(of: info) { place, source, canvas in
            let index = Int(frame.indices[source])
            let isTransparent = index == Int(info.transparent)
            if isTransparent && !isFirst { return }
            (canvas[place], canvas[place + 1], canvas[place + 2]) = frame.color(index)
            canvas[place + 3] = isTransparent ? 0 : 255
        }
        self.isFirst = false
    }

    /// Applies the disposal method of `frame` before the next one. The background is transparent if
    /// the frame has a transparent color, as in Pillow.
    mutating func dispose(of frame: GIFFrame, background: Int32) {
        if let saved {
            pixels.bytes = saved
            return
        }
        guard frame.info.disposal == 2 else { return }
        let transparent = Int(frame.info.transparent)
        let color = frame.color(transparent < 0 ? Int(background) : transparent)
        forEachPixel(of: frame.info) { place, _, canvas in
            (canvas[place], canvas[place + 1], canvas[place + 2]) = color
            canvas[place + 3] = transparent < 0 ? 255 : 0
        }
    }

    /// Calls `body` for the frame's pixels on the canvas, with the positions in the canvas and in
    /// the frame.
    private mutating func forEachPixel(
        of info: gm_gif_frame_info, _ body: (Int, Int, inout [UInt8]) -> Void
    ) {
        let (left, top) = (Int(info.left), Int(info.top))
        let columns = max(0, min(Int(info.width), pixels.width - left))
        for row in 0..<max(0, min(Int(info.height), pixels.height - top)) {
            for column in 0..<columns {
                body(
                    4 * ((top + row) * pixels.width + left + column),
                    row * Int(info.width) + column, &pixels.bytes)
            }
        }
    }
}
