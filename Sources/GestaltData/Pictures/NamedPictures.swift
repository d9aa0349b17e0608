import GestaltFiles
import GestaltMedia
import GestaltTensor

/// Pictures behind one path, each under a name fit for a file: what a person points at to have it
/// segmented.
///
/// A PNG or JPEG file is one picture; a folder holds pictures, in natural order; a TFRecord or npy
/// file, or a folder of them, gives the frames of its clips as `CLIP-FRAME`.
public struct NamedPictures: Sendable {
    public let names: [String]
    private let source: Source

    private enum Source: Sendable {
        case files([String])
        case frames([Clip], [FrameIndex])
    }

    /// - Throws: ``ClipError`` when nothing there can be read as pictures, and what readers throw.
    public init(path: String, options: ClipOptions = ClipOptions(masks: .ignored)) throws {
        let files = try Self.pictureFiles(path)
        if !files.isEmpty {
            source = .files(files)
            names = Self.names(of: files)
            return
        }
        let splits =
            Folder.isFile(path)
            ? []
            : try Folder.contents(path).folders
                .filter { Split.allCases.map(\.folder).contains($0) }
        guard splits.isEmpty else {
            throw ClipError.notFound(
                path: path, expected: "pictures, or the folder of one split",
                found: splits.joined(separator: ", "))
        }
        let clips = try DataSet.open(path, options: options).clips
        let frames = LabelledFrames.every(1, of: clips.map(\.frameCount))
        source = .frames(clips, frames)
        names = frames.map { index in
            "\(String(format: index.clip, digits: 4))-\(String(format: index.frame, digits: 4))"
        }
    }

    public var count: Int { names.count }

    /// Picture `index`, `[H, W, 3]`.
    /// - Throws: `MediaError` for a file that is damaged.
    public func picture(at index: Int) throws -> Tensor<UInt8> {
        switch source {
        case .files(let paths): try Image.read(paths[index])
        case .frames(let clips, let frames): clips[frames[index].clip].frames[frames[index].frame]
        }
    }

    /// The picture files at a path: itself, or those in the folder.
    private static func pictureFiles(_ path: String) throws -> [String] {
        func isPicture(_ name: String) -> Bool {
            Image.pathExtensions.contains { name.lowercased().hasSuffix("." + $0) }
        }
        if Folder.isFile(path) { return isPicture(path) ? [path] : [] }
        return try Folder.contents(path).files.filter(isPicture).map { path + "/" + $0 }
    }

    /// The files' names without their endings, with them where two would be the same.
    private static func names(of files: [String]) -> [String] {
        let stems = files.map(stem)
        let repeated = Dictionary(grouping: stems) { $0 }.filter { $0.value.count > 1 }
        return zip(files, stems).map { file, stem in
            repeated[stem] == nil ? stem : file.split(separator: "/").last.map(String.init) ?? stem
        }
    }

    private static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }
}

extension String {
    /// A number with leading zeros.
    fileprivate init(format number: Int, digits: Int) {
        let text = String(number)
        self = String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
    }
}
