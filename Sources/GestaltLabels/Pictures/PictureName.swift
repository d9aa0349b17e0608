/// The parts of a picture's name, as far as programs that write label files change them.
struct PictureName {
    /// The path with forward slashes, without a drive and without `.` and empty parts.
    let path: String
    let folder: Substring
    /// The last part without the ending.
    let stem: Substring
    /// The ending without the dot; empty without one.
    let ending: Substring
    /// The stem without the eight hexadecimal digits and the dash that Label Studio adds to the
    /// names of uploaded files; equal to ``stem`` where it has none.
    let plainStem: Substring

    /// - Parameter hasEnding: whether what follows the last point is an ending.
    init(_ name: String, hasEnding: Bool = true) {
        let path = Self.normalized(name)
        let cut = path.lastIndex(of: "/")
        let file = cut.map { path[path.index(after: $0)...] } ?? path[...]
        self.path = path
        folder = cut.map { path[..<$0] } ?? ""
        // A leading dot belongs to the name.
        if hasEnding, let dot = file.lastIndex(of: "."), dot > file.startIndex {
            stem = file[..<dot]
            ending = file[file.index(after: dot)...]
        } else {
            stem = file
            ending = ""
        }
        let prefix = stem.utf8.prefix(9)
        let isPrefixed =
            stem.utf8.count > 9 && prefix.last == UInt8(ascii: "-")
            && prefix.dropLast().allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
        plainStem = isPrefixed ? stem[prefix.endIndex...] : stem
    }

    /// Returns a path with forward slashes, without a drive and without `.` and empty parts.
    static func normalized(_ name: String) -> String {
        var text = name.contains("\\") ? name.replacing("\\", with: "/") : name
        if isOnDrive(text) { text.removeFirst(2) }
        guard text.hasPrefix("/") || text.contains("//") || text.contains("./") else { return text }
        return text.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// The last part of a path.
    static func lastPart(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// Whether a path begins with the letter of a drive.
    static func isOnDrive(_ path: String) -> Bool {
        let start = Array(path.utf8.prefix(2))
        return start.count == 2 && start[1] == UInt8(ascii: ":")
            && Character(Unicode.Scalar(start[0])).isLetter
    }

    /// Whether the path leads out of the folder that it is relative to.
    var leadsOutside: Bool {
        var depth = 0
        for part in path.split(separator: "/") {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return true }
        }
        return false
    }

    /// The keys of the stem with and without its prefix.
    var keys: Set<String> { [Self.key(stem), Self.key(plainStem)] }

    /// Returns a stem in lower case and with numbers without leading zeros: equal for all stems
    /// that may mean one picture.
    static func key(_ stem: Substring) -> String { withoutLeadingZeros(stem).lowercased() }

    static func withoutLeadingZeros(_ text: some StringProtocol) -> String {
        var result: [UInt8] = []
        var isInNumber = false
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            let nextIsDigit =
                index + 1 < bytes.count
                && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index + 1])
            if isDigit && !isInNumber && byte == UInt8(ascii: "0") && nextIsDigit { continue }
            isInNumber = isDigit
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
