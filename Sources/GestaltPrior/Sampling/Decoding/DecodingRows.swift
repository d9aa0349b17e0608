internal import CKernels
import GestaltTensor

/// The working memory of one step, a row for each sample.
struct DecodingRows {
    /// The residual stream, `[samples, width]`.
    let stream: UnsafeMutablePointer<Float>
    let normalized: UnsafeMutablePointer<Float>
    /// Query, key and value of all heads, `[samples, 3 · width]`; also the query of
    /// cross-attention.
    let projected: UnsafeMutablePointer<Float>
    /// The concatenated outputs of the heads, `[samples, width or featureWidth]`.
    let mixed: UnsafeMutablePointer<Float>
    /// `[samples, inner width]`.
    let inner: UnsafeMutablePointer<Float>
    /// `[samples, codes]`.
    let logits: UnsafeMutablePointer<Float>
    /// Partial results of the ranges, `[samples, heads, ranges, length]`.
    let parts: UnsafeMutablePointer<Float>

    init(
        _ weights: DecodingWeights, _ cross: CrossPlan?, samples: Int, _ memory: DecodingMemory
    ) {
        let counts = Self.counts(weights, cross)
        func rows(_ index: Int) -> UnsafeMutablePointer<Float> {
            memory.takeFloats(samples * counts[index])
        }
        stream = rows(0)
        normalized = rows(1)
        projected = rows(2)
        mixed = rows(3)
        inner = rows(4)
        logits = rows(5)
        parts = rows(6)
    }

    static func byteCount(_ weights: DecodingWeights, _ cross: CrossPlan?, samples: Int) -> Int {
        counts(weights, cross).reduce(0) { $0 + DecodingMemory.bytes(floats: samples * $1) }
    }

    /// Returns the element counts of one sample, in the order of the properties.
    private static func counts(_ weights: DecodingWeights, _ cross: CrossPlan?) -> [Int] {
        let configuration = weights.configuration
        let (width, heads) = (configuration.width, configuration.heads)
        var mixed = width
        var parts = heads * weights.ranges.most * gk_decode_result_length(width / heads)
        if let cross {
            let ranges = VisibleRanges(all: cross.positions).most
            mixed = max(mixed, heads * cross.head.value_width)
            parts = max(parts, heads * ranges * gk_decode_result_length(cross.head.value_width))
        }
        let inner = weights.blocks.reduce(0) { max($0, $1.expand.outputs) }
        return [width, width, 3 * width, mixed, inner, configuration.codeCount, parts]
    }
}
