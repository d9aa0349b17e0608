import GestaltFiles
import GestaltNN
import GestaltTensor

/// The complete state for resuming a run: weights, buffers, optimizer state, averages, step.
///
/// One safetensors file: tensors under `model.`, `optimizer.` and `average.`, numbers in its
/// metadata. The file is replaced by a single rename, so a crash leaves either the old or the new
/// file, never a partial one.
package struct Checkpoint {
    package let step: Int
    /// The best score so far.
    package let best: Double?
    package let seed: UInt64
    /// The number of updates of the weight average.
    package let averageUpdates: Int?
    /// The state of each observer that has one, by ``TrainingObserver/stateName``.
    package let observers: [String: [String: Double]]
    /// The properties of the machine that the bits of a step depend on.
    package let machine: String
    package let tensors: [String: Tensor<Float>]
    /// The kind and configuration of the model; see ``CheckpointModel``.
    private var modelMetadata: [String: String] = [:]
    /// The path it was read from, for messages.
    package let path: String

    package init<Model: Module>(
        step: Int, best: Double?, seed: UInt64, model: Model, optimizer: any Optimizer,
        average: WeightAverage<Model>?, observers: [String: [String: Double]] = [:]
    ) throws {
        self.step = step
        self.best = best
        self.seed = seed
        averageUpdates = average?.updates
        self.observers = observers
        machine = Self.thisMachine
        path = "checkpoint"
        modelMetadata = try Self.modelMetadata(model)
        var tensors: [String: Tensor<Float>] = [:]
        for entry in model.state { tensors["model." + entry.path] = entry.value }
        for (name, value) in optimizer.state { tensors["optimizer." + name] = value }
        for entry in average?.model.state ?? [] { tensors["average." + entry.path] = entry.value }
        self.tensors = tensors
    }

    /// - Throws: errors of the file reader; ``TrainingError/checkpoint(path:expected:found:)`` when
    ///   the metadata is not that of a checkpoint.
    package init(reading path: String) throws {
        let file = try SafeTensorsFile(contentsOf: path)
        func number<Number: LosslessStringConvertible>(_ key: String) throws -> Number {
            guard let text = file.metadata[key], let value = Number(text) else {
                throw TrainingError.checkpoint(
                    path: path, expected: "a training checkpoint with \(key) in its metadata",
                    found: file.metadata[key].map { "“\($0)”" } ?? "none")
            }
            return value
        }
        step = try number("step")
        seed = try number("seed")
        guard step >= 0 else {
            throw TrainingError.checkpoint(
                path: path, expected: "a step of 0 or more", found: "\(step)")
        }
        best = try file.metadata["best"].map { _ in try number("best") }
        averageUpdates = try file.metadata["average_updates"].map { _ in
            try number("average_updates")
        }
        observers = Self.observerStates(file.metadata)
        machine = file.metadata["machine"] ?? "unknown"
        var tensors: [String: Tensor<Float>] = [:]
        for name in file.names { tensors[name] = try file.tensor(name, as: Float.self) }
        self.tensors = tensors
        self.path = path
    }

    package func write(to path: String) throws {
        var metadata = modelMetadata
        metadata.merge(["step": "\(step)", "seed": "\(seed)", "machine": machine]) { $1 }
        for (name, state) in observers {
            for (key, value) in state {
                metadata["\(Self.observerPrefix)\(name)/\(key)"] = "\(value)"
            }
        }
        metadata["best"] = best.map { "\($0)" }
        metadata["average_updates"] = averageUpdates.map { "\($0)" }
        try SafeTensors.write(
            tensors.map { (name: $0.key, tensor: $0.value) }, metadata: metadata, to: path)
    }

    private static let observerPrefix = "observer."

    /// Entries `observer.NAME/KEY`, with the number in its shortest exact form.
    private static func observerStates(
        _ metadata: [String: String]
    ) -> [String: [String: Double]] {
        var states: [String: [String: Double]] = [:]
        for (entry, text) in metadata where entry.hasPrefix(observerPrefix) {
            let name = entry.dropFirst(observerPrefix.count)
            guard let slash = name.lastIndex(of: "/"), let value = Double(text) else { continue }
            states[String(name[..<slash]), default: [:]][
                String(name[name.index(after: slash)...])] =
                value
        }
        return states
    }

    /// The properties of this machine that the bits of a run depend on: equal values imply equal
    /// bits.
    package static var thisMachine: String {
        "\(Runtime.threads) threads, \(Runtime.instructionSet), BLAS for \(Runtime.blasCoreName)"
    }
}

