import GestaltLabels

/// Something that is wrong in the files of an import, or worth knowing about them.
public struct ImportProblem: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    public enum Severity: String, Sendable, Codable {
        /// Part of the input is unusable: no set is written unless ``ImportPlan/skipsBad``.
        case bad
        /// The import goes on: a repair, a choice that was made, files that were passed over.
        case note
    }

    public var severity: Severity
    /// The path of the file or folder.
    public var path: String
    /// The place in it, such as `frame 7` or `annotations[3]`; empty for the whole.
    public var place: String
    public var reason: String

    public init(_ severity: Severity, path: String, place: String = "", _ reason: String) {
        self.severity = severity
        self.path = path
        self.place = place
        self.reason = reason
    }

    public var description: String {
        place.isEmpty ? "\(path): \(reason)" : "\(path): \(place): \(reason)"
    }

    init(_ problem: LabelProblem) {
        self.init(
            problem.outcome == .omitted ? .bad : .note, path: problem.path, place: problem.place,
            problem.message)
    }

    /// The error of a file of `path`, whose message does not repeat the path.
    init(_ error: any Error, path: String, place: String = "") {
        if let error = error as? LabelError {
            self.init(.bad, path: error.path, place: error.place, error.message)
            return
        }
        let text = "\(error)"
        let prefix = path + ": "
        self.init(
            .bad, path: path, place: place,
            text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text)
    }
}
