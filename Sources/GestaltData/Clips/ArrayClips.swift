import GestaltTensor

/// Clips of one array, without masks: `[T, H, W, 3]` or `[B, T, H, W, 3]`, or another layout that
/// ``VideoLayout`` knows.
public struct ArrayClips: ClipSource {
    /// `[B, T, H, W, 3]`.
    private let video: Tensor<UInt8>
    private let name: String
    public let remarks: [String]

    /// Bytes, or numbers of the range in `options`.
    ///
    /// - Parameter name: where the array comes from; clips are named after it.
    /// - Throws: `ClipError` for another shape, an empty array, or one that does not decide what it
    ///   is.
    public init(
        _ video: Tensor<UInt8>, name: String, options: ArrayOptions = ArrayOptions()
    ) throws(ClipError) {
        self.init(try VideoArray(video, path: name, options: options), name: name)
    }

    /// Numbers of the range in `options`, or of the one that they fit; rounded to bytes.
    ///
    /// - Throws: `ClipError` for another shape, an empty array, numbers that are not finite, or
    ///   an array that does not decide what it is.
    public init(
        _ video: Tensor<Float>, name: String, options: ArrayOptions = ArrayOptions()
    ) throws(ClipError) {
        let array = try VideoArray(video, areIntegers: false, path: name, options: options)
        self.init(array, name: name)
    }

    init(_ array: VideoArray, name: String) {
        video = array.bytes
        self.name = String(name.split(separator: "/").last ?? "")
        remarks = array.remarks
    }

    public var isInMemory: Bool { true }

    public var count: Int { video.shape[0] }

    public var description: String { "\(count) clips of \(name)" }

    public func clip(at index: Int) -> Clip {
        let frames = video.sliced(index..<(index + 1), axis: 0)
        return Clip(
            name: "\(name)#\(index)", frames: frames.reshaped(video.shape.removing(axis: 0)))
    }
}
