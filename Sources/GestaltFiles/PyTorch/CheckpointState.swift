/// A part of a checkpoint: a model's state, an optimizer's, or another object with tensors.
public struct PyTorchPart: Sendable, Equatable {
    /// Keys and indices from the root, joined by dots; empty for the root itself.
    public let path: String
    public let isOptimizer: Bool
    /// Names of the tensors below ``path``, in the order of the file.
    public let names: [String]
    /// Elements of all tensors that can be read.
    public let elementCount: Int
}

/// The state dictionary of a checkpoint, and its other parts.
struct CheckpointState {
    /// Names and values of the state dictionary.
    private(set) var entries: [(name: String, value: PickleValue)] = []
    /// The parts, the state dictionary first; empty without tensors.
    private(set) var parts: [PyTorchPart] = []

    /// The keys under which training programs store the state dictionary, the most common first.
    private static let spellings = [
        "state_dict", "model_state_dict", "model", "model_state", "params",
    ]

    init(_ tree: CheckpointTree) {
        let models = tree.leaves.filter { !$0.isOptimizer }
        let chosen = Self.place(of: models, modules: tree.modules)
        let inside = models.filter { $0.path.starts(with: chosen) }
        // A single saved tensor has no name.
        entries = inside.map {
            let rest = $0.path.dropFirst(chosen.count)
            return (rest.isEmpty ? "tensor" : rest.joined(separator: "."), $0.value)
        }
        if !inside.isEmpty { parts = [Self.part(chosen, inside, isOptimizer: false)] }
        let others = tree.leaves.filter { $0.isOptimizer || !$0.path.starts(with: chosen) }
        parts += Self.grouped(others)
        if let heads = Self.heads(of: inside, below: chosen) { parts += heads }
    }

    /// Returns the path of the state dictionary: under one of the common keys, else down every
    /// dictionary that is the only one with tensors.
    private static func place(
        of leaves: [CheckpointTree.Leaf], modules: Set<[String]>
    ) -> [String] {
        var place: [String] = []
        var isFound = false
        while !modules.contains(place) {
            let below = leaves.filter { $0.path.starts(with: place) }
            let depth = place.count
            let direct = below.filter { $0.path.count == depth + 1 }
            let deeper = below.filter { $0.path.count > depth + 1 }
            var heads: [String] = []
            for leaf in deeper where !heads.contains(leaf.path[depth]) {
                heads.append(leaf.path[depth])
                if heads.count > 64 { return place }
            }
            if let usual = spellings.first(where: heads.contains),
                place.isEmpty || usual.hasSuffix("state_dict")
            {
                place.append(usual)
                isFound = true
                continue
            }
            if isFound { return place }
            // A model and its averages are not two models.
            let plain = heads.filter { !isAverage($0) }
            if !plain.isEmpty { heads = plain }
            // Single numbers next to the tensors of one model are notes: a step, a score.
            guard heads.count == 1, direct.allSatisfy({ isNote($0.value) }) else { return place }
            place.append(heads[0])
        }
        return place
    }

    private static func isNote(_ value: PickleValue) -> Bool {
        value.tensor.map { $0.elementCount <= 1 } ?? false
    }

    private static func isAverage(_ key: String) -> Bool {
        key.lowercased().split(whereSeparator: { !$0.isLetter }).contains("ema")
    }

    private static func part(
        _ place: [String], _ leaves: [CheckpointTree.Leaf], isOptimizer: Bool
    ) -> PyTorchPart {
        PyTorchPart(
            path: place.joined(separator: "."), isOptimizer: isOptimizer,
            names: leaves.map { $0.path.dropFirst(place.count).joined(separator: ".") },
            elementCount: leaves.reduce(0) { sum, leaf in
                sum.addingReportingOverflow(leaf.value.tensor?.elementCount ?? 0).partialValue
            })
    }

    /// Returns the remaining tensors, grouped by first key.
    private static func grouped(_ leaves: [CheckpointTree.Leaf]) -> [PyTorchPart] {
        var order: [String] = []
        var groups: [String: [CheckpointTree.Leaf]] = [:]
        for leaf in leaves {
            let key = leaf.path.first ?? ""
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(leaf)
        }
        return order.map { key in
            let leaves = groups[key] ?? []
            return part(
                leaves.allSatisfy(\.path.isEmpty) ? [] : [key], leaves,
                isOptimizer: leaves.allSatisfy(\.isOptimizer))
        }
    }

    /// Returns the models in a state dictionary of several; nil for one.
    private static func heads(
        of leaves: [CheckpointTree.Leaf], below place: [String]
    ) -> [PyTorchPart]? {
        let depth = place.count
        guard !leaves.isEmpty, leaves.allSatisfy({ $0.path.count > depth + 1 }) else { return nil }
        let groups = Dictionary(grouping: leaves) { $0.path[depth] }
        guard (2...8).contains(groups.count) else { return nil }
        return groups.keys.sorted().map { part(place + [$0], groups[$0] ?? [], isOptimizer: false) }
    }
}
