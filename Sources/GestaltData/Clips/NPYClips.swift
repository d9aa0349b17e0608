import GestaltFiles
import GestaltTensor

/// Clips in npy files: bytes, or numbers −0.5…0.5, `[B,] T, H, W, 3`.
///
/// Masks, where there are any, lie in a folder `masks` beside the file and under the same name:
/// whole numbers `[B,] T, H, W`, see ``LabelCoding``.
public struct NPYClips: ClipSource {
    private let clips: [Clip]
    private let origin: String
    private let options: ClipOptions
    /// What was decided for the whole set's masks.
    public let labelCoding: LabelCoding?

    /// Reads one file, or the files of a folder in natural order.
    ///
    /// - Throws: `ClipError` for other shapes, types or scales, `FileError` for files that are no
    ///   npy or damaged.
    public init(path: String, options: ClipOptions = ClipOptions()) throws {
        let files =
            Folder.isFile(path)
            ? [path]
            : try Folder.contents(path).files.filter(NPYClips.isArray).map { path + "/" + $0 }
        guard !files.isEmpty else {
            throw ClipError.notFound(
                path: path, expected: "files ending in .npy", found: try Folder.summary(path))
        }
        labelCoding =
            options.masks == .ignored
            ? nil : try options.coding ?? .decided(options.ignore, at: path)
        self.options = options
        var clips: [Clip] = []
        for file in files where clips.count < options.limit ?? .max {
            clips += try NPYClips.read(file, options: options, labelCoding)
        }
        self.clips = Array(clips.prefix(options.limit ?? .max))
        origin = path
    }

    public var count: Int { clips.count }

    public var labelMeaning: LabelMeaning { options.labelMeaning ?? .classes }

    public func clip(at index: Int) -> Clip { clips[index] }

    public var description: String { "\(count) clips of \(origin)" }

    static func isArray(_ name: String) -> Bool { name.hasSuffix(".npy") }

    private static func read(
        _ path: String, options: ClipOptions, _ coding: LabelCoding?
    ) throws -> [Clip] {
        let array = try array(path)
        var clips = (0..<array.count).map(array.clip(at:))
        guard options.masks != .ignored, let coding else { return clips }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast() + [Substring(FrameFolderClips.masksFolder)]
        let masksPath = (folder + parts.suffix(1)).joined(separator: "/")
        guard Folder.isFile(masksPath) else { return clips }
        let masks = try coding.ids(
            MaskFiles.values(masksPath), path: masksPath, classes: options.fileClasses)
        let one = clips[0].frames.shape.removing(axis: -1)
        let batch = one.inserting(clips.count, axis: 0)
        guard masks.shape == batch || (clips.count == 1 && masks.shape == one) else {
            throw ClipError.mismatchedShapes(
                path: masksPath, expected: "masks of shape \(batch)", found: "\(masks.shape)")
        }
        for index in clips.indices {
            let part = masks.reshaped(batch).sliced(index..<(index + 1), axis: 0)
            clips[index] = Clip(
                name: clips[index].name, frames: clips[index].frames, masks: part.reshaped(one))
        }
        return clips
    }

    private static func array(_ path: String) throws -> ArrayClips {
        let type = try NPY.info(path).type
        switch type.elementType {
        case .uint8: return try ArrayClips(NPY.read(path, as: UInt8.self), name: path)
        case .float32, .float64, .float16, .bfloat16:
            return try ArrayClips(NPY.read(path, as: Float.self), name: path)
        case .int32, .int64, .bool:
            throw ClipError.mismatchedShapes(
                path: path, expected: "uint8, or floats from −0.5 to 0.5", found: "\(type)")
        }
    }
}
