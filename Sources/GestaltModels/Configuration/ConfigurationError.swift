/// An error in a configuration, with the file, the key, the expected and the found value.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Problem: Equatable, Sendable {
        /// The bytes are not JSON, or not an object.
        case notJSON(reason: String)
        /// A violated rule of a part that validates itself.
        case refused(reason: String)
        /// An unknown key.
        case unknownKey(known: [String])
        case missingKey
        /// A value of the wrong type.
        case wrongType(expected: String)
        /// A value out of range.
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

    /// Returns an error for ``ModelConfiguration/validate()`` to throw.
    public static func invalid(_ key: String, expected: String, found: Any) -> ConfigurationError {
        ConfigurationError(key: key, .invalid(expected: expected, found: "\(found)"))
    }

    /// Returns the same error with the path of its file.
    public func at(_ path: String?) -> ConfigurationError {
        var result = self
        result.path = path
        return result
    }

    /// Returns the same error for a configuration nested under `outer` in a larger one.
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

/// Checks a rule of a configuration.
/// - Throws: ``ConfigurationError/invalid(_:expected:found:)`` unless it holds.
package func check(
    _ holds: Bool, _ key: String, _ expected: String, _ found: Any
) throws(ConfigurationError) {
    guard holds else { throw .invalid(key, expected: expected, found: found) }
}
