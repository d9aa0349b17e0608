internal import CKernels
import GestaltChecks
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// A prior's weights prepared for decoding position by position: its matrices in the order in
/// which a step reads them, and a table that maps each code directly to the stream.
///
/// Build it once and share it; a ``DecodingCache`` holds the state of the clips. The table is the
/// codebook times the prior's `input`, rounded as a single product.
///
/// ```swift
/// let weights = DecodingWeights(predictor.prior, codebook: predictor.tokenizer.codeTable)
/// let cache = DecodingCache(weights, condition, clips: [0, 0, 1, 1])
/// let first = weights.logits(after: nil, cache)          // [4, K]
/// ```
///
/// `@unchecked Sendable`: the memory is written only in `init`.
public final class DecodingWeights: @unchecked Sendable {
    public let configuration: PriorConfiguration
    public let format: DecodingFormat
    /// The size of the weights in bytes.
    public var byteCount: Int { memory.byteCount }

    private let memory: DecodingMemory
    /// `[codes, width]`.
    let codes: UnsafePointer<Float>
    let start: UnsafePointer<Float>
    /// The tables of the three axes, `[length, width / 3]`.
    let positions: [UnsafePointer<Float>]
    let blocks: [DecodingBlock]
    let norm: DecodingNorm
    let output: gk_decode_matrix
    let ranges: VisibleRanges

    /// - Parameter codebook: the embeddings of the codes, `[codes, embedding]`.
    public init(
        _ prior: VideoPrior, codebook: Tensor<Float>, format: DecodingFormat = .float32
    ) {
        let configuration = prior.configuration
        require(
            codebook.shape == [configuration.codeCount, configuration.embeddingWidth],
            "DecodingWeights: a codebook \(codebook.shape) for \(configuration.codeCount) codes of "
                + "\(configuration.embeddingWidth) channels")
        self.configuration = configuration
        self.format = format
        memory = DecodingMemory(byteCount: Self.byteCount(prior, format.weights))
        codes = memory.take(codebook.matmul(prior.input))
        start = memory.take(prior.start)
        let tables = [prior.positions.time, prior.positions.height, prior.positions.width]
        positions = tables.map { [memory] in memory.take($0) }
        blocks = prior.blocks.map { [memory] in DecodingBlock($0, memory, format.weights) }
        norm = DecodingNorm(prior.norm, memory)
        output = memory.take(prior.output, format: format.weights)
        ranges = VisibleRanges(configuration)
    }

    /// Returns the number of bytes that `init` allocates.
    private static func byteCount(_ prior: VideoPrior, _ format: DecodingFormat.Number) -> Int {
        let configuration = prior.configuration
        let width = configuration.width
        let tables =
            [configuration.codeCount * width, width]
            + configuration.latent.array.map { $0 * width / 3 }
        return tables.reduce(0) { $0 + DecodingMemory.bytes(floats: $1) }
            + prior.blocks.reduce(0) { $0 + DecodingBlock.byteCount($1, format) }
            + DecodingNorm.byteCount(prior.norm)
            + DecodingMemory.bytes(width, configuration.codeCount, format)
    }

    /// Bytes of weights that one step reads, without the embeddings of codes and positions.
    public var bytesReadPerStep: Int {
        let matrices = blocks.flatMap(\.matrices) + [output]
        return matrices.reduce(0) { sum, matrix in
            let panel = gk_decode_panel_bytes(matrix.storage, matrix.inputs)
            return sum + (matrix.outputs + gk_decode_panel - 1) / gk_decode_panel * panel
        }
    }
}

/// A norm's gain and offset: one row for each class, or one for all.
struct DecodingNorm {
    let scale: UnsafePointer<Float>
    let shift: UnsafePointer<Float>
    let isConditional: Bool
    private let width: Int

    init(_ norm: PriorNorm, _ memory: DecodingMemory) {
        isConditional = norm.isConditional
        width = norm.scale.shape[-1]
        scale = memory.take(norm.isConditional ? norm.scale + 1 : norm.scale)
        shift = memory.take(norm.shift)
    }

    static func byteCount(_ norm: PriorNorm) -> Int {
        2 * DecodingMemory.bytes(floats: norm.scale.count)
    }

    /// Normalizes one row of the stream.
    func apply(
        _ x: UnsafePointer<Float>, class number: Int, _ y: UnsafeMutablePointer<Float>,
        _ variant: Int32
    ) {
        let offset = isConditional ? number * width : 0
        gk_decode_norm(variant, width, PriorNorm.epsilon, x, scale + offset, shift + offset, y)
    }
}
