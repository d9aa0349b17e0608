import GestaltIO

/// Where the parts of a YOLO data set lie.
struct YOLOLayout {
    /// The YAML file; nil for a text file alone.
    let yaml: String?
    /// The folder of the data set, or that of the text file.
    let root: String
    /// Text files relative to the root, ascending.
    let files: [String]

    /// - Throws: ``LabelError`` when there are no such files; `FileFailure` when something cannot
    ///   be read.
    init(_ path: String) throws {
        switch try PathStatus(path) {
        case .folder:
            root = path
            yaml = try Self.yaml(in: path)
            if yaml == nil, try !Self.hasLabels(path) {
                throw LabelError(
                    path: path, "the folder has no YAML file with names and no outlines of YOLO")
            }
            files = try Self.labels(in: path)
        case .file, .other:
            root = Self.folder(of: path)
            if Self.isYAML(path) {
                yaml = path
                files = try Self.labels(in: root)
            } else {
                yaml = nil
                files = [PictureName.lastPart(path)]
            }
        }
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private static func isYAML(_ path: String) -> Bool {
        let ending = PictureName(path).ending.lowercased()
        return ending == "yaml" || ending == "yml"
    }

    /// Returns the YAML file of a folder that has names of classes.
    private static func yaml(in folder: String) throws -> String? {
        try FolderListing(folder, isRecursive: false).files.lazy.filter(isYAML)
            .map { folder + "/" + $0 }.first { try hasNames($0) }
    }

    private static func hasNames(_ path: String) throws -> Bool {
        let bytes = try FileReader.bytes(path: path, limit: YOLONames.largestFile)
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .contains { $0.hasPrefix("names:") }
    }

    /// Returns the text files in the folder `labels`, otherwise in the folder itself.
    private static func labels(in root: String) throws -> [String] {
        let hasFolder = if case .folder? = try? PathStatus(root + "/labels") { true } else { false }
        let files = try FolderListing(hasFolder ? root + "/labels" : root).files
        let texts = files.filter { PictureName($0).ending.lowercased() == "txt" }
            .filter { !["classes", "train", "val", "test"].contains(PictureName($0).stem) }
        return texts.map { hasFolder ? "labels/" + $0 : $0 }
    }

    private static func hasLabels(_ root: String) throws -> Bool {
        try labels(in: root).lazy.prefix(8).contains { try isOutlines(root + "/" + $0) }
    }

    /// Whether a path holds YOLO labels, by content.
    static func isThere(_ path: String) throws -> Bool {
        switch try PathStatus(path) {
        case .folder: try yaml(in: path) != nil || hasLabels(path)
        case .file: try isYAML(path) ? hasNames(path) : isOutlines(path)
        case .other: false
        }
    }

    /// Whether a text file begins with a class and at least three points, or with a box.
    private static func isOutlines(_ path: String) throws -> Bool {
        let start = try MappedFile(path: path).withBytes { bytes in
            String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
        }
        let lines = start.split(whereSeparator: \.isNewline)
        guard let line = lines.first else { return false }
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count >= 5, words.count % 2 == 1, let number = Double(words[0]), number >= 0,
            number == number.rounded()
        else { return false }
        return words.dropFirst().allSatisfy { word in
            Double(word).map { (-0.5...1.5).contains($0) } ?? false
        }
    }
}
