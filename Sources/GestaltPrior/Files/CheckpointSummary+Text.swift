import GestaltFiles
import GestaltIO

extension CheckpointSummary: CustomStringConvertible {
    /// One line: kind, clip size, parameters, epoch and step.
    public var description: String {
        var parts = [title]
        if let height, let width {
            parts.append((frames.map { "\($0) frames of " } ?? "frames of ") + "\(height)×\(width)")
        } else if let frames {
            parts.append("\(frames) frames")
        }
        if parameterCount > 0 { parts.append("\(Self.rounded(parameterCount)) parameters") }
        if let epoch { parts.append("epoch \(epoch)") }
        if let step { parts.append("step \(step)") }
        return parts.joined(separator: ", ")
    }

    private var title: String {
        switch kind {
        case .videoGPTPrior: "VideoGPT prior with its tokenizer"
        case .videoGPTTokenizer: "VideoGPT tokenizer"
        case .gestalt("model"): "weights of a Gestalt model"
        case .gestalt(let kind): "Gestalt \(kind)"
        case .tensors: "\(members.count) tensors of an unknown model"
        case .optimizer: "the state of an optimizer, no model"
        case .nothing: "\(fileKind) without tensors"
        }
    }

    /// Returns a rounded count: 93.6 M, 12.3 k, 512.
    private static func rounded(_ count: Int) -> String {
        func tenths(_ unit: Int) -> String {
            let tenths = (Double(count) / Double(unit) * 10).rounded() / 10
            return "\(tenths)"
        }
        if count >= 1_000_000 { return tenths(1_000_000) + " M" }
        return count >= 1000 ? tenths(1000) + " k" : "\(count)"
    }

    /// Further remarks: prefixes, parts of the file, tensors that are not read, settings that the
    /// caller has to supply.
    public var notes: [String] {
        var notes: [String] = []
        if !removed.isEmpty {
            notes.append("removed from the names of tensors: " + removed.joined(separator: ", "))
        }
        let others = parts.filter { !$0.path.isEmpty }
        if others.count > 1 || others.contains(where: \.isOptimizer) {
            notes += others.map {
                "\($0.path): \($0.isOptimizer ? "optimizer state, " : "")\($0.names.count) tensors, "
                    + "\($0.elementCount) elements"
            }
        }
        let unread = members.filter { !$0.isReadable }
        notes += unread.prefix(8).map { "not read: \($0.name): \($0.problem ?? "")" }
        if unread.count > 8 { notes.append("not read: \(unread.count - 8) more") }
        if !missingSettings.isEmpty {
            notes.append("settings to state: " + missingSettings.joined(separator: "; "))
        }
        return notes
    }
}
