import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltTensor

/// Pictures behind one path, each under a name fit for a file: what a person points at to have it
/// segmented.
///
/// A picture file is one picture; a folder holds pictures, those of folders in it under
/// `FOLDER/NAME`; a TFRecord, npy, npz or safetensors file, or a folder of them, gives the frames of
/// its clips as `CLIP-FRAME`.
public struct NamedPictures: Sendable {
    public let names: [String]
    /// What a person should know: files that were left out.
    public let remarks: [String]
    private let source: Source

    private enum Source: Sendable {
        case files([String])
        case frames([Clip], [FrameIndex])
    }

    /// - Throws: ``ClipError`` when nothing there can be read as pictures, and what readers throw.
    public init(path: String, options: ClipOptions = ClipOptions(masks: .ignored)) throws {
        if Folder.isFile(path) {
            if try Self.isPicture(path) {
                self.init([(name: Folder.name(path), path: path)], remarks: [])
                return
            }
            try self.init(clipsAt: path, options)
            return
        }
        guard try SplitPlace.splits(at: path).isEmpty else {
            throw ClipError.notFound(
                path: path, expected: "pictures, or the folder of one split",
                found: try Folder.summary(path))
        }
        let tree = try FrameTree(path)
        if tree.pictures.isEmpty {
            try self.init(clipsAt: path, options)
        } else {
            self.init(tree.pictures, remarks: tree.skippedRemarks)
        }
    }

    private init(_ pictures: [(name: String, path: String)], remarks: [String]) {
        source = .files(pictures.map(\.path))
        names = Self.names(of: pictures.map(\.name))
        self.remarks = remarks
    }

    private init(clipsAt path: String, _ options: ClipOptions) throws {
        let set = try DataSet.open(path, options: options)
        let frames = LabelledFrames.every(1, of: set.lengths)
        source = .frames(set.clips, frames)
        names = frames.map { index in
            "\(String(format: index.clip, digits: 4))-\(String(format: index.frame, digits: 4))"
        }
        remarks = set.remarks
    }

    public var count: Int { names.count }

    /// Folders that the names lie in, each once; empty for names without one.
    public var folders: [String] {
        var seen: Set<String> = []
        return names.map { $0.split(separator: "/").dropLast().joined(separator: "/") }
            .filter { seen.insert($0).inserted }
    }

    /// Picture `index`, `[H, W, 3]`.
    /// - Throws: `MediaError` for a file that is damaged.
    public func picture(at index: Int) throws -> Tensor<UInt8> {
        switch source {
        case .files(let paths): try Image.read(paths[index])
        case .frames(let clips, let frames): clips[frames[index].clip].frames[frames[index].frame]
        }
    }

    /// By its name or by its content.
    private static func isPicture(_ path: String) throws -> Bool {
        if FrameTree.isPicture(path) { return true }
        return try FileKind(of: path).isPicture
    }

    /// The names without their endings, with them where two would be the same.
    private static func names(of files: [String]) -> [String] {
        let stems = files.map(Folder.stem)
        let repeated = Dictionary(grouping: stems) { $0 }.filter { $0.value.count > 1 }
        return zip(files, stems).map { repeated[$1] == nil ? $1 : $0 }
    }
}

extension String {
    /// A number with leading zeros.
    fileprivate init(format number: Int, digits: Int) {
        let text = String(number)
        self = String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
    }
}
