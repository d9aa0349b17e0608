internal import CZlib

/// Inflates gzip members, one after the other, as RFC 1952 allows.
///
/// zlib checks the CRC-32 and the length at the end of each member.
final class GzipSource: ByteSource {
    private let source: any ByteSource
    // zlib keeps a pointer to the stream inside its state, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var isFinished = false

    init(_ source: any ByteSource) throws(MediaError) {
        self.source = source
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: 1 << 17, alignment: 16)
        // 15: the largest window; + 16: a gzip header and trailer.
        let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            throw .tooLarge(
                path: source.name, format: "gzip", limit: "what memory holds",
                found: "zlib code \(code)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1).deallocate()
        input.deallocate()
    }

    static func matches(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    var name: String { source.name }
    var remaining: Int? { isFinished ? 0 : nil }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MediaError) -> Int {
        var filled = 0
        while filled < buffer.count && !isFinished {
            if stream.pointee.avail_in == 0 { try refill() }
            // zlib counts in 32 bits.
            let room = min(buffer.count - filled, 1 << 30)
            stream.pointee.next_out = (buffer.baseAddress! + filled).assumingMemoryBound(
                to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            let code = inflate(stream, Z_NO_FLUSH)
            filled += room - Int(stream.pointee.avail_out)
            switch code {
            case Z_OK: continue
            case Z_STREAM_END: try beginNextMember()
            default: throw failure(code)
            }
        }
        return filled
    }

    private func refill() throws(MediaError) {
        let count = try source.read(into: input)
        guard count > 0 else {
            throw malformed(expected: "a complete stream", found: "the end of the data inside it")
        }
        stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
    }

    private func beginNextMember() throws(MediaError) {
        if stream.pointee.avail_in == 0 {
            let count = try source.read(into: input)
            stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_in = UInt32(count)
        }
        if stream.pointee.avail_in == 0 {
            isFinished = true
            return
        }
        guard stream.pointee.next_in.pointee == 0x1F else {
            throw malformed(
                expected: "the end of the data or another member after the stream",
                found: "trailing bytes")
        }
        inflateReset(stream)
    }

    private func failure(_ code: Int32) -> MediaError {
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"
        return malformed(expected: "deflated data with its checksum", found: reason)
    }

    private func malformed(expected: String, found: String) -> MediaError {
        .malformed(path: name, format: "gzip", expected: expected, found: found)
    }
}
