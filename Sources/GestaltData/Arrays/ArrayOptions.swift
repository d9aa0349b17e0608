/// The interpretation of arrays of clips where names, shapes and values do not decide; nil
/// leaves it to them.
public struct ArrayOptions: Sendable, Equatable, Codable {
    /// The array's name in an npz or safetensors file.
    public var key: String?
    public var layout: VideoLayout?
    public var range: PixelRange?

    public init(key: String? = nil, layout: VideoLayout? = nil, range: PixelRange? = nil) {
        self.key = key
        self.layout = layout
        self.range = range
    }

    /// Names that clips have in files of several arrays; the first that is there is taken.
    public static let usualNames = [
        "video", "videos", "frames", "clips", "clip", "images", "image",
    ]
    /// Names that masks have in the same file.
    public static let usualMaskNames = ["masks", "mask"]
}
