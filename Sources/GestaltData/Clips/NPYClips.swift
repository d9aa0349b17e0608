import GestaltFiles
import GestaltTensor

/// Clips in npy, npz and safetensors files, in any layout and range that ``ArrayOptions`` decide.
///
/// Masks, where there are any, are an array `masks` of the same npz or safetensors file, or lie in a
/// folder `masks` beside the file and under the same name: whole numbers `[B,] T, H, W`, see
/// ``LabelCoding``.
public struct NPYClips: ClipSource {
    private let clips: [Clip]
    private let origin: String
    private let options: ClipOptions
    public let remarks: [String]
    /// The interpretation of masks that was decided for the whole set.
    public let labelCoding: LabelCoding?

    /// Reads one file, or the files of a folder in natural order.
    ///
    /// - Throws: `ClipError` for arrays that are no clips or do not decide what they are,
    ///   `FileError` for files that are damaged.
    public init(path: String, options: ClipOptions = ClipOptions()) throws {
        let files =
            Folder.isFile(path)
            ? [path]
            : try Folder.contents(path).files.filter(ArrayFile.isOne).map { path + "/" + $0 }
        guard !files.isEmpty else {
            throw ClipError.notFound(
                path: path, expected: "files ending in .npy, .npz or .safetensors",
                found: try Folder.summary(path))
        }
        labelCoding =
            options.masks == .ignored
            ? nil : try options.coding ?? .decided(options.ignore, at: path)
        self.options = options
        var clips: [Clip] = []
        var remarks: [String] = []
        for file in files where clips.count < options.limit ?? .max {
            let array = try ArrayClips(
                VideoArray(path: file, options: options.arrays), name: file)
            remarks += array.remarks
            clips += try NPYClips.labeled(
                (0..<array.count).map(array.clip(at:)), of: file, options, labelCoding)
        }
        self.clips = Array(clips.prefix(options.limit ?? .max))
        self.remarks = remarks
        origin = path
    }

    public var isInMemory: Bool { true }

    public var count: Int { clips.count }

    public var labelMeaning: LabelMeaning { options.labelMeaning ?? .classes }

    public func clip(at index: Int) -> Clip { clips[index] }

    public var description: String { "\(count) clips of \(origin)" }

    /// The clips of one file with its masks, where there are any.
    private static func labeled(
        _ clips: [Clip], of path: String, _ options: ClipOptions, _ coding: LabelCoding?
    ) throws -> [Clip] {
        guard options.masks != .ignored, let coding,
            let masksPath = try MaskFiles.found(at: path).first
        else { return clips }
        let masks = try coding.ids(
            MaskFiles.values(masksPath), path: masksPath, classes: options.fileClasses)
        let one = clips[0].frames.shape.removing(axis: -1)
        let batch = one.inserting(clips.count, axis: 0)
        guard masks.shape == batch || (clips.count == 1 && masks.shape == one) else {
            throw ClipError.mismatchedShapes(
                path: masksPath, expected: "masks of shape \(batch)", found: "\(masks.shape)")
        }
        return clips.indices.map { index in
            let part = masks.reshaped(batch).sliced(index..<(index + 1), axis: 0)
            return Clip(
                name: clips[index].name, frames: clips[index].frames, masks: part.reshaped(one))
        }
    }
}
