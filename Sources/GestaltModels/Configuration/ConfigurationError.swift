/// What is wrong with a configuration: which key of which file, what was expected, what was found.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Problem: Equatable, Sendable {
        /// The bytes are not JSON, or not an object.
        case notJSON(reason: String)
        /// A part has its own rules and says which is broken.
        case refused(reason: String)
        /// Nothing reads this key.
        case unknownKey(known: [String])
        case missingKey
        /// The value has another type than the key wants.
        case wrongType(expected: String)
        /// The value is outside of what the key allows.
        case invalid(expected: String, found: String)
    }

    /// The file it was read from; nil for a configuration made in memory.
    public var path: String?
    /// The key, nested ones joined by dots; empty for the whole.
    public var key: String
    public var problem: Problem

    public init(path: String? = nil, key: String, _ problem: Problem) {
        self.path = path
        self.key = key
        self.problem = problem
    }

    /// What ``ModelConfiguration/validate()`` throws.
    public static func invalid(_ key: String, expected: String, found: Any) -> ConfigurationError {
        ConfigurationError(key: key, .invalid(expected: expected, found: "\(found)"))
    }

    /// The same error with the file it came from.
    public func at(_ path: String?) -> ConfigurationError {
        var result = self
        result.path = path
        return result
    }

    /// The same error for a configuration that stands under `outer` in a larger one.
    public func below(_ outer: String) -> ConfigurationError {
        var result = self
        result.key = key.isEmpty ? outer : "\(outer).\(key)"
        return result
    }

    public var description: String {
        let place = path.map { "\($0): " } ?? ""
        let name = key.isEmpty ? "the configuration" : "“\(key)”"
        return switch problem {
        case .refused(let reason): "\(place)\(reason)"
        case .notJSON(let reason): "\(place)\(name) is not a JSON object: \(reason)"
        case .unknownKey(let known):
            "\(place)\(name) is not a known key; known are \(known.joined(separator: ", "))"
        case .missingKey: "\(place)\(name) is missing"
        case .wrongType(let expected): "\(place)\(name) should be \(expected)"
        case .invalid(let expected, let found):
            "\(place)\(name) should be \(expected), found \(found)"
        }
    }
}
