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
    /// Takes initial weights from clips of the first batch, before a training from scratch; by
    /// default nothing.
    mutating func begin(with clips: Tensor<Float>, random: inout RandomStream)
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
    /// The codes of the clips, for the usage over several batches; nil where they are not known.
    public let codes: Tensor<Int32>?

    public init(
        loss: Tensor<Float>, metrics: [(name: String, value: Float)],
        codes: Tensor<Int32>? = nil
    ) {
        self.loss = loss
        self.metrics = metrics
        self.codes = codes
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
    /// The kind of recipe that trains a prior over its codes; by default `prior`.
    static var priorRecipe: String { get }
    /// Returns a tokenizer with initial weights.
    func tokenizer(random: inout RandomStream) -> any VideoTokenizer
    /// The named configurations, smallest first.
    static var presets: KeyValuePairs<String, Self> { get }
    /// Returns the settings that a preset trains with; by default the same for all.
    /// - Parameter preset: nil for sizes of one's own.
    static func training(preset: String?) -> TokenizerTraining
    /// Returns the configuration for training on clips whose pixels have this variance, in squared
    /// units of [−0.5, 0.5]; by default unchanged.
    func measured(pixelVariance: Float) -> Self
    /// The lengths of clips along time; by default multiples of the temporal stride.
    var clipLengths: ClipLengths { get }
    /// The sizes of codes where a quantizer's name states none; by default those it has.
    var quantizerSize: QuantizerSize { get }
    /// Returns the configuration with another quantizer; nil, the default, for a tokenizer that has
    /// no choice of quantizers.
    func quantized(by quantizer: any QuantizerConfiguration) -> Self?
}

extension VideoTokenizerConfiguration {
    public static var priorRecipe: String { "prior" }
    public static var presets: KeyValuePairs<String, Self> { [:] }
    public static func training(preset: String?) -> TokenizerTraining { TokenizerTraining() }
    public func measured(pixelVariance: Float) -> Self { self }
    public var clipLengths: ClipLengths { ClipLengths(first: 0, stride: strides.time) }
    public var quantizerSize: QuantizerSize {
        QuantizerSize(codes: codeCount, width: embeddingWidth)
    }
    public func quantized(by quantizer: any QuantizerConfiguration) -> Self? { nil }

    /// The frames of a clip where none are stated: 16, or the next length that fits.
    public var usualClipLength: Int { clipLengths.shortest(atLeast: 16) }

    /// Returns the grid of codes `[t, h, w]` of a clip of `[T, H, W]`.
    /// - Throws: ``TokenizerError`` for a length of time that ``clipLengths`` lacks, or a side that
    ///   is not a multiple of the stride.
    public func latentShape(time: Int, height: Int, width: Int) throws(TokenizerError) -> [Int] {
        guard let slots = clipLengths.slots(of: time) else {
            throw clipLengths.error(for: time)
        }
        let sides = [("height", height, strides.height), ("width", width, strides.width)]
        for (axis, length, stride) in sides where length <= 0 || length % stride != 0 {
            throw .clip(axis: axis, length: length, stride: stride)
        }
        return [slots] + sides.map { $0.1 / $0.2 }
    }
}

extension VideoTokenizer {
    public var title: String { "a video tokenizer" }
    public mutating func begin(with clips: Tensor<Float>, random: inout RandomStream) {}

    /// Encodes clips and decodes the codes.
    public func reconstruct(_ clips: Tensor<Float>) -> Tensor<Float> { decode(encode(clips)) }

    /// Stops on clips that are not `[N, T, H, W, 3]`, or of a size that has no grid of codes.
    package func requireFit(_ clips: Tensor<Float>) {
        require(
            clips.rank == 5 && clips.shape[4] == 3, "clips are [N, T, H, W, 3], not \(clips.shape)")
        do {
            _ = try configuration.latentShape(
                time: clips.shape[1], height: clips.shape[2], width: clips.shape[3])
        } catch {
            stop("\(error), clips are \(clips.shape)")
        }
    }

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
