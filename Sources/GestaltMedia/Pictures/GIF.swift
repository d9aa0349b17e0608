internal import CMedia
import GestaltChecks
import GestaltTensor

/// Reading and writing of animated GIF images.
public enum GIF {
    /// The palettes of the frames, of 256 colors.
    public enum Colors: Sendable, Equatable {
        /// One palette per frame: most accurate, but static areas may flicker by one level.
        case perFrame
        /// One palette for all frames: smaller, without flicker in static areas.
        case shared
    }

    /// Writes `frames`, `[T, H, W, 3]` or `[T, H, W, 1]`, as an animation that repeats
    /// indefinitely.
    ///
    /// - Parameters:
    ///   - secondsPerFrame: rounded to hundredths; browsers slow down anything below 0.02.
    ///   - dithered: masks color banding in smooth areas by a fine pattern.
    /// - Throws: ``MediaError`` when the file cannot be written; no partial file remains.
    public static func write(
        _ frames: Tensor<UInt8>, to path: String, secondsPerFrame: Double = 0.1,
        colors: Colors = .shared, dithered: Bool = false
    ) throws(MediaError) {
        let bytes = try encode(
            frames, secondsPerFrame: secondsPerFrame, colors: colors, dithered: dithered,
            name: path)
        try writeAtomically(bytes, to: path)
    }

    /// Returns the file contents of ``write(_:to:secondsPerFrame:colors:dithered:)``.
    public static func encode(
        _ frames: Tensor<UInt8>, secondsPerFrame: Double = 0.1, colors: Colors = .shared,
        dithered: Bool = false, name: String = "GIF data"
    ) throws(MediaError) -> [UInt8] {
        let shape = frames.shape
        require(
            shape.rank == 4 && shape[0] > 0 && (1...65535) ~= shape[1] && (1...65535) ~= shape[2]
                && (shape[3] == 1 || shape[3] == 3),
            "GIF.encode: expected frames [T, H, W, 1 or 3], at least one, found \(shape)")
        require(
            secondsPerFrame > 0 && secondsPerFrame <= 655,
            "GIF.encode: \(secondsPerFrame) seconds per frame")
        let stack = Pixels(
            height: shape[0] * shape[1], width: shape[2], channels: shape[3], bytes: frames.scalars
        ).converted(to: .rgb)
        var animation = GIFEncoding(
            pixels: stack.bytes, height: shape[1], width: shape[2],
            delay: UInt16(max(1, (secondsPerFrame * 100).rounded())), isDithered: dithered)
        return try encoded(format: "GIF", path: name) { output, message in
            animation.encode(colors, output, message)
        }
    }
}

/// An encoder of frames of RGB bytes.
private struct GIFEncoding {
    let pixels: [UInt8]
    let height: Int
    let width: Int
    let delay: UInt16
    let isDithered: Bool

    mutating func encode(
        _ colors: GIF.Colors, _ output: UnsafeMutablePointer<gm_bytes>,
        _ message: UnsafeMutablePointer<CChar>
    ) -> Int32 {
        var shared = colors == .shared ? Palette(pixels[...]) : nil
        var file: OpaquePointer?
        // The palette of the first frame also serves as the global one when every frame has its
        // own: some viewers require a global palette.
        let first = shared ?? Palette(pixels[..<frameByteCount])
        var code = gm_gif_begin(
            UInt16(width), UInt16(height), first.bytes, Int32(first.bits), 0, output, &file,
            message)
        guard code == GM_OK else { return code }
        for start in stride(from: 0, to: pixels.count, by: frameByteCount) where code == GM_OK {
            let frame = pixels[start..<(start + frameByteCount)]
            var palette = shared ?? Palette(frame)
            let indices = palette.indices(frame, width: width, dithered: isDithered)
            code = gm_gif_frame(
                file, indices, shared == nil ? palette.bytes : nil, Int32(palette.bits), delay,
                message)
            if shared != nil { shared = palette }  // keeps the colors already looked up
        }
        let end = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(GM_MESSAGE)) {
            // The message of an earlier failure must be preserved on closing.
            gm_gif_end(file, code == GM_OK ? message : $0.baseAddress)
        }
        return code == GM_OK ? end : code
    }

    private var frameByteCount: Int { height * width * 3 }
}
