import GestaltTensor

/// The frames of an animated image, composited as in a viewer.
public struct Animation: Sendable {
    /// `[T, H, W, C]`.
    public let frames: Tensor<UInt8>
    /// The display duration of each frame according to the file; 0 if unspecified.
    public let seconds: [Double]

    /// The maximum total number of pixels in all frames that a decoder accepts.
    public static let maximumPixelCount = 1 << 27
}

/// An accumulator of frames of one size.
struct FrameGathering {
    private let path: String
    private let format: String
    private let layout: PixelLayout
    private var first: Pixels?
    private var bytes: [UInt8] = []
    private var seconds: [Double] = []

    init(path: String, format: String, layout: PixelLayout) {
        self.path = path
        self.format = format
        // Frames of one animation have the same channels.
        self.layout = layout == .asStored ? .rgb : layout
    }

    /// - Throws: ``MediaError`` when the frames exceed the limit in total, or one has another size.
    mutating func append(_ frame: Pixels, seconds: Double) throws(MediaError) {
        let frame = frame.converted(to: layout)
        if let first, first.height != frame.height || first.width != frame.width {
            throw .unsupported(
                path: path,
                expected: "pages of one size, \(first.height) × \(first.width) like the first",
                found: "\(frame.height) × \(frame.width)")
        }
        let total = (self.seconds.count + 1) * frame.height * frame.width
        guard total <= Animation.maximumPixelCount else {
            throw .tooLarge(
                path: path, format: format,
                limit: "\(Animation.maximumPixelCount) pixels in all frames",
                found: "more than \(self.seconds.count) frames of \(frame.height) × \(frame.width)")
        }
        if first == nil { first = frame }
        bytes += frame.bytes
        self.seconds.append(seconds)
    }

    func animation() throws(MediaError) -> Animation {
        guard let first else {
            throw .malformed(path: path, format: format, expected: "frames", found: "none")
        }
        return Animation(
            frames: Tensor(
                shape: [seconds.count, first.height, first.width, first.channels], scalars: bytes),
            seconds: seconds)
    }
}
