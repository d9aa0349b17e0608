import Synchronization

/// Named entries of one sort, such as kinds of models, that any module can extend.
///
/// ```swift
/// let units = Registry<Double>("unit", ["inch": 0.0254])
/// try units.register(0.3048, as: "foot")
/// let foot = try units.entry(named: "foot")
/// ```
/// Thread-safe. Entries keep the order of their registration.
public final class Registry<Entry: Sendable>: Sendable {
    /// The noun for an entry in messages: `kind of model`.
    public let subject: String
    private let entries: Mutex<[(name: String, entry: Entry)]>

    /// - Precondition: no name appears twice.
    public init(_ subject: String, _ entries: KeyValuePairs<String, Entry> = [:]) {
        self.subject = subject
        self.entries = Mutex(entries.map { ($0.key, $0.value) })
    }

    /// Adds an entry.
    /// - Throws: ``RegistryError/duplicate(subject:name:)`` when the name is taken.
    public func register(_ entry: Entry, as name: String) throws(RegistryError) {
        let isTaken = entries.withLock { entries in
            if entries.contains(where: { $0.name == name }) { return true }
            entries.append((name, entry))
            return false
        }
        if isTaken { throw .duplicate(subject: subject, name: name) }
    }

    /// The entry of a name; `nil` when there is none.
    public subscript(name: String) -> Entry? {
        entries.withLock { entries in entries.first { $0.name == name }?.entry }
    }

    /// Returns the entry of a name.
    /// - Throws: ``RegistryError/unknown(subject:name:known:)``.
    public func entry(named name: String) throws(RegistryError) -> Entry {
        guard let entry = self[name] else {
            throw .unknown(subject: subject, name: name, known: names)
        }
        return entry
    }

    /// All names, in the order of their registration.
    public var names: [String] { entries.withLock { $0.map(\.name) } }

    /// All entries, in the order of their registration.
    public var all: [Entry] { entries.withLock { $0.map(\.entry) } }
}

/// A failed registration or lookup in a ``Registry``.
public enum RegistryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name is registered already.
    case duplicate(subject: String, name: String)
    /// No entry has the name.
    case unknown(subject: String, name: String, known: [String])

    public var description: String {
        switch self {
        case .duplicate(let subject, let name):
            "the \(subject) “\(name)” is registered already"
        case .unknown(let subject, let name, let known):
            "no \(subject) “\(name)”; known: \(known.joined(separator: ", "))"
        }
    }
}
