import GestaltIO
import Yams

/// The YAML file of a YOLO data set: the names of classes by their numbers.
struct YOLONames {
    // Names of classes take a few kilobytes; YAML can grow in memory by aliases.
    static let largestFile = 1 << 20

    let names: [String]

    /// - Throws: ``LabelError`` when there is no complete list of names; `FileFailure` when the
    ///   file cannot be read.
    init(path: String) throws {
        let bytes = try FileReader.bytes(path: path, limit: Self.largestFile)
        let node: Node?
        do {
            node = try compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw LabelError(path: path, "the file is no YAML: \(error)")
        }
        guard let names = node?["names"] else {
            throw LabelError(path: path, place: "names", "there are no names of classes")
        }
        self.names = try Self.names(names, path: path)
        if let count = node?["nc"]?.int, count != self.names.count {
            throw LabelError(
                path: path, place: "nc", "nc is \(count), but there are \(self.names.count) names")
        }
    }

    private static func names(_ node: Node, path: String) throws(LabelError) -> [String] {
        if let list = node.sequence {
            return list.map { $0.scalar?.string ?? "" }
        }
        guard let mapping = node.mapping else {
            throw LabelError(
                path: path, place: "names", "names are neither a list nor numbers with names")
        }
        var names: [Int: String] = [:]
        for (key, value) in mapping {
            guard let number = key.int, let name = value.scalar?.string else {
                throw LabelError(
                    path: path, place: "names",
                    "“\(key.scalar?.string ?? "")” is no class number")
            }
            names[number] = name
        }
        return try (0..<names.count).map { number throws(LabelError) in
            guard let name = names[number] else {
                throw LabelError(
                    path: path, place: "names",
                    "class \(number) has no name, but there are \(names.count) names")
            }
            return name
        }
    }
}
