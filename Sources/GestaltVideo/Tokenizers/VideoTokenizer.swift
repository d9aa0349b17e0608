import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor

/// A model that maps clips to grids of codes and back.
///
/// Registered with `ModelKinds`, a tokenizer of another package is trained, evaluated, inspected
/// and used by priors and encoders like those of this one.
public protocol VideoTokenizer: StoredModel where Configuration: VideoTokenizerConfiguration {
    /// Encodes clips `[N, T, H, W, 3]` in [−0.5, 0.5] to codes `[N, t, h, w]`.
    func encode(_ clips: Tensor<Float>) -> Tensor<Int32>
    /// Decodes codes `[N, t, h, w]` to clips `[N, T, H, W, 3]`, nominally in [−0.5, 0.5], not
    /// clamped.
    func decode(_ codes: Tensor<Int32>) -> Tensor<Float>
    /// Returns the embeddings of codes, `[…]` to `[…, embeddingWidth]`: the input of a prior.
    func embeddings(of codes: Tensor<Int32>) -> Tensor<Float>
    /// Runs one training pass over clips `[N, T, H, W, 3]`.
    func trainingPass(_ clips: Tensor<Float>, _ context: Context) -> TokenizerPass
    /// Returns latents `[N, t, h, w, C]` of clips, by a name of ``latents``.
    func latents(of clips: Tensor<Float>, _ name: String, _ context: Context) -> Tensor<Float>
    /// The latents the tokenizer offers to heads, with their channels; the first is the default.
    var latents: [(name: String, channels: Int)] { get }
}

/// The result of a training pass of a ``VideoTokenizer``.
public struct TokenizerPass: Sendable {
    /// The minimized loss, a scalar.
    public let loss: Tensor<Float>
    /// Its terms and the code usage, for logs: `reconstruction`, `perplexity`.
    public let metrics: [(name: String, value: Float)]

    public init(loss: Tensor<Float>, metrics: [(name: String, value: Float)]) {
        self.loss = loss
        self.metrics = metrics
    }
}

/// The configuration of a ``VideoTokenizer``.
public protocol VideoTokenizerConfiguration: ModelConfiguration {
    /// Frames, rows and columns of a clip per code.
    var strides: Extent3 { get }
    /// The number of codes.
    var codeCount: Int { get }
    /// The channels of a code's embedding.
    var embeddingWidth: Int { get }
    /// Returns a tokenizer with initial weights.
    func tokenizer(random: inout RandomStream) -> any VideoTokenizer
    /// The named configurations, smallest first.
    static var presets: KeyValuePairs<String, Self> { get }
    /// Returns the configuration for training on clips whose pixels have this variance, in squared
    /// units of [−0.5, 0.5]; by default unchanged.
    func measured(pixelVariance: Float) -> Self
}

extension VideoTokenizerConfiguration {
    public static var presets: KeyValuePairs<String, Self> { [:] }
    public func measured(pixelVariance: Float) -> Self { self }

    /// Returns the grid of codes `[t, h, w]` of a clip of `[T, H, W]`.
    /// - Throws: ``TokenizerError/clip(axis:length:stride:)`` for a length that is not a multiple
    ///   of the stride.
    public func latentShape(time: Int, height: Int, width: Int) throws(TokenizerError) -> [Int] {
        let lengths = [("time", time), ("height", height), ("width", width)]
        for ((axis, length), stride) in zip(lengths, strides.array)
        where length <= 0 || length % stride != 0 {
            throw .clip(axis: axis, length: length, stride: stride)
        }
        return zip(lengths, strides.array).map { $0.1 / $1 }
    }
}

extension VideoTokenizer {
    public var title: String { "a video tokenizer" }

    /// Encodes clips and decodes the codes.
    public func reconstruct(_ clips: Tensor<Float>) -> Tensor<Float> { decode(encode(clips)) }

    /// The embeddings of all codes, `[K, embeddingWidth]`.
    public var codeTable: Tensor<Float> {
        embeddings(of: Tensor((0..<Int32(configuration.codeCount)).map { $0 }))
    }

    /// - Throws: ``ModelInputError`` unless `codes` are `[N, t, h, w]`, each below the number of
    ///   codes.
    public func check(codes: Tensor<Int32>) throws(ModelInputError) {
        guard codes.rank == 4, codes.count > 0 else {
            throw ModelInputError("codes", expected: "shape [B, t, h, w]", found: "\(codes.shape)")
        }
        let known = Int32(clamping: configuration.codeCount)
        let stray = codes.withScalars { $0.first { $0 < 0 || $0 >= known } }
        if let stray {
            throw ModelInputError(
                "codes", expected: "numbers from 0 to \(known - 1)", found: "\(stray)")
        }
    }
}

/// A stored model that contains a tokenizer: a predictor.
public protocol TokenizerContaining: StoredModel {
    var tokenizer: any VideoTokenizer { get }
}

extension ModelNeed {
    public static let tokenizer = ModelNeed(
        "a video tokenizer or predictor", recipes: ["tokenizer"])
    public static let predictor = ModelNeed(
        "a video predictor (tokenizer and prior)", recipes: ["prior"])
}
