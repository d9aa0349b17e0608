internal import CKernels
import GestaltChecks
import GestaltTensor

/// One region of memory, allocated from piece by piece: a large region is backed by huge pages,
/// for which its pieces would be too small.
///
/// Contents are undefined until written.
final class DecodingMemory {
    private let base: UnsafeMutableRawPointer
    let byteCount: Int
    private var used = 0

    /// The alignment of pieces in bytes: a cache line.
    static let alignment = 64

    init(byteCount: Int) {
        self.byteCount = byteCount
        base = BufferPool.allocate(byteCount: byteCount)
    }

    deinit { BufferPool.release(base, byteCount: byteCount) }

    /// Allocates the next `byteCount` bytes.
    func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let start = used
        used += Self.padded(byteCount)
        require(used <= self.byteCount, "DecodingMemory: \(used) of \(self.byteCount) bytes")
        return base + start
    }

    func takeFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
        take(4 * count).bindMemory(to: Float.self, capacity: count)
    }

    /// Allocates and copies the elements of a tensor.
    func take(_ tensor: Tensor<Float>) -> UnsafePointer<Float> {
        let copy = takeFloats(tensor.count)
        tensor.withScalars { copy.update(from: $0.baseAddress!, count: $0.count) }
        return UnsafePointer(copy)
    }

    /// Allocates and packs a matrix `[inputs, outputs]` in panels.
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

    /// Returns the size of a piece after rounding up to the alignment.
    static func padded(_ byteCount: Int) -> Int {
        (byteCount + alignment - 1) / alignment * alignment
    }

    static func bytes(floats count: Int) -> Int { padded(4 * count) }

    static func bytes(_ inputs: Int, _ outputs: Int, _ format: DecodingFormat.Number) -> Int {
        let panels = (outputs + gk_decode_panel - 1) / gk_decode_panel
        return panels * gk_decode_panel_bytes(format.kernel, inputs)
    }
}
