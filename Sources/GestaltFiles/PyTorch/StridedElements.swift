/// Elements of a storage selected by strides, in row-major order.
struct StridedElements {
    private let start: Int
    private let width: Int
    /// Lengths and steps in bytes of the axes, after dropping those of length 1 and merging
    /// contiguous ones.
    private let axes: [(length: Int, step: Int)]
    private let byteCount: Int

    init(_ tensor: PyTorchTensor) {
        width = tensor.type.byteCount
        byteCount = tensor.byteCount
        start = tensor.storage.start + tensor.offset * width
        var joined: [(length: Int, step: Int)] = []
        if tensor.elementCount > 0 {
            for (length, stride) in zip(tensor.shape, tensor.strides) where length != 1 {
                let step = stride * width
                if let outer = joined.last, outer.step == step * length {
                    joined[joined.count - 1] = (outer.length * length, step)
                } else {
                    joined.append((length, step))
                }
            }
        }
        axes = joined
    }

    /// Calls `body` with the contiguous elements; if they are contiguous in `record`, with the
    /// record's own bytes.
    func withBytes<Result>(
        of record: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        if byteCount == 0 { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        if axes.isEmpty || axes.count == 1 && axes[0].step == width {
            return try body(
                UnsafeRawBufferPointer(rebasing: record[start..<(start + byteCount)]))
        }
        let target = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        defer { target.deallocate() }
        switch width {
        case 1: gather(record, target, UInt8.self)
        case 2: gather(record, target, UInt16.self)
        case 4: gather(record, target, UInt32.self)
        default: gather(record, target, UInt64.self)
        }
        return try body(UnsafeRawBufferPointer(target))
    }

    private func gather<Unit: FixedWidthInteger & BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _: Unit.Type
    ) {
        guard let inner = axes.last else { return }
        let outer = axes.dropLast()
        var index = [Int](repeating: 0, count: outer.count)
        var (from, to) = (start, 0)
        while true {
            var place = from
            for _ in 0..<inner.length {
                let unit = source.loadUnaligned(fromByteOffset: place, as: Unit.self)
                target.storeBytes(of: unit, toByteOffset: to, as: Unit.self)
                place += inner.step
                to += width
            }
            var axis = outer.count - 1
            while axis >= 0 {
                index[axis] += 1
                from += outer[axis].step
                if index[axis] < outer[axis].length { break }
                from -= outer[axis].step * outer[axis].length
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}
