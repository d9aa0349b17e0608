import Foundation
import GestaltFiles
import GestaltVQVAE
import GestaltVideo

/// VideoGPT's hyperparameters under their original names, as text: the arguments stored in a
/// checkpoint, and the caller's overrides.
///
/// `downsample` is written `4,2,2`; Booleans are `true` and `false`.
public struct VideoGPTSettings: Sendable, Equatable {
    /// The file, for messages.
    let path: String
    private var values: [String: String]
    /// Names set by the caller; the others come from the file.
    private(set) var given: Set<String> = []
    /// All settings, by name, for listings.
    var all: [(name: String, value: String)] {
        values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// The names that ``VideoModel`` reads.
    public static let names = [
        "downsample", "heads", "attn_type", "sequence_length", "resolution", "dropout",
        "attn_dropout",
    ]

    init(path: String, _ values: [String: String] = [:]) {
        self.path = path
        self.values = values
    }

    /// Reads the arguments of a checkpoint; entries that are not plain values are ignored.
    init(path: String, arguments: PickleValue?) {
        var values: [String: String] = [:]
        for entry in arguments?.entries ?? [] {
            guard let name = entry.key.string else { continue }
            values[name] = Self.text(entry.value)
        }
        self.init(path: path, values)
    }

    /// Reads arguments from a JSON object, as `gestalt convert` writes them.
    /// - Throws: ``VideoGPTError/setting(path:name:expected:found:)`` for anything but an object.
    init(path: String, json: String) throws(VideoGPTError) {
        let parsed = try? JSONSerialization.jsonObject(with: Data(json.utf8))
        guard let object = parsed as? [String: Any] else {
            throw .setting(
                path: path, name: "hyper_parameters", expected: "a JSON object",
                found: String(json.prefix(40)))
        }
        var values: [String: String] = [:]
        for (name, value) in object {
            switch value {
            case let text as String: values[name] = text
            case let list as [Int]: values[name] = list.map(String.init).joined(separator: ",")
            case let number as NSNumber: values[name] = "\(number)"
            default: continue
            }
        }
        self.init(path: path, values)
    }

    private static func text(_ value: PickleValue) -> String? {
        if let bool = value.bool { return bool ? "true" : "false" }
        if let integer = value.integer { return "\(integer)" }
        if let real = value.real { return "\(real)" }
        if let integers = value.integers {
            return integers.map(String.init).joined(separator: ",")
        }
        return value.string
    }

    /// Returns a copy with some settings replaced.
    /// - Throws: ``VideoGPTError/setting(path:name:expected:found:)`` for an unknown name.
    func setting(_ others: [String: String]) throws(VideoGPTError) -> VideoGPTSettings {
        var result = self
        for (name, value) in others.sorted(by: { $0.key < $1.key }) {
            guard Self.names.contains(name) else {
                throw .setting(
                    path: path, name: name,
                    expected: "one of the settings \(Self.names.joined(separator: ", "))",
                    found: "\(name)=\(value)")
            }
            result.values[name] = value
            result.given.insert(name)
        }
        return result
    }

    func text(_ name: String) -> String? { values[name] }

    /// Rejects caller settings that a tokenizer alone does not have.
    func checkTokenizer() throws(VideoGPTError) {
        guard let name = given.subtracting(["downsample"]).min() else { return }
        throw .setting(
            path: path, name: name, expected: "left out for a tokenizer, which has no prior",
            found: values[name] ?? "")
    }

    /// Returns a positive integer; nil when it is not set.
    func integer(_ name: String) throws(VideoGPTError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), (1...1 << 20).contains(number) else {
            throw .setting(path: path, name: name, expected: "a number from 1 to 2²⁰", found: text)
        }
        return number
    }

    /// Returns a fraction in 0 ..< 1; nil when it is not set.
    func share(_ name: String) throws(VideoGPTError) -> Float? {
        guard let text = values[name] else { return nil }
        guard let number = Float(text), (0..<1).contains(number) else {
            throw .setting(
                path: path, name: name, expected: "at least 0 and below 1", found: text)
        }
        return number
    }

    /// Returns three powers of two, or one for all three axes; nil when they are not set.
    func strides(_ name: String) throws(VideoGPTError) -> Extent3? {
        guard let text = values[name] else { return nil }
        let parts = text.split(separator: ",").map { Int($0.filter { !$0.isWhitespace }) }
        let numbers = parts.compactMap { $0 }
        guard parts.count == 3, numbers.count == 3,
            numbers.allSatisfy({ (1...64).contains($0) && $0.nonzeroBitCount == 1 })
        else {
            throw .setting(
                path: path, name: name, expected: "three powers of two like 4,2,2", found: text)
        }
        return .init(time: numbers[0], height: numbers[1], width: numbers[2])
    }
}
