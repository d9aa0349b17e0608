import GestaltFiles
import GestaltTensor

/// Clips behind one path as models take them: exact numbers where an array holds numbers, pixels of
/// pictures and records else.
///
/// An npy, npz or safetensors file holds `[B,] T, H, W, 3` as bytes or as numbers −0.5…0.5 (called
/// `video` where it holds several arrays); otherwise the path is what `DataSet.open` takes: a
/// TFRecord file, or a folder of records, arrays or frames.
public struct VideoInput: Sendable {
    /// `[B, T, H, W, 3]` in −0.5…0.5.
    public let video: Tensor<Float>
    public let path: String

    /// - Parameter limit: of clips; nil for all.
    /// - Throws: ``ClipError`` when there are no clips, or not all of one length, size or scale;
    ///   `FileError` and `MediaError` for files that are damaged.
    public init(
        path: String, options: ClipOptions = ClipOptions(masks: .ignored), limit: Int? = nil
    ) throws {
        self.path = path
        let all: Tensor<Float>
        if Folder.isFile(path), ArrayFile.holdsTensors(path) {
            all = try Self.array(path)
        } else {
            let set = try DataSet.open(path, options: options)
            let clips = limit.map { Array(set.clips.prefix($0)) } ?? set.clips
            guard let first = clips.first else {
                throw ClipError.notFound(path: path, expected: "clips", found: "none")
            }
            for clip in clips where clip.frameCount != first.frameCount {
                throw ClipError.mismatchedShapes(
                    path: "\(path), \(clip.name)",
                    expected: "\(first.frameCount) frames as in the first clip",
                    found: "\(clip.frameCount)")
            }
            all = stacked(clips.map(\.frames), axis: 0).centredPixels()
        }
        video = limit.map { all.sliced(0..<min($0, all.shape[0]), axis: 0) } ?? all
    }

    private static func array(_ path: String) throws -> Tensor<Float> {
        let type = try ArrayFile.type(path, name: "video").elementType
        let video: Tensor<Float>
        switch type {
        case .uint8:
            video = try ArrayFile.read(path, as: UInt8.self, name: "video").centredPixels()
        case .float32, .float64, .float16, .bfloat16:
            video = try ArrayFile.read(path, as: Float.self, name: "video")
        case .int32, .int64, .bool:
            throw ClipError.mismatchedShapes(
                path: path, expected: "uint8, or floats from −0.5 to 0.5", found: "\(type)")
        }
        let shape = video.shape
        guard (4...5).contains(shape.rank), shape[-1] == 3, shape.elementCount > 0 else {
            throw ClipError.mismatchedShapes(
                path: path, expected: "an array of shape [B,] T, H, W, 3", found: "\(shape)")
        }
        // Written so that NaN is an outlier, too.
        let outlier = video.withScalars { $0.first { !(abs($0) <= 0.5 + ArrayClips.slack) } }
        if let outlier {
            throw ClipError.mismatchedShapes(
                path: path, expected: "numbers from −0.5 to 0.5", found: "\(outlier)")
        }
        return shape.rank == 5 ? video : video.expanded(axis: 0)
    }

    /// The first `count` frames of every clip.
    /// - Throws: ``ClipError/tooShort(clip:expected:found:)``.
    public func first(_ count: Int) throws(ClipError) -> Tensor<Float> {
        guard video.shape[1] >= count else {
            throw .tooShort(clip: path, expected: count, found: video.shape[1])
        }
        return video.sliced(0..<count, axis: 1)
    }
}
