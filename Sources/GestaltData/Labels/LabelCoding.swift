import GestaltTensor

/// The meaning of the values in a set's mask files, decided once for the whole set.
///
/// In memory masks hold 0 for background, 1…254 for ids and ``Clip/ignoredLabel`` for pixels that
/// count for nothing, whatever the files hold.
public struct LabelCoding: Sendable, Hashable {
    /// The value in files that counts for nothing.
    public let ignored: UInt8?
    /// Whether masks are black and white, values from 128 on being foreground; else values are ids.
    public let isBinary: Bool
    /// Files whose edges are soft: gray between black and white.
    public let softFiles: [String]

    /// - Parameters:
    ///   - ignored: the value in files that counts for nothing.
    ///   - isBinary: whether values from 128 on are foreground; else they are ids.
    public init(ignored: UInt8?, isBinary: Bool, softFiles: [String] = []) {
        self.ignored = ignored
        self.isBinary = isBinary
        self.softFiles = softFiles
    }

    /// Decides from the values of all masks of a set.
    ///
    /// One mask with ids decides, so no more are read then.
    init<Mask: Sendable>(
        _ rule: IgnoreRule, masks: [Mask], name: (Mask) -> String,
        values: @Sendable (Mask, _ ignored: UInt8?) throws -> MaskValues
    ) throws {
        let ignored: UInt8? = if case .label(let label) = rule { label } else { nil }
        guard ignored != 255 else {
            self.init(ignored: 255, isBinary: false)
            return
        }
        let ids = rule == .automatic ? 255 : ignored
        var soft: [String] = []
        var isWhite = false
        for start in stride(from: 0, to: masks.count, by: Self.chunk) {
            let part = masks[start..<min(start + Self.chunk, masks.count)]
            let found = try concurrentMap(count: part.count) {
                try values(part[start + $0], ignored)
            }
            for (mask, values) in zip(part, found) {
                if values.isSoft {
                    soft.append(name(mask))
                } else if values.hasIDs(ignoring: ignored) {
                    self.init(ignored: ids, isBinary: false, softFiles: soft)
                    return
                }
                isWhite = isWhite || values.occurs[255]
            }
        }
        let isBinary = isWhite || !soft.isEmpty
        self.init(ignored: isBinary ? ignored : ids, isBinary: isBinary, softFiles: soft)
    }

    /// Masks that are decoded side by side.
    private static let chunk = 32

    /// Ids as ``Clip`` keeps them, of values as a file stores them.
    ///
    /// - Parameters:
    ///   - path: where the mask comes from.
    ///   - classes: how many classes the ids may number, background included; nil for any.
    /// - Throws: ``ClipError/label(path:value:expected:)`` for an id that does not fit.
    public func ids(
        _ values: Tensor<UInt8>, path: String, classes: Int? = nil
    ) throws(ClipError) -> Tensor<UInt8> {
        var table = (0..<256).map { isBinary ? UInt8($0 >= 128 ? 1 : 0) : UInt8($0) }
        if let ignored { table[Int(ignored)] = Clip.ignoredLabel }
        var wrong: UInt8?
        let largest = isBinary ? 1 : UInt8(clamping: min(classes ?? 255, 255) - 1)
        let result = values.withScalars { source in
            Tensor<UInt8>(uninitialized: values.shape) { target in
                for index in source.indices {
                    let value = source[index]
                    target[index] = table[Int(value)]
                    if target[index] > largest, value != ignored { wrong = wrong ?? value }
                }
            }
        }
        guard let wrong else { return result }
        throw .label(path: path, value: Int(wrong), expected: expected(largest: Int(largest)))
    }

    private func expected(largest: Int) -> String {
        let others = ignored.map { ", or \($0) for pixels that are ignored" } ?? ""
        return "ids from 0 to \(largest)" + others
    }
}
