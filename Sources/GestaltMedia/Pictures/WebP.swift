internal import CMedia
import GestaltTensor

/// A reader of WebP images: lossy, lossless and animated.
enum WebP {
    static func matches(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: "RIFF".utf8) && bytes.count >= 12
            && bytes[8..<12].elementsEqual("WEBP".utf8)
    }

    /// Returns the image, or the first frame, upright.
    static func pixels(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Pixels {
        let info = try describe(bytes, name: name)
        let stored: Pixels
        if info.is_animated != 0 {
            var first: Pixels?
            let count = try forEachFrame(bytes, info, name: name, limit: 1) {
                (frame, _) throws(MediaError) in
                first = frame
            }
            guard let first else {
                throw .malformed(path: name, format: "WebP", expected: "frames", found: "none")
            }
            if count > 1 { warnings.add("an animation; its first frame is read", path: name) }
            stored = first
        } else {
            stored = try still(bytes, info, name: name)
        }
        return stored.turned(
            Exif.orientation(
                PictureNotes(bytes, format: .webp), name: name, warnings: &warnings))
    }

    static func frames(
        _ bytes: [UInt8], as layout: PixelLayout, name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> Animation {
        let info = try describe(bytes, name: name)
        let orientation = Exif.orientation(
            PictureNotes(bytes, format: .webp), name: name, warnings: &warnings)
        var frames = FrameGathering(path: name, format: "WebP", layout: layout)
        if info.is_animated == 0 {
            try frames.append(still(bytes, info, name: name).turned(orientation), seconds: 0)
        } else {
            try forEachFrame(bytes, info, name: name, limit: .max) {
                (frame, seconds) throws(MediaError) in
                try frames.append(frame.turned(orientation), seconds: seconds)
            }
        }
        return try frames.animation()
    }

    /// Returns RGB of a lossless image.
    static func samples(
        _ bytes: [UInt8], name: String, warnings: inout [MediaWarning]
    ) throws(MediaError) -> StoredSamples {
        let info = try describe(bytes, name: name)
        guard info.is_lossless != 0 && info.is_animated == 0 else {
            throw .unsupported(
                path: name, expected: "labels in a format that keeps numbers exactly, such as PNG",
                found: info.is_animated != 0
                    ? "a WebP animation" : "a lossy WebP picture, whose values change when stored")
        }
        let pixels = try pixels(bytes, name: name, warnings: &warnings)
        return StoredSamples(
            height: pixels.height, width: pixels.width, channels: pixels.channels,
            values: .bytes(pixels.bytes), bits: 8, isPalette: false, palette: [])
    }

    static func describe(
        _ bytes: [UInt8], name: String
    ) throws(MediaError) -> gm_webp_info {
        var info = gm_webp_info()
        var call = CodecCall(format: "WebP", path: name)
        try call.run(expecting: "the head of a picture") {
            gm_webp_describe(bytes, bytes.count, &info, $0)
        }
        // An image of one color occupies a few bytes at any size.
        try Pixels.check(
            width: info.width, height: info.height, byteCount: bytes.count, pixelsPerByte: nil,
            format: "WebP", path: name)
        return info
    }

    private static func still(
        _ bytes: [UInt8], _ info: gm_webp_info, name: String
    ) throws(MediaError) -> Pixels {
        var info = info
        let channels = info.has_alpha != 0 ? 4 : 3
        var pixels = [UInt8](
            repeating: 0, count: Int(info.width) * Int(info.height) * channels)
        var call = CodecCall(format: "WebP", path: name)
        try call.run(expecting: "a complete picture") {
            gm_webp_read(bytes, bytes.count, &info, Int32(channels), &pixels, $0)
        }
        return Pixels(
            height: Int(info.height), width: Int(info.width), channels: channels, bytes: pixels)
    }

    /// Calls `body` with up to `limit` composited frames; returns the number of frames.
    @discardableResult
    private static func forEachFrame(
        _ bytes: [UInt8], _ info: gm_webp_info, name: String, limit: Int,
        _ body: (Pixels, Double) throws(MediaError) -> Void
    ) throws(MediaError) -> Int {
        var call = CodecCall(format: "WebP", path: name)
        return try bytes.withUnsafeBufferPointer { (data) throws(MediaError) in
            var decoder: OpaquePointer?
            var count: UInt32 = 0
            try call.run(expecting: "an animation") {
                gm_webp_open(data.baseAddress, data.count, &decoder, &count, $0)
            }
            defer { gm_webp_close(decoder) }
            let size = 4 * Int(info.width) * Int(info.height)
            var begin: Int32 = 0
            for _ in 0..<min(limit, Int(count)) {
                var rgba: UnsafePointer<UInt8>?
                var end: Int32 = 0
                try call.run(expecting: "\(count) complete frames") {
                    gm_webp_next(decoder, &rgba, &end, $0)
                }
                guard let rgba else { break }
                let frame = Pixels(
                    height: Int(info.height), width: Int(info.width), channels: 4,
                    bytes: Array(UnsafeBufferPointer(start: rgba, count: size)))
                try body(frame, Double(end &- begin) / 1000)
                begin = end
            }
            return Int(count)
        }
    }
}
