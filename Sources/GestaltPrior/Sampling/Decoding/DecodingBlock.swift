internal import CKernels
import GestaltNN
import GestaltTensor

/// The weights of a transformer block, laid out for decoding.
struct DecodingBlock {
    let attentionNorm: DecodingNorm
    /// Query, key and value, concatenated.
    let projection: gk_decode_matrix
    let attentionOutput: gk_decode_matrix
    let cross: DecodingCross?
    let mlpNorm: DecodingNorm
    let expand: gk_decode_matrix
    let contract: gk_decode_matrix

    init(_ block: PriorBlock, _ memory: DecodingMemory, _ format: DecodingFormat.Number) {
        let attention = block.attention
        attentionNorm = DecodingNorm(block.attentionNorm, memory)
        projection = memory.take(
            concatenated([attention.query, attention.key, attention.value], axis: 1),
            format: format)
        attentionOutput = memory.take(
            attention.output, bias: attention.outputBias, format: format, finish: gk_decode_add)
        cross = DecodingCross(block, memory, format)
        mlpNorm = DecodingNorm(block.mlpNorm, memory)
        expand = memory.take(
            block.expand.weight, bias: block.expand.bias, format: format, finish: gk_decode_gelu)
        contract = memory.take(
            block.contract.weight, bias: block.contract.bias, format: format,
            finish: gk_decode_add)
    }

    var matrices: [gk_decode_matrix] {
        [projection, attentionOutput, expand, contract]
            + (cross.map { [$0.query, $0.output] } ?? [])
    }

    static func byteCount(_ block: PriorBlock, _ format: DecodingFormat.Number) -> Int {
        let width = block.attention.query.shape[0]
        let inner = block.expand.weight.shape[1]
        var bytes =
            DecodingNorm.byteCount(block.attentionNorm)
            + DecodingNorm.byteCount(block.mlpNorm)
            + DecodingMemory.bytes(width, 3 * width, format)
            + DecodingMemory.bytes(width, width, format)
            + DecodingMemory.bytes(width, inner, format)
            + DecodingMemory.bytes(inner, width, format)
            + DecodingMemory.bytes(floats: inner) + 2 * DecodingMemory.bytes(floats: width)
        if let cross = block.cross, let norm = block.crossNorm {
            bytes +=
                DecodingNorm.byteCount(norm) + DecodingMemory.bytes(width, width, format)
                + DecodingMemory.bytes(cross.output.shape[0], width, format)
                + DecodingMemory.bytes(floats: width)
        }
        return bytes
    }
}

/// The cross-attention to frames: the weights of a step, and the matrices applied once to frames.
struct DecodingCross {
    let norm: DecodingNorm
    let query: gk_decode_matrix
    let output: gk_decode_matrix
    /// `[featureWidth, width]` and `[featureWidth, featureWidth]`.
    let key: Tensor<Float>
    let value: Tensor<Float>

    init?(_ block: PriorBlock, _ memory: DecodingMemory, _ format: DecodingFormat.Number) {
        guard let cross = block.cross, let crossNorm = block.crossNorm else { return nil }
        norm = DecodingNorm(crossNorm, memory)
        query = memory.take(cross.query, format: format)
        output = memory.take(
            cross.output, bias: cross.outputBias, format: format, finish: gk_decode_add)
        key = cross.key.detached
        value = cross.value.detached
    }
}
