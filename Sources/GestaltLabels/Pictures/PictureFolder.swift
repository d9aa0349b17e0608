import GestaltIO
import GestaltMedia

/// The picture files of a folder, found by the names that label files state.
///
/// Programs that write label files change names: they cut folders, use backslashes, change the case
/// or the ending, add a prefix. A name is matched with the file that differs least from it; see
/// ``NameMatch/Difference`` for the order. Two files that differ equally are ambiguous.
public struct PictureFolder: Sendable {
    public let path: String
    /// Paths relative to the folder, ascending.
    public let files: [String]
    private let places: [String: [Int]]
    private let names: [PictureName]
    private let exact: [String: Int]

    /// The endings of readable pictures, in lower case.
    static let endings = Set(Image.pathExtensions)

    /// Lists the pictures of a folder and of the folders in it, by their endings.
    /// - Throws: ``FileFailure`` when the folder cannot be read.
    public init(_ path: String) throws(FileFailure) {
        let files = try FolderListing(path).files.filter { file in
            Self.endings.contains(PictureName(file).ending.lowercased())
        }
        self.init(path, files: files)
    }

    /// Creates the listing of known files.
    /// - Parameter files: paths relative to `path`, with forward slashes.
    public init(_ path: String, files: [String]) {
        self.path = path
        self.files = files.sorted()
        names = self.files.map { PictureName($0) }
        var places: [String: [Int]] = [:]
        for (index, name) in names.enumerated() {
            for key in name.keys { places[key, default: []].append(index) }
        }
        self.places = places
        exact = Dictionary(self.files.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// Returns the file that `name` refers to.
    /// - Parameter ignoringEnding: whether any ending is right: for names of label files.
    public func match(_ name: String, ignoringEnding: Bool = false) -> NameMatch {
        if exact[name] != nil {
            return NameMatch(name: name, outcome: .found(name, differences: []))
        }
        let stated = PictureName(name, hasEnding: !ignoringEnding)
        let candidates = Set(stated.keys.flatMap { places[$0] ?? [] })
        let isRewritten = name.contains("\\") || PictureName.isOnDrive(name)
        var best: [(file: Int, differences: [NameMatch.Difference])] = []
        var leastWeight = Int.max
        for file in candidates.sorted() {
            var differences = differences(stated, names[file], isRewritten: isRewritten)
            if ignoringEnding { differences.removeAll { $0 == .ending } }
            let weight = differences.reduce(0) { $0 + $1.weight }
            if weight < leastWeight { best = [] }
            if weight <= leastWeight { best.append((file, differences)) }
            leastWeight = min(leastWeight, weight)
        }
        if best.count > 1 { best = closestFolders(best, to: stated) }
        guard let first = best.first else {
            return NameMatch(name: name, outcome: stated.leadsOutside ? .outside : .missing)
        }
        guard best.count == 1 else {
            return NameMatch(name: name, outcome: .ambiguous(best.map { files[$0.file] }))
        }
        return NameMatch(
            name: name, outcome: .found(files[first.file], differences: first.differences))
    }

    /// Matches all names of a label file.
    public func matching(_ names: [String]) -> NameMatching {
        let matches = names.map { match($0) }
        let named = Set(matches.compactMap(\.file))
        return NameMatching(matches: matches, unnamed: files.filter { !named.contains($0) })
    }

    /// Reads the size and orientation of a picture from the head of its file.
    /// - Parameter file: a path relative to the folder.
    /// - Throws: ``MediaError`` when it is no picture.
    public func header(of file: String) throws(MediaError) -> PictureHeader {
        try PictureHeader(path: path + "/" + file)
    }

    private func differences(
        _ stated: PictureName, _ file: PictureName, isRewritten: Bool
    ) -> [NameMatch.Difference] {
        let pairs = [
            (stated.stem, file.stem), (stated.plainStem, file.stem), (stated.stem, file.plainStem),
            (stated.plainStem, file.plainStem),
        ]
        let index = pairs.firstIndex { PictureName.key($0.0) == PictureName.key($0.1) } ?? 0
        let (stem, fileStem) = pairs[index]
        let (ending, fileEnding) = (stated.ending.lowercased(), file.ending.lowercased())
        let (folder, fileFolder) = (stated.folder.lowercased(), file.folder.lowercased())
        // The keys are equal: what is left after removing zeros are upper and lower case.
        let changesCase =
            PictureName.withoutLeadingZeros(stem) != PictureName.withoutLeadingZeros(fileStem)
            || ending == fileEnding && stated.ending != file.ending
            || folder == fileFolder && stated.folder != file.folder
        var differences: [NameMatch.Difference] = isRewritten ? [.separators] : []
        if folder != fileFolder { differences.append(.folder) }
        if index > 0 { differences.append(.prefix) }
        if changesCase { differences.append(.letterCase) }
        if ending != fileEnding { differences.append(.ending) }
        if stem.lowercased() != fileStem.lowercased() { differences.append(.digits) }
        return differences
    }

    /// Keeps the files whose folders have the most last parts in common with the stated one.
    private func closestFolders(
        _ candidates: [(file: Int, differences: [NameMatch.Difference])], to stated: PictureName
    ) -> [(file: Int, differences: [NameMatch.Difference])] {
        let parts = stated.folder.split(separator: "/")
        let common = candidates.map { candidate in
            let folders = names[candidate.file].folder.split(separator: "/")
            return zip(parts.reversed(), folders.reversed()).prefix { $0 == $1 }.count
        }
        let most = common.max() ?? 0
        return zip(candidates, common).filter { $0.1 == most }.map(\.0)
    }
}
