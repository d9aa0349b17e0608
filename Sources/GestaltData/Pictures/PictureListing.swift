import Foundation
import GestaltFiles
import GestaltMedia

/// The pictures behind paths: what a person points at to have it segmented.
///
/// A path is a picture file; a file of clips (TFRecord, GIF, npy, npz, safetensors, or of a
/// registered ``ClipFileKind`` such as films), whose frames are `FILE/FRAME` or `FILE/CLIP/FRAME`;
/// `sample` or `synthetic:CLIPS`; or a folder of all these, with folders inside, whose names stay:
/// `clip3/0007`. Of several folders each one's own name comes first. Names lose their endings,
/// unless two would be the same.
public struct PictureListing: Sendable {
    /// In the order of the paths, natural order in folders.
    public let groups: [PictureGroup]
    /// Files and folders that were passed over, and why.
    public let skipped: [Skipped]
    /// Paths that nothing can be read from, and why.
    public let failures: [Skipped]

    /// A path, and a reason.
    public struct Skipped: Sendable, Equatable, CustomStringConvertible {
        public let path: String
        public let reason: String
        public var description: String { "\(path): \(reason)" }
    }

    /// Lists, and opens no file but for its first bytes.
    ///
    /// - Parameter excluded: a folder that is passed over, where the results go.
    public init(_ paths: [String], excluding excluded: String? = nil) {
        var walk = PictureWalk(excluded: excluded.map(realPath))
        let folders = paths.filter(Folder.exists).count
        for path in paths {
            walk.add(
                path, named: paths.count > 1 && folders > 0 ? PathParts.name(realPath(path)) : "")
        }
        groups = walk.groups()
        skipped = walk.skipped
        failures = walk.failures
    }

    /// The number of pictures in files of pictures.
    public var fileCount: Int { groups.reduce(0) { $0 + ($1.count ?? 0) } }
}

/// The findings of a walk through paths.
private struct PictureWalk {
    let excluded: String?
    private var found: [Entry] = []
    private(set) var skipped: [PictureListing.Skipped] = []
    private(set) var failures: [PictureListing.Skipped] = []
    /// Folders that were entered: a link to one above would lead round for ever.
    private var entered: Set<String> = []

    private struct Entry {
        let path: String
        let group: String
        var name: String
        let isClips: Bool
    }

    init(excluded: String?) { self.excluded = excluded }

    mutating func add(_ path: String, named name: String) {
        if DataSet.isNamed(path) {
            let name = path.replacing(":", with: "-")
            return found.append(Entry(path: path, group: path, name: name, isClips: true))
        }
        if Folder.exists(path) {
            let before = (found.count, failures.count)
            enter(path, name)
            if before == (found.count, failures.count) {
                failures.append(.init(path: path, reason: "no pictures and no clips in it"))
            }
            return
        }
        guard Folder.isFile(path) else {
            return failures.append(.init(path: path, reason: "no such file or folder"))
        }
        switch PictureKind(path, isNamed: true) {
        case .picture:
            found.append(
                Entry(
                    path: path, group: PathParts.parent(path), name: PathParts.stem(path),
                    isClips: false))
        case .clips:
            found.append(Entry(path: path, group: path, name: PathParts.stem(path), isClips: true))
        case .other(let what):
            failures.append(.init(path: path, reason: "neither a picture nor clips: \(what)"))
        }
    }

    private mutating func enter(_ folder: String, _ prefix: String) {
        let real = realPath(folder)
        guard real != excluded, entered.insert(real).inserted else { return }
        let contents: (files: [String], folders: [String])
        do {
            contents = try Folder.contents(folder)
        } catch {
            return failures.append(.init(path: folder, reason: error.reason))
        }
        func name(_ part: String) -> String { prefix.isEmpty ? part : prefix + "/" + part }
        for file in contents.files {
            let path = folder + "/" + file
            switch PictureKind(path) {
            case .picture:
                found.append(
                    Entry(
                        path: path, group: folder, name: name(PathParts.stem(file)), isClips: false)
                )
            case .clips:
                found.append(
                    Entry(path: path, group: path, name: name(PathParts.stem(file)), isClips: true))
            case .other where ClipFileKind.hasEnding(path):
                failures.append(
                    .init(path: path, reason: "no clips in it, which its ending announces"))
            case .other(let what): skipped.append(.init(path: path, reason: what))
            }
        }
        for part in contents.folders {
            if part == MaskFiles.folder {
                skipped.append(
                    .init(path: folder + "/" + part, reason: "masks of what lies beside"))
            } else {
                enter(folder + "/" + part, name(part))
            }
        }
    }

    /// The entries under names of their own, pictures of one folder together.
    func groups() -> [PictureGroup] {
        let names = uniqueNames()
        var result: [PictureGroup] = []
        for (index, entry) in found.enumerated() {
            if entry.isClips {
                result.append(PictureGroup(path: entry.path, content: .clips(prefix: names[index])))
                continue
            }
            var pictures = [NamedPicture(name: names[index], file: entry.path)]
            if case .files(let before) = result.last?.content, result.last?.path == entry.group {
                pictures = before + pictures
                result.removeLast()
            }
            result.append(PictureGroup(path: entry.group, content: .files(pictures)))
        }
        return result
    }

    /// A name for every entry: without the ending where that is enough, with it where two would be
    /// the same, with a number where that is not enough either.
    private func uniqueNames() -> [String] {
        let folders = Set(found.map { PathParts.parent($0.name) })
        let counts = Dictionary(grouping: found) { $0.name }.mapValues(\.count)
        var used: Set<String> = []
        return found.map { entry in
            let isTaken =
                counts[entry.name] ?? 0 > 1 || entry.isClips && folders.contains(entry.name)
            let ending = PathParts.ending(entry.path)
            let base = isTaken && !ending.isEmpty ? entry.name + "." + ending : entry.name
            var name = base
            var number = 2
            while !used.insert(name).inserted {
                name = "\(base)-\(number)"
                number += 1
            }
            return name
        }
    }
}

/// The kind of a file in a search for pictures; its first bytes decide where they can.
private enum PictureKind {
    case picture, clips
    case other(String)

    /// - Parameter isNamed: whether a person named the file, not its folder.
    init(_ path: String, isNamed: Bool = false) {
        let ending = PathParts.ending(path)
        let kind = isNamed ? ClipFileKind.kind(of: path) : ClipFileKind.kind(inFolder: path)
        if RecordClips.isShard(path) || ArrayFile.isOne(path) || PictureGroup.isAnimation(path)
            || kind != nil
        {
            self = .clips
        } else if Image.pathExtensions.contains(ending) || Image.isPicture(path) {
            self = .picture
        } else {
            self = .other(ending.isEmpty ? "no picture" : "." + ending)
        }
    }
}

extension Image {
    /// Whether the file begins as a picture.
    fileprivate static func isPicture(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        guard let head = try? file.read(upToCount: 16) else { return false }
        return format(of: Array(head)) != nil
    }
}

private func realPath(_ path: String) -> String {
    URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path
}

extension ClipError {
    /// The reason, without the path.
    fileprivate var reason: String {
        switch self {
        case .notFound(_, let expected, let found): "expected \(expected), found \(found)"
        case .unreadable(_, let reason): reason
        default: "\(self)"
        }
    }
}
