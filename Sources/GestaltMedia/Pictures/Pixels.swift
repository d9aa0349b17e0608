import GestaltChecks
import GestaltTensor

/// The requested channels of an image.
public enum PixelLayout: Sendable, Equatable {
    /// One channel; colors become Rec. 601 luma, `(299 R + 587 G + 114 B) / 1000`.
    case gray
    /// Three channels; transparency is dropped, not blended.
    case rgb
    /// Four channels; an image without transparency is opaque.
    case rgba
    /// One, three or four channels as in the file (gray with transparency yields four).
    case asStored
}

/// An image as plain bytes, row by row, channels last: the form used by codecs and drawing.
struct Pixels: Equatable {
    let height: Int
    let width: Int
    let channels: Int
    var bytes: [UInt8]

    init(height: Int, width: Int, channels: Int, bytes: [UInt8]) {
        require(
            bytes.count == height * width * channels,
            "Pixels: \(bytes.count) bytes, expected \(height) × \(width) × \(channels)")
        self.height = height
        self.width = width
        self.channels = channels
        self.bytes = bytes
    }

    init(height: Int, width: Int, fill: [UInt8]) {
        self.height = height
        self.width = width
        channels = fill.count
        bytes = []
        bytes.reserveCapacity(height * width * fill.count)
        for _ in 0..<(height * width) { bytes += fill }
    }

    /// `[H, W, C]`, or `[H, W]` for one channel.
    init(_ image: Tensor<UInt8>, _ operation: String) {
        let shape = image.shape
        require(
            (shape.rank == 2 || shape.rank == 3) && (shape.rank == 2 || (1...4) ~= shape[2]),
            "\(operation): expected a picture [H, W], [H, W, 1], [H, W, 3] or [H, W, 4], "
                + "found \(shape)")
        self.init(
            height: shape[0], width: shape[1], channels: shape.rank == 2 ? 1 : shape[2],
            bytes: image.scalars)
    }

    /// `[H, W, C]`.
    var tensor: Tensor<UInt8> { Tensor(shape: [height, width, channels], scalars: bytes) }

    /// Returns the same image in other channels.
    func converted(to layout: PixelLayout) -> Pixels {
        let target =
            switch layout {
            case .gray: 1
            case .rgb: 3
            case .rgba: 4
            case .asStored: channels == 2 ? 4 : channels
            }
        if target == channels { return self }
        var result = [UInt8](repeating: 255, count: height * width * target)
        for index in 0..<(height * width) {
            let source = index * channels
            let place = index * target
            if target == 1 {
                result[place] = luma(at: source)
                continue
            }
            for channel in 0..<3 {
                result[place + channel] = bytes[source + (channels < 3 ? 0 : channel)]
            }
            if target == 4 && channels % 2 == 0 {
                result[place + 3] = bytes[source + channels - 1]
            }
        }
        return Pixels(height: height, width: width, channels: target, bytes: result)
    }

    private func luma(at index: Int) -> UInt8 {
        if channels < 3 { return bytes[index] }
        let sum =
            299 * Int(bytes[index]) + 587 * Int(bytes[index + 1]) + 114 * Int(bytes[index + 2])
        return UInt8((sum + 500) / 1000)
    }

    /// The maximum number of pixels that a decoder accepts; more is refused before any allocation.
    static let maximumCount = 1 << 26

    /// Rejects sizes that are too large, or that no file of `byteCount` bytes can contain.
    ///
    /// Deflate shrinks to 1/1032 at best and PNG requires a bit per pixel; JPEG requires a bit for
    /// each block of at most 32 × 32 pixels. Both yield about 8200 pixels per byte; GIF and BMP
    /// fewer. Other formats store an image of one color in a few bytes: `pixelsPerByte` is nil.
    static func check(
        width: UInt32, height: UInt32, byteCount: Int, pixelsPerByte: UInt64? = 8256,
        format: String, path: String
    ) throws(MediaError) {
        let count = UInt64(width) * UInt64(height)
        guard count > 0 && count <= maximumCount else {
            throw .tooLarge(
                path: path, format: format, limit: "\(maximumCount) pixels, at least one",
                found: "\(width) × \(height)")
        }
        guard let pixelsPerByte else { return }
        guard count <= UInt64(byteCount) * pixelsPerByte else {
            throw .malformed(
                path: path, format: format, expected: "data for \(width) × \(height) pixels",
                found: "a file of \(byteCount) bytes")
        }
    }
}
