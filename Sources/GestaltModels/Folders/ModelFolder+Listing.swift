extension ModelFolder {
    /// Returns the configuration for a listing: keys joined by dots, in alphabetical order, with
    /// their values as text. Unlike ``configuration(_:)``, this reads models of every kind.
    /// - Throws: ``FileError``, ``ConfigurationError``, ``ModelFolderError``.
    public func settings() throws -> [(name: String, value: String)] {
        try StrictJSON.tree(of: parts().content, path: configurationPath).listed(below: "")
    }
}

extension JSONTree {
    fileprivate func listed(below name: String) -> [(name: String, value: String)] {
        switch self {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap {
                $0.value.listed(below: name.isEmpty ? $0.key : name + "." + $0.key)
            }
        case .array(let elements):
            [(name, elements.map(\.text).joined(separator: ","))]
        default: [(name, text)]
        }
    }

    private var text: String {
        switch self {
        case .object(let members): "\(members.count) keys"
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
        case .integer(let number): "\(number)"
        case .unsigned(let number): "\(number)"
        case .number(let number): "\(number)"
        case .string(let text): text
        case .bool(let value): "\(value)"
        case .null: "null"
        }
    }
}
