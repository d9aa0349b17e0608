import Foundation
import GestaltData
import GestaltFilm
import GestaltIO
import GestaltMedia

/// The films and folders of pictures at and below the inputs.
struct SourceListing {
    private(set) var sources: [any ImportSource] = []
    private(set) var problems: [ImportProblem] = []
    private let excluded: Set<String>
    private var skipped: [String: Int] = [:]
    /// Folders that were entered: a link to one above would lead round for ever.
    private var entered: Set<String> = []
    private var names: Set<String> = []

    /// Lists without reading frames.
    ///
    /// - Parameter excluded: files and folders that are passed over: label files, the set.
    init(_ inputs: [String], excluding excluded: [String]) {
        self.excluded = Set(excluded.map(realPath))
        let folders = inputs.filter(Folder.exists)
        let files = inputs.filter(Folder.isFile)
        // Files of one folder belong together, as in it.
        let parents = files.map(Self.parent).reduce(into: [String]()) { parents, parent in
            if !parents.contains(parent) { parents.append(parent) }
        }
        let hasOne = folders.count + parents.count == 1
        for folder in folders {
            enter(Self.trimmed(folder), hasOne ? "" : Self.lastPart(folder))
        }
        for parent in parents {
            let own = files.filter { Self.parent($0) == parent }.map(Self.lastPart)
            add(own, of: parent, prefix: hasOne ? "" : Self.lastPart(realPath(parent)))
        }
        for input in inputs where !folders.contains(input) && !files.contains(input) {
            problems.append(
                ImportProblem(.bad, path: input, "expected a file or folder, found nothing"))
        }
        if !skipped.isEmpty {
            let kinds = skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            problems.append(
                ImportProblem(
                    .note, path: inputs.joined(separator: ", "),
                    "passed over files that are neither films nor pictures: "
                        + kinds.joined(separator: ", ")))
        }
    }

    /// - Parameter prefix: the path of the folder from the input; empty for the input itself.
    private mutating func enter(_ folder: String, _ prefix: String) {
        let real = realPath(folder)
        guard !excluded.contains(real), entered.insert(real).inserted else { return }
        do {
            let (files, folders) = try Folder.contents(folder)
            let unreadable = try Folder.unreadableNames(folder)
            if unreadable > 0 {
                problems.append(
                    ImportProblem(
                        .bad, path: folder, "\(unreadable) names that are not UTF-8"))
            }
            add(files, of: folder, prefix: prefix)
            for child in folders {
                let path = folder + "/" + child
                if ImportedSet.isOne(path) {
                    problems.append(ImportProblem(.note, path: path, "a set; passed over"))
                } else if child.lowercased() == "masks" {
                    note(masks: path)
                } else {
                    enter(path, prefix.isEmpty ? child : prefix + "/" + child)
                }
            }
        } catch {
            problems.append(ImportProblem(error, path: folder))
        }
    }

    private mutating func note(masks path: String) {
        guard !excluded.contains(realPath(path)) else { return }
        problems.append(
            ImportProblem(
                .note, path: path, "a folder of masks is passed over (--labels \(path) reads it)"))
    }

    /// Adds the films among files, and the pictures as one source.
    private mutating func add(_ files: [String], of folder: String, prefix: String) {
        var pictures: [String] = []
        for file in files {
            let path = folder + "/" + file
            guard !excluded.contains(realPath(path)) else { continue }
            let name = prefix.isEmpty ? file : prefix + "/" + file
            switch InputKind(path) {
            case .picture: pictures.append(file)
            case .film: sources.append(FilmSource(name: unique(name), path: path))
            case .animation: sources.append(AnimationSource(name: unique(name), path: path))
            case .other(let kind): skipped[kind, default: 0] += 1
            }
        }
        guard !pictures.isEmpty else { return }
        let name = prefix.isEmpty ? Self.lastPart(realPath(folder)) : prefix
        sources.append(
            PictureSource(
                name: unique(name), path: folder, files: pictures.map { folder + "/" + $0 },
                pictureNames: pictures.map { prefix.isEmpty ? $0 : prefix + "/" + $0 }))
    }

    /// Returns the name, with a number where another source has it.
    private mutating func unique(_ name: String) -> String {
        var result = name
        var number = 2
        while !names.insert(result).inserted {
            result = "\(name) (\(number))"
            number += 1
        }
        return result
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }

    private static func lastPart(_ path: String) -> String { PathParts.name(path) }

    private static func parent(_ path: String) -> String {
        let parent = PathParts.parent(path)
        return parent.isEmpty ? "." : parent
    }
}

/// What an import makes of a file: its first bytes decide, and its ending where they say nothing.
private enum InputKind {
    case picture, film, animation
    case other(String)

    init(_ path: String) {
        let ending = PathParts.ending(path)
        let kind = try? FileKind(of: path)
        if kind == .picture(.gif) {
            self = .animation
        } else if kind?.isPicture ?? false {
            self = .picture
        } else if kind?.isFilm ?? false {
            self = .film
        } else if Image.pathExtensions.contains(ending) {
            // It is damaged, which its reader reports.
            self = .picture
        } else if Film.pathExtensions.contains(ending) {
            self = .film
        } else {
            self = .other(ending.isEmpty ? "without ending" : ending)
        }
    }
}

/// Returns the path with links resolved.
func realPath(_ path: String) -> String {
    URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path
}
