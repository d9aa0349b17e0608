internal import CZlib
import GestaltChecks

/// An incremental compressor into a gzip member. The header has no time and no name: equal bytes
/// yield equal files.
final class Deflater {
    // zlib keeps a pointer to the stream inside its state, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var output = [UInt8](repeating: 0, count: 1 << 16)

    init(level: Int) {
        require((0...9) ~= level, "gzip: level \(level) not in 0...9")
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 + 16: the largest window, gzip header; 8: zlib's usual memory.
        let code = deflateInit2_(
            stream, Int32(level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        require(code == Z_OK, "gzip: no memory for the encoder (zlib code \(code))")
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1).deallocate()
    }

    /// Compresses `bytes` and passes completed output to `emit`; `isLast` ends the member.
    func append<Failure: Error>(
        _ bytes: [UInt8], isLast: Bool = false,
        emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        // zlib counts in 32 bits.
        let step = 1 << 30
        var start = 0
        repeat {
            let end = min(start + step, bytes.count)
            try append(
                bytes[start..<end], flush: isLast && end == bytes.count ? Z_FINISH : Z_NO_FLUSH,
                emit: emit)
            start = end
        } while start < bytes.count
    }

    private func append<Failure: Error>(
        _ bytes: ArraySlice<UInt8>, flush: Int32,
        emit: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try bytes.withUnsafeBufferPointer { (input) throws(Failure) in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            repeat {
                let count = output.withUnsafeMutableBufferPointer { room in
                    stream.pointee.next_out = room.baseAddress
                    stream.pointee.avail_out = UInt32(room.count)
                    deflate(stream, flush)
                    return room.count - Int(stream.pointee.avail_out)
                }
                try output.withUnsafeBufferPointer { (ready) throws(Failure) in
                    try emit(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: ready[..<count])))
                }
            } while stream.pointee.avail_out == 0
            stream.pointee.next_in = nil
        }
    }
}
