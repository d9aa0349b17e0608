/// Tensor names of models that were wrapped before saving.
extension TensorTable {
    /// The name components of wrappers: data parallelism, compilation, sharding, recomputation.
    private static let wrappers: Set<Substring> = [
        "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
    ]

    /// A table under other names, with the removed prefixes.
    public struct Unwrapped: Sendable {
        public let table: TensorTable
        /// `module.` at the start of all names, or a wrapper's `_orig_mod.` anywhere; empty for the
        /// unchanged table.
        public let removed: [String]
    }

    /// The table under every set of names that its model may have had before wrapping: unchanged,
    /// without one or more common leading components, without the names of wrappers.
    ///
    /// Only the model can decide which one is right: the set that matches all of its names.
    public var unwrapped: [Unwrapped] {
        let names = entries.map { $0.name.split(separator: ".", omittingEmptySubsequences: false) }
        var result = shortened(names, without: [])
        let found = Self.wrappers.filter { wrapper in
            names.contains { $0.dropLast().contains(wrapper) }
        }
        if !found.isEmpty {
            let plain = names.map { parts in
                parts.dropLast().filter { !Self.wrappers.contains($0) } + parts.suffix(1)
            }
            result += shortened(plain, without: found.sorted().map { $0 + "." })
        }
        return result
    }

    /// Returns the names, and those without the first, the first two, … common components.
    private func shortened(
        _ names: [[Substring]], without removed: [String]
    ) -> [Unwrapped] {
        var result: [Unwrapped] = []
        var count = 0
        while true {
            let shorter = names.map { $0.dropFirst(count).joined(separator: ".") }
            if Set(shorter).count == shorter.count {
                let front = (names.first ?? []).prefix(count).joined(separator: ".")
                result.append(
                    Unwrapped(
                        table: renamed(shorter),
                        removed: removed + (front.isEmpty ? [] : [front + "."])))
            }
            guard let first = names.first, first.count > count + 1,
                names.allSatisfy({ $0.count > count + 1 && $0[count] == first[count] })
            else { return result }
            count += 1
        }
    }

    /// Returns the same tensors under other names, in the same order.
    private func renamed(_ names: [String]) -> TensorTable {
        if names == entries.map(\.name) { return self }
        let old = Dictionary(
            zip(names, entries.map(\.name)), uniquingKeysWith: { first, _ in first })
        let (source, path) = (self, path)
        return TensorTable(
            path: path, entries: zip(names, entries).map { (name: $0, shape: $1.shape) }
        ) { (name) throws(FileError) in
            guard let name = old[name] else {
                throw .missing(path: path, tensor: name, available: names)
            }
            return try source.tensor(name)
        }
    }
}
