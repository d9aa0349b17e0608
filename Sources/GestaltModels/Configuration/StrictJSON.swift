import Foundation
import GestaltFiles

/// JSON in which an unknown key is an error, so that no typing mistake silently leaves a default
/// in place.
public enum StrictJSON {
    /// Decodes a value and rejects keys that it does not have, at any depth.
    ///
    /// - Parameters:
    ///   - defaults: the values of top-level keys that `bytes` omits; nil requires all keys.
    ///   - path: the file the bytes come from, for error messages.
    /// - Throws: ``ConfigurationError``. `null` counts as an unknown key: omit the key.
    public static func decode<Value: Codable>(
        _ type: Value.Type = Value.self, from bytes: [UInt8], defaults: Value? = nil,
        path: String? = nil
    ) throws(ConfigurationError) -> Value {
        let given = try tree(of: bytes, path: path)
        var complete = given
        if case .object(var members) = given, let defaults,
            case .object(let usual) = try tree(of: encode(defaults), path: path)
        {
            members.merge(usual) { mine, _ in mine }
            complete = .object(members)
        }
        let value: Value
        do {
            value = try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(complete))
        } catch {
            let misfit = numberThatDoesNotFit(Value.self, complete)
            throw misfit?.at(path) ?? ConfigurationError(decoding: error, path: path)
        }
        // The keys that the value encodes are all it knows.
        let known = try tree(of: encode(value), path: path)
        if let stray = given.firstKey(missingFrom: known) {
            throw ConfigurationError(path: path, key: stray.key, .unknownKey(known: stray.known))
        }
        return value
    }

    /// Encodes as indented JSON with sorted keys and a final newline: equal values yield equal
    /// bytes.
    /// - Throws: ``ConfigurationError`` when the value holds a number that JSON cannot express.
    public static func encode(_ value: some Encodable) throws(ConfigurationError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return try Array(encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            throw ConfigurationError(encoding: error)
        }
    }

    /// Returns a value with some of its keys changed.
    ///
    /// - Parameter changes: new values by key, nested keys joined by dots: `optimization.steps`;
    ///   `null` takes a key away.
    /// - Throws: ``ConfigurationError`` for unknown keys and values that do not fit.
    public static func changed<Value: Codable>(
        _ value: Value, by changes: [String: JSONTree]
    ) throws(ConfigurationError) -> Value {
        try decode(Value.self, from: tree(of: value).changed(by: changes))
    }

    /// Returns a value as JSON.
    public static func tree(of value: some Encodable) throws(ConfigurationError) -> JSONTree {
        try tree(of: encode(value), path: nil)
    }

    /// Reads any JSON value.
    /// - Throws: ``ConfigurationError`` for bytes that are not JSON, or hold a key twice.
    public static func tree(reading bytes: [UInt8]) throws(ConfigurationError) -> JSONTree {
        try tree(of: bytes, path: nil)
    }

    /// Decodes a value and rejects keys that it does not have.
    /// - Throws: ``ConfigurationError``.
    public static func decode<Value: Codable>(
        _ type: Value.Type = Value.self, from tree: JSONTree
    ) throws(ConfigurationError) -> Value {
        try decode(from: encode(tree))
    }

    // For a number that does not fit its type (2.5 for an integer) Foundation only reports that the
    // JSON is invalid, not where. The culprit is the number whose change to 0 lets decoding proceed
    // to the next error.
    private static func numberThatDoesNotFit<Value: Codable>(
        _ type: Value.Type, _ tree: JSONTree
    ) -> ConfigurationError? {
        func isUnlocated(_ tree: JSONTree) -> Bool {
            do {
                _ = try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(tree))
            } catch DecodingError.dataCorrupted(let context) {
                return context.codingPath.isEmpty
            } catch {
                return false
            }
            return false
        }
        guard isUnlocated(tree) else { return nil }
        var changed = tree
        for place in tree.placesOfNumbers() {
            changed = changed.replacing(place[...], with: .integer(0))
            if !isUnlocated(changed) {
                return ConfigurationError(
                    key: place.joined(separator: "."),
                    .wrongType(expected: "a whole number in range"))
            }
        }
        return nil
    }

    static func tree(of bytes: [UInt8], path: String?) throws(ConfigurationError) -> JSONTree {
        // Foundation keeps one of two equal keys; this reader rejects them, with their position.
        do throws(JSONReader.Failure) {
            _ = try bytes.withUnsafeBufferPointer { (text) throws(JSONReader.Failure) in
                try JSONReader.value(in: UnsafeRawBufferPointer(text))
            }
        } catch {
            let reason = "expected \(error.expected) at byte \(error.place)"
            throw ConfigurationError(path: path, key: "", .notJSON(reason: reason))
        }
        do {
            return try JSONDecoder().decode(JSONTree.self, from: Data(bytes))
        } catch {
            let reason =
                if case DecodingError.dataCorrupted(let context) = error {
                    context.underlyingError.map { "\($0)" } ?? context.debugDescription
                } else {
                    "\(error)"
                }
            throw ConfigurationError(path: path, key: "", .notJSON(reason: reason))
        }
    }
}

extension ConfigurationError {
    fileprivate init(decoding error: any Error, path: String?) {
        self.init(path: path, key: "", .refused(reason: "\(error)"))
        guard let error = error as? DecodingError else { return }
        switch error {
        case .keyNotFound(let missing, let context):
            (key, problem) = (name(context.codingPath + [missing]), .missingKey)
        case .typeMismatch(let type, let context):
            (key, problem) = (name(context.codingPath), .wrongType(expected: "\(type)"))
        case .valueNotFound(let type, let context):
            (key, problem) = (name(context.codingPath), .wrongType(expected: "\(type)"))
        case .dataCorrupted(let context):
            (key, problem) = (
                name(context.codingPath), .wrongType(expected: context.debugDescription)
            )
        @unknown default: break
        }
    }

    fileprivate init(encoding error: any Error) {
        self.init(key: "", .invalid(expected: "finite numbers", found: "\(error)"))
        if case EncodingError.invalidValue(let value, let context) = error {
            key = name(context.codingPath)
            problem = .invalid(expected: "a finite number", found: "\(value)")
        }
    }
}

private func name(_ path: [any CodingKey]) -> String {
    path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
}
