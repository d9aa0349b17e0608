import GestaltChecks
import GestaltFiles
import GestaltNN
import GestaltTensor

extension KeyMap {
    /// Replaces the parameters and buffers of `model` by those of a state dictionary in the map's
    /// names and layouts, one after the other.
    ///
    /// Batch counters and masks are ignored. Prefixes of wrapped models (`module.`, `_orig_mod.`,
    /// any other common prefix of all names) are removed where the names match only without them.
    /// - Parameter given: values of paths that the dictionary does not store.
    /// - Returns: the removed prefixes.
    /// - Throws: ``StateMismatch`` with all missing, unexpected and mis-shaped entries in one
    ///   report, before anything is replaced; `FileError` when a tensor cannot be read.
    @discardableResult
    public func load(
        _ given: TensorTable, into model: inout some Module,
        given values: [String: Tensor<Float>] = [:]
    ) throws -> [String] {
        let (table, removed) = try fitting(given, model)
        let places = Dictionary(
            entries.compactMap { entry in entry.path.map { ($0, entry) } },
            uniquingKeysWith: { first, _ in first })
        var reading = ReadingState(table: table, places: places, given: values)
        model.visit(&reading)
        if let failure = reading.failure { throw failure }
        return removed
    }

    /// Returns the table under the names that fit the model.
    /// - Throws: ``StateMismatch`` where none do, for the names that come closest.
    private func fitting(
        _ given: TensorTable, _ model: some Module
    ) throws(StateMismatch) -> (TensorTable, [String]) {
        var closest: (problems: [String], removed: [String])?
        for candidate in given.unwrapped {
            let problems = report(of: candidate.table, for: model).problems
            if problems.isEmpty { return (candidate.table, candidate.removed) }
            if problems.count < closest?.problems.count ?? .max {
                closest = (problems, candidate.removed)
            }
        }
        var problems = closest?.problems ?? []
        if let removed = closest?.removed, !removed.isEmpty {
            problems.insert("without \(removed.joined(separator: ", ")) in the names:", at: 0)
        }
        throw StateMismatch(path: given.path, problems: problems)
    }

    private func report(of table: TensorTable, for model: some Module) -> LoadReport {
        let shapes = Dictionary(uniqueKeysWithValues: model.state.map { ($0.path, $0.value.shape) })
        let expected = entries.compactMap { entry -> (name: String, shape: Shape)? in
            guard let path = entry.path else { return nil }
            guard let ours = shapes[path] else { stop("KeyMap: the model has no \(path)") }
            let theirs = entry.arrangement.toTheirs(Tensor<Float>(0).broadcast(to: ours))
            return (entry.key, theirs.shape)
        }
        return LoadReport(of: table, expected: expected, ignoring: Set(entries.map(\.key)))
    }

    /// Returns the parameters and buffers of `model` in the map's names and layouts, without
    /// fillers.
    public func state(of model: some Module) -> [NamedTensor<Float>] {
        let values = Dictionary(uniqueKeysWithValues: model.state.map { ($0.path, $0.value) })
        return entries.compactMap { entry in
            entry.path.map { (entry.key, entry.arrangement.toTheirs(values[$0]!).contiguous()) }
        }
    }
}

/// Assigns each tensor of a table to its path, releasing the old one first.
private struct ReadingState: PathVisitor {
    let table: TensorTable
    let places: [String: KeyMap.Entry]
    let given: [String: Tensor<Float>]
    var prefix = ""
    var failure: FileError?

    init(
        table: TensorTable, places: [String: KeyMap.Entry], given: [String: Tensor<Float>]
    ) {
        self.table = table
        self.places = places
        self.given = given
    }

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        guard failure == nil else { return }
        if let replacement = given[path] {
            value = replacement
            return
        }
        guard let entry = places[path] else { return }
        value = Tensor(0)
        do throws(FileError) {
            value = entry.arrangement.toOurs(try table.tensor(entry.key)).contiguous()
        } catch {
            failure = error
        }
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {
        parameter(path: path, &buffer.value)
    }
}
