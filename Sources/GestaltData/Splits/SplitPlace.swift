import GestaltFiles

/// The location of the clips of a split.
///
/// Splits are folders `train`, `val` and `test`, under any of their usual names, or the files of
/// TensorFlow Datasets, whose names hold the split: `NAME-train.tfrecord-00000-of-00016`.
struct SplitPlace: Equatable {
    /// A folder or a file.
    var path: String
    /// The files of the split where they lie with others in the folder; nil for all.
    var files: [String]?
    /// Whether the place is this split alone; else it is all there is.
    var isSplit: Bool
    /// Other splits that are there.
    var others: [Split]

    /// - Throws: `ClipError.noSplit` when there are splits, but not this one.
    init(_ location: String, _ split: Split) throws(ClipError) {
        path = location
        files = nil
        isSplit = false
        others = []
        if Folder.isFile(location) { return }
        let location = try Self.recordFolder(location)
        path = location
        let (files, folders) = try Folder.contents(location)
        let named = Self.folders(folders)
        let shards = named.isEmpty ? Self.shards(files) : [:]
        let found = Split.allCases.filter { named[$0] != nil || shards[$0] != nil }
        guard !found.isEmpty else { return }
        guard found.contains(split) else {
            throw .noSplit(path: location, split: split, found: found)
        }
        isSplit = true
        others = found.filter { $0 != split }
        if let folder = named[split] { path = location + "/" + folder }
        self.files = shards[split]
    }

    /// The folder of records that lies alone in a location, as in `NAME/1.0.0/`; else the location.
    private static func recordFolder(_ location: String) throws(ClipError) -> String {
        var path = location
        for _ in 0..<4 {
            let (files, folders) = try Folder.contents(path)
            if files.contains(where: RecordClips.isShard) { return path }
            guard files.isEmpty, folders.count == 1 else { break }
            path += "/" + folders[0]
        }
        return location
    }

    /// Folders by their split.
    private static func folders(_ names: [String]) -> [Split: String] {
        var result: [Split: String] = [:]
        for split in Split.allCases {
            for alias in split.folderNames {
                if let name = names.first(where: { $0.lowercased() == alias }) {
                    result[split] = result[split] ?? name
                }
            }
        }
        return result
    }

    /// Record files by the split in their names; empty unless every record file has one.
    private static func shards(_ names: [String]) -> [Split: [String]] {
        let records = names.filter(RecordClips.isShard)
        var result: [Split: [String]] = [:]
        for name in records {
            guard let split = split(ofShard: name) else { return [:] }
            result[split, default: []].append(name)
        }
        return result
    }

    /// The split in `NAME-SPLIT.tfrecord…`.
    private static func split(ofShard name: String) -> Split? {
        let head = name.prefix { $0 != "." }
        guard let word = head.split(separator: "-").last, word.count < head.count else {
            return nil
        }
        return Split.allCases.first { $0.folderNames.contains(word.lowercased()) }
    }
}

extension Split {
    /// Names of folders that hold it, in lower case, the usual one first.
    var folderNames: [String] {
        switch self {
        case .train: ["train", "training"]
        case .validation: ["val", "validation", "valid", "dev"]
        case .test: ["test", "testing"]
        }
    }
}

extension SplitPlace {
    /// The splits at a location, none where it is a set without them.
    static func splits(at location: String) throws(ClipError) -> [Split] {
        do {
            let place = try SplitPlace(location, .train)
            return place.isSplit ? [.train] + place.others : []
        } catch {
            if case .noSplit(_, _, let found) = error { return found }
            throw error
        }
    }
}
