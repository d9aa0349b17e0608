import GestaltChecks
import GestaltFiles
import GestaltNN
import GestaltTensor

extension VideoGPTNames {
    /// Replaces the parameters and buffers of `model` by those of a state dictionary in VideoGPT's
    /// names and layouts, one after the other.
    ///
    /// Batch counters and masks are ignored.
    /// - Parameter given: values of paths that VideoGPT does not store.
    /// - Throws: ``VideoGPTError/state(path:problems:)`` with everything missing, unexpected or
    ///   mis-shaped in one report, before anything is replaced; `FileError` when a tensor cannot be
    ///   read.
    package func load(
        _ table: TensorTable, into model: inout some Module, given: [String: Tensor<Float>] = [:]
    ) throws {
        let problems = problems(of: table, for: model)
        guard problems.isEmpty else {
            throw VideoGPTError.state(path: table.path, problems: problems)
        }
        let places = Dictionary(
            entries.compactMap { entry in entry.path.map { ($0, entry) } },
            uniquingKeysWith: { first, _ in first })
        var reading = ReadingState(table: table, places: places, given: given)
        model.visit(&reading)
        if let failure = reading.failure { throw failure }
    }

    private func problems(of table: TensorTable, for model: some Module) -> [String] {
        let shapes = Dictionary(uniqueKeysWithValues: model.state.map { ($0.path, $0.value.shape) })
        var problems: [String] = []
        for entry in entries {
            guard let path = entry.path else { continue }
            guard let found = table.shape(of: entry.key) else {
                problems.append("missing: \(entry.key)")
                continue
            }
            guard let ours = shapes[path] else {
                stop("VideoGPTNames: the model has no \(path)")
            }
            let expected = entry.arrangement.toTheirs(
                Tensor<Float>(0).broadcast(to: ours)
            ).shape.dimensions
            if found != expected {
                problems.append("\(entry.key): expected \(expected), found \(found)")
            }
        }
        let known = Set(entries.map(\.key))
        problems += table.entries.filter { !known.contains($0.name) }
            .map { "unexpected: \($0.name)" }
        return problems
    }

    /// The parameters and buffers of `model` under VideoGPT's names and in its layouts, fillers left
    /// out.
    package func state(of model: some Module) -> [(key: String, tensor: Tensor<Float>)] {
        let values = Dictionary(uniqueKeysWithValues: model.state.map { ($0.path, $0.value) })
        return entries.compactMap { entry in
            entry.path.map { (entry.key, entry.arrangement.toTheirs(values[$0]!).contiguous()) }
        }
    }
}

/// Puts each tensor of a table in its place, forgetting the old one first.
private struct ReadingState: PathVisitor {
    let table: TensorTable
    let places: [String: VideoGPTNames.Entry]
    let given: [String: Tensor<Float>]
    var prefix = ""
    var failure: FileError?

    init(
        table: TensorTable, places: [String: VideoGPTNames.Entry], given: [String: Tensor<Float>]
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
