/// Names of models that something wrapped before they were saved.
extension TensorTable {
    /// What wrappers put anywhere into a name: data parallelism, compilation, sharding, recomputing.
    private static let wrappers: Set<Substring> = [
        "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
    ]

    /// A table under other names, and what was taken out of the old ones.
    public struct Unwrapped: Sendable {
        public let table: TensorTable
        /// `module.` in front of all names, or a wrapper's `_orig_mod.` anywhere; empty for the
        /// table as it is.
        public let removed: [String]
    }

    /// The table under every set of names that its model may have had before it was wrapped: as it
    /// is, without one or more of the parts that begin all names, without the names of wrappers.
    ///
    /// Which one is right, only the model can say: the set whose names it has, all of them.
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

    /// The names, and those without the first, the first two, … parts that all have.
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

    /// The same tensors under other names, in the same order.
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