extension Checkpoint {
    /// Restores the state.
    /// - Throws: ``TrainingError/checkpoint(path:expected:found:)`` when a tensor is missing, has
    ///   another shape or is unknown to the model, or when the seed differs.
    package func restore<Model: Module>(
        model: inout Model, optimizer: inout any Optimizer, average: inout WeightAverage<Model>?,
        seed expectedSeed: UInt64
    ) throws {
        try check(seed == expectedSeed, "a run with seed \(expectedSeed)", "seed \(seed)")
        try check(
            (average == nil) == (averageUpdates == nil),
            average == nil ? "a run without weight averages" : "a run with weight averages",
            averageUpdates == nil ? "none" : "averages")
        try fill(&model, from: "model.")
        let prefix = "optimizer."
        try checkOptimizerShapes(of: model, below: prefix)
        try optimizer.restore(
            tensors.sorted { $0.key < $1.key }.compactMap { name, value in
                name.hasPrefix(prefix)
                    ? (name: String(name.dropFirst(prefix.count)), tensor: value) : nil
            })
        if var restored = average.take() {
            try fill(&restored.model, from: "average.")
            restored.updates = averageUpdates ?? 0
            average = restored
        }
    }

    /// Checks that the optimizer's tensors `PATH/NAME` have the shape of the parameter at `PATH`,
    /// except the update count.
    private func checkOptimizerShapes(of model: some Module, below prefix: String) throws {
        let shapes = Dictionary(
            model.state.map { ($0.path, $0.value.shape) }, uniquingKeysWith: { first, _ in first })
        for (name, tensor) in tensors where name.hasPrefix(prefix) && !name.hasSuffix("/updates") {
            guard let slash = name.lastIndex(of: "/") else { continue }
            let parameter = String(
                name[name.index(name.startIndex, offsetBy: prefix.count)..<slash])
            guard let shape = shapes[parameter], shape == tensor.shape else {
                throw TrainingError.checkpoint(
                    path: path,
                    expected: shapes[parameter].map { "\(name) of shape \($0)" }
                        ?? "optimizer state of the model's parameters only",
                    found: shapes[parameter] == nil ? name : "shape \(tensor.shape)")
            }
        }
    }

    /// - Throws: ``TrainingError/checkpoint(path:expected:found:)`` when a tensor of a frozen part
    ///   differs from the model's. Missing tensors are reported by `restore`.
    package func requireSame(
        _ part: String, as model: some Module, expected: String
    ) throws(TrainingError) {
        let isSame = model.state.allSatisfy { entry in
            guard entry.path.hasPrefix(part + "."), let kept = tensors["model." + entry.path] else {
                return true
            }
            return kept == entry.value
        }
        try check(isSame, expected, "another one")
    }

    private func fill(_ model: inout some Module, from prefix: String) throws {
        let known = Set(model.state.map { prefix + $0.path })
        let stray = tensors.keys.filter { $0.hasPrefix(prefix) && !known.contains($0) }.min()
        try check(stray == nil, "only tensors of this model", stray ?? "")
        try model.mapState { path, current in
            let value = tensors[prefix + path]
            try check(
                value?.shape == current.shape, "\(prefix + path) of shape \(current.shape)",
                value.map { "shape \($0.shape)" } ?? "none")
            return value ?? current
        }
    }

    private func check(
        _ holds: Bool, _ expected: @autoclosure () -> String, _ found: @autoclosure () -> String
    ) throws(TrainingError) {
        guard holds else {
            throw .checkpoint(path: path, expected: expected(), found: found())
        }
    }
}
