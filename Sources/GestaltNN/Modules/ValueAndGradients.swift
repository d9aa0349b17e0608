import GestaltTensor

/// The results of one training step.
public struct TrainingStep<Auxiliary> {
    public let loss: Float
    /// The additional result of the closure besides the loss.
    public let auxiliary: Auxiliary
    public var gradients: Gradients
    private var pending: [Int: Tensor<Float>]

    init(
        loss: Float, auxiliary: Auxiliary, gradients: Gradients, pending: [Int: Tensor<Float>]
    ) {
        self.loss = loss
        self.auxiliary = auxiliary
        self.gradients = gradients
        self.pending = pending
    }

    /// Adds the gradients of a later pass over the same model, and replaces the buffer values by
    /// its own. `loss` and `auxiliary` remain those of this pass.
    /// - Parameter later: computed from the model with this pass's buffers committed, so that the
    ///   statistics chain.
    public mutating func add(_ later: TrainingStep) {
        gradients.add(later.gradients)
        pending.merge(later.pending) { $1 }
    }

    /// Stores the statistics registered by the forward pass.
    /// - Parameter model: the model the step was computed for.
    public func commitBuffers(to model: inout some Module) {
        guard !pending.isEmpty else { return }
        var visitor = Committing(pending: pending)
        model.visit(&visitor)
    }
}

/// Runs `body` on a working copy of `model` whose parameters are tracked, and differentiates the
/// loss it returns.
///
/// ```swift
/// let step = valueAndGradients(of: model, .training(random: stream)) { model, context in
///     let logits = model(images, context)
///     return (binaryCrossEntropy(logits, masks), logits.detached)
/// }
/// optimizer.update(&model, with: step.gradients)
/// step.commitBuffers(to: &model)
/// ```
/// - Parameters:
///   - freezing: parts that remain unchanged; they have no gradient.
///   - body: returns the loss, one number, and an additional result (not tracked tensors: they
///     would keep the tape alive).
public func valueAndGradients<Model: Module, Auxiliary, Failure>(
    of model: Model, _ context: Context, freezing: Freezing = .none,
    _ body: (Model, Context) throws(Failure) -> (loss: Tensor<Float>, auxiliary: Auxiliary)
) throws(Failure) -> TrainingStep<Auxiliary> {
    var working = model
    var collecting = Collecting(freezing: freezing)
    working.visit(&collecting)
    let recording = Recording(collecting.values)
    var marking = Marking(leaves: recording.variables, freezing: freezing)
    working.visit(&marking)
    let (loss, auxiliary) = try recording.run {
        _ throws(Failure) -> (loss: Tensor<Float>, auxiliary: Auxiliary) in
        try body(working, context)
    }
    let swept = recording.gradients(of: loss)
    let pairs = zip(collecting.paths, swept).compactMap { path, gradient in
        gradient.map { (path: path, tensor: $0) }
    }
    return TrainingStep(
        loss: loss.scalar, auxiliary: auxiliary, gradients: Gradients(pairs),
        pending: context.pending)
}

/// Differentiates the loss of a closure without an additional result.
///
/// ```swift
/// let step = valueAndGradients(of: model, .training(random: stream)) { model, context in
///     binaryCrossEntropy(model(images, context), masks)
/// }
/// ```
public func valueAndGradients<Model: Module, Failure>(
    of model: Model, _ context: Context, freezing: Freezing = .none,
    _ body: (Model, Context) throws(Failure) -> Tensor<Float>
) throws(Failure) -> TrainingStep<Void> {
    try valueAndGradients(of: model, context, freezing: freezing) {
        model, context throws(Failure) -> (loss: Tensor<Float>, auxiliary: Void) in
        (try body(model, context), ())
    }
}

private struct Collecting: PathVisitor {
    let freezing: Freezing
    var prefix = ""
    var paths: [String] = []
    var values: [Tensor<Float>] = []

    init(freezing: Freezing) { self.freezing = freezing }

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        guard !freezing.covers(path) else { return }
        paths.append(path)
        values.append(value)
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {}
}

/// The visitor that inserts the tracked leaves and assigns slots to buffers, in the order of
/// `visit`.
private struct Marking: PathVisitor {
    let leaves: [Tensor<Float>]
    let freezing: Freezing
    var prefix = ""
    private var next = 0
    private var slots = 0

    init(leaves: [Tensor<Float>], freezing: Freezing) {
        self.leaves = leaves
        self.freezing = freezing
    }

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        guard !freezing.covers(path) else { return }
        value = leaves[next]
        next += 1
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {
        buffer.role = freezing.covers(path) ? .frozen : .slot(slots)
        slots += 1
    }
}

private struct Committing: ParameterVisitor {
    let pending: [Int: Tensor<Float>]
    var slot = 0

    init(pending: [Int: Tensor<Float>]) { self.pending = pending }

    mutating func parameter(_ name: String, _ value: inout Tensor<Float>) {}

    mutating func buffer(_ name: String, _ buffer: inout Buffer) {
        if let value = pending[slot] { buffer.value = value }
        slot += 1
    }

    mutating func module(_ name: String, _ module: inout some Module) { module.visit(&self) }
}
