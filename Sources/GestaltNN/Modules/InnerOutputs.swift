import GestaltTensor

/// Outputs of the parts of a model, recorded during a pass by ``Context/recordingOutputs(of:_:)``.
public struct InnerOutputs: Sendable {
    /// All outputs in the order of their computation, with the paths of `Module.namedModules`. A
    /// part that runs twice in a pass appears twice.
    public internal(set) var all: [(path: String, value: Tensor<Float>)] = []

    /// The last output of the part at `path`; nil if none was recorded.
    public subscript(path: String) -> Tensor<Float>? { all.last { $0.path == path }?.value }
}

/// The recording of one ``Context``.
struct OutputRecording {
    /// Nil selects all parts.
    let paths: Set<String>?
    /// The path of the running part, with its trailing dot; empty at the root.
    var prefix = ""
    var outputs = InnerOutputs()
}

extension Context {
    /// Runs `body` and records the outputs of parts that run with this context in it.
    ///
    /// ```swift
    /// let context = Context.inference
    /// let network = Sequential([
    ///     Linear(4, 8, random: &random), LayerNorm(width: 8), Linear(8, 2, random: &random),
    /// ])
    /// let (scores, inner) = context.recordingOutputs(of: ["0"]) { network(x, context) }
    /// let features = inner["0"]                               // [N, 8]
    /// ```
    /// Parts announce themselves by ``part(_:_:)``; of the library's models those are the blocks
    /// and levels, of a ``Sequential`` all layers. Outputs are not detached: in a training pass
    /// losses may use them, except those inside of ``checkpointed(_:)``, which are constants.
    ///
    /// - Parameter paths: paths relative to the model that `body` calls; nil records every part and
    ///   keeps all of their outputs in memory.
    public func recordingOutputs<Result>(
        of paths: Set<String>? = nil, _ body: () throws -> Result
    ) rethrows -> (result: Result, outputs: InnerOutputs) {
        let outer = recording
        recording = OutputRecording(paths: paths)
        defer { recording = outer }
        let result = try body()
        return (result, recording?.outputs ?? InnerOutputs())
    }

    /// Runs a part of a model under its name in `visit`; a `Tensor<Float>` that it returns is an
    /// output for ``recordingOutputs(of:_:)``.
    ///
    /// ```swift
    /// struct Classifier: Layer {
    ///     var encoder: Linear
    ///     var head: Linear
    ///
    ///     func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
    ///         let features = context.part("encoder") { encoder(x, context) }
    ///         return context.part("head") { head(features, context) }
    ///     }
    ///
    ///     mutating func visit(_ visitor: inout some ParameterVisitor) {
    ///         visitor.module("encoder", &encoder)
    ///         visitor.module("head", &head)
    ///     }
    /// }
    /// ```
    /// Without a recording only `body` runs; the name is not even made.
    public func part<Result>(
        _ name: @autoclosure () -> String, _ body: () throws -> Result
    ) rethrows -> Result {
        guard let outer = recording?.prefix else { return try body() }
        let path = outer + name()
        recording?.prefix = path + "."
        defer { recording?.prefix = outer }
        let result = try body()
        if let output = result as? Tensor<Float>, recording?.paths?.contains(path) ?? true {
            recording?.outputs.all.append((path, output))
        }
        return result
    }
}
