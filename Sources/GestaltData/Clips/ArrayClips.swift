import GestaltTensor

/// Clips of one array `[T, H, W, 3]` or `[B, T, H, W, 3]`, without masks.
public struct ArrayClips: ClipSource {
    /// `[B, T, H, W, 3]`.
    private let video: Tensor<UInt8>
    private let name: String

    /// How far numbers may lie beyond −0.5…0.5: rounding, not another scale.
    static let slack: Float = 1e-3

    /// - Parameter name: where the array comes from; clips are named after it.
    /// - Throws: `ClipError.mismatchedShapes` for another shape or an empty array.
    public init(_ video: Tensor<UInt8>, name: String) throws(ClipError) {
        let shape = video.shape
        guard (4...5).contains(shape.rank), shape[-1] == 3, shape.elementCount > 0 else {
            throw .mismatchedShapes(
                path: name, expected: "an array of shape [B,] T, H, W, 3", found: "\(shape)")
        }
        self.video = shape.rank == 5 ? video : video.reshaped(shape.inserting(1, axis: 0))
        self.name = name
    }

    /// Numbers −0.5…0.5, rounded to bytes.
    ///
    /// - Throws: `ClipError.mismatchedShapes` for another shape, an empty array, or numbers beyond
    ///   −0.5…0.5, as of an array scaled to 0…1 or 0…255.
    public init(_ video: Tensor<Float>, name: String) throws(ClipError) {
        // Written so that NaN is an outlier too.
        let outlier = video.withScalars { $0.first { !(abs($0) <= 0.5 + Self.slack) } }
        if let outlier {
            throw .mismatchedShapes(
                path: name, expected: "numbers from −0.5 to 0.5", found: "\(outlier)")
        }
        try self.init(video.pixelBytes(), name: name)
    }

    public var count: Int { video.shape[0] }

    public var description: String { "\(count) clips of \(name)" }

    public func clip(at index: Int) -> Clip {
        let frames = video.sliced(index..<(index + 1), axis: 0)
        return Clip(
            name: "\(name)#\(index)", frames: frames.reshaped(video.shape.removing(axis: 0)))
    }
}
