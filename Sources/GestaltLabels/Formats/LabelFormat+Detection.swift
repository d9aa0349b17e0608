import GestaltIO

extension LabelFormat {
    /// Returns the registered format that the content of a file or folder has.
    ///
    /// Only content decides, never an ending. Damaged files are recognized by what is whole, so
    /// that reading them explains the damage.
    ///
    /// - Throws: ``LabelDetectionError`` when no format, or more than one, recognizes it;
    ///   `FileFailure` when it cannot be read.
    public static func detect(_ path: String) throws -> (name: String, format: LabelFormat) {
        // What cannot be opened at all is no question of formats.
        let kind = try FileKind(of: path)
        var found: [(name: String, format: LabelFormat)] = []
        for name in registry.names {
            guard let format = registry[name] else { continue }
            if try format.recognizes(path) { found.append((name, format)) }
        }
        guard let first = found.first else {
            throw LabelDetectionError.unknown(
                path: path, found: "\(kind)", known: registry.all.map(\.title))
        }
        guard found.count == 1 else {
            throw LabelDetectionError.ambiguous(path: path, names: found.map(\.name))
        }
        return first
    }

    /// Reads the labels of a file or folder in the format that its content has.
    ///
    /// - Throws: as ``detect(_:)``, and ``LabelError`` when nothing of it can be used.
    public static func read(
        _ path: String, options: LabelReadingOptions = LabelReadingOptions()
    ) throws -> LabelReading {
        try detect(path).format.read(path, options)
    }
}

/// A file or folder whose format of labels is not clear.
public enum LabelDetectionError: Error, Hashable, CustomStringConvertible {
    /// No known format recognizes it.
    case unknown(path: String, found: String, known: [String])
    /// Several formats recognize it: one is to be named.
    case ambiguous(path: String, names: [String])

    public var description: String {
        switch self {
        case .unknown(let path, let found, let known):
            "\(path): expected labels in one of the formats \(known.joined(separator: ", ")), "
                + "found \(found)"
        case .ambiguous(let path, let names):
            "\(path): may be any of the formats \(names.joined(separator: ", ")); name one of them"
        }
    }
}
