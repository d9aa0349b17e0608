/// The settings that a tokenizer trains with by default; a recipe's own override them.
public struct TokenizerTraining: Sendable, Hashable {
    public var steps: Int
    public var batchSize: Int
    /// The largest rate, after the warm-up.
    public var learningRate: Double
    /// The number of warm-up steps; at most a tenth of the steps.
    public var warmUpSteps: Int
    /// Whether the rate stays after the warm-up; otherwise it falls to 0 by half a cosine.
    public var isConstant = false
    /// The decays of Adam's moments.
    public var beta1 = 0.9
    public var beta2 = 0.999
    /// The bound on the norm of the gradients; nil for none.
    public var gradientNorm: Float? = 1
    /// The decay of the weight average; nil for none.
    public var averageDecay: Float?
    /// Whether clips are mirrored at random.
    public var flips = true
    /// Frames of a clip.
    public var clipLength = 16

    public init(
        steps: Int = 3_000, batchSize: Int = 8, learningRate: Double = 1e-3, warmUpSteps: Int = 50
    ) {
        self.steps = steps
        self.batchSize = batchSize
        self.learningRate = learningRate
        self.warmUpSteps = warmUpSteps
    }
}
