internal import CKernels
import GestaltChecks
import GestaltTensor

/// One stretch of memory, given out piece by piece: a large one stands on huge pages, which its
/// pieces would be too small for.
///
/// Contents are undefined until written.
final class DecodingMemory {
    private let base: UnsafeMutableRawPointer
    let byteCount: Int
    private var used = 0

    /// What pieces are aligned to: a line of the cache.
    static let alignment = 64

    init(byteCount: Int) {
        self.byteCount = byteCount
        base = BufferPool.allocate(byteCount: byteCount)
    }

    deinit { BufferPool.release(base, byteCount: byteCount) }

    /// The next `byteCount` bytes.
    func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let start = used
        used += Self.padded(byteCount)
        require(used <= self.byteCount, "DecodingMemory: \(used) of \(self.byteCount) bytes")
        return base + start
    }

    func takeFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
        take(4 * count).bindMemory(to: Float.self, capacity: count)
    }

    /// The elements of a tensor.
    func take(_ tensor: Tensor<Float>) -> UnsafePointer<Float> {
        let copy = takeFloats(tensor.count)
        tensor.withScalars { copy.update(from: $0.baseAddress!, count: $0.count) }
        return UnsafePointer(copy)
    }

    /// A matrix `[inputs, outputs]` in panels.
    func take(
        _ matrix: Tensor<Float>, bias: Tensor<Float>? = nil, format: DecodingFormat.Number,
        finish: gk_decode_finish = gk_decode_store
    ) -> gk_decode_matrix {
        let (inputs, outputs) = (matrix.shape[0], matrix.shape[1])
        let panels = take(Self.bytes(inputs, outputs, format))
        matrix.withScalars {
            gk_decode_pack(format.kernel, $0.baseAddress!, inputs, outputs, panels)
        }
        return gk_decode_matrix(
            panels: UnsafeRawPointer(panels), bias: bias.map { take($0) }, inputs: inputs,
            outputs: outputs, storage: format.kernel, finish: finish)
    }

    /// What pieces of so many bytes take.
    static func padded(_ byteCount: Int) -> Int {
        (byteCount + alignment - 1) / alignment * alignment
    }

    static func bytes(floats count: Int) -> Int { padded(4 * count) }

    static func bytes(_ inputs: Int, _ outputs: Int, _ format: DecodingFormat.Number) -> Int {
        let panels = (outputs + gk_decode_panel - 1) / gk_decode_panel
        return panels * gk_decode_panel_bytes(format.kernel, inputs)
    }
}
