internal import CKernels

/// Keys and values of several heads, one after the other; see `gk_decode_head` for their layout.
///
/// Only the panels of a head whose positions have been written are ever touched.
struct HeadStore {
    let head: gk_decode_head
    private let base: UnsafeMutableRawPointer
    private let keyBytes: Int
    private let headBytes: Int

    /// - Parameter count: the total number of heads, over all samples and layers.
    init(_ head: gk_decode_head, count: Int, _ memory: DecodingMemory) {
        self.head = head
        var shape = head
        keyBytes = gk_decode_key_bytes(&shape)
        headBytes = keyBytes + gk_decode_value_bytes(&shape)
        base = memory.take(count * headBytes)
    }

    static func byteCount(_ head: gk_decode_head, count: Int) -> Int {
        var shape = head
        return DecodingMemory.padded(
            count * (gk_decode_key_bytes(&shape) + gk_decode_value_bytes(&shape)))
    }

    func keys(_ index: Int) -> UnsafeMutableRawPointer { base + index * headBytes }
    func values(_ index: Int) -> UnsafeMutableRawPointer { base + index * headBytes + keyBytes }

    func append(
        _ index: Int, position: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>
    ) {
        withUnsafePointer(to: head) {
            gk_decode_append($0, position, key, value, keys(index), values(index))
        }
    }
}

extension gk_decode_head {
    /// A head with room for `positions`.
    init(width: Int, valueWidth: Int, positions: Int, format: DecodingFormat.Number) {
        let panel = gk_decode_panel
        self.init(
            width: width, value_width: valueWidth,
            capacity: (positions + panel - 1) / panel * panel,
            scale: 1 / Float(width).squareRoot(), storage: format.kernel)
    }
}
