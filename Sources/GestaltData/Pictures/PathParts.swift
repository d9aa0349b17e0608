/// The parts of paths. NSString's `deletingLastPathComponent` traps on Linux for a name of one letter.
package enum PathParts {
    /// The folder above, the empty name for a bare one.
    package static func parent(_ path: String) -> String {
        guard let slash = trimmed(path).lastIndex(of: "/") else { return "" }
        let above = path[..<slash]
        return above.isEmpty ? "/" : String(above)
    }

    /// The part after the last slash.
    package static func name(_ path: String) -> String {
        let path = trimmed(path)
        return path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) }
            ?? String(path)
    }

    /// The part after the last dot of the name, in lower case; empty without one or for `.hidden`.
    package static func ending(_ path: String) -> String {
        let name = name(path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// The name without its ending; of records all endings go.
    package static func stem(_ path: String) -> String {
        let name = name(path)
        let endings = RecordClips.pathEndings.filter { name.hasSuffix($0) }
        let length =
            endings.map(\.count).max() ?? (ending(path).isEmpty ? 0 : ending(path).count + 1)
        return length < name.count ? String(name.dropLast(length)) : name
    }

    private static func trimmed(_ path: String) -> Substring {
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path
    }
}
