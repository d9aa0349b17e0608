internal import CZlib

/// A source that inflates a zlib stream, or consecutive gzip members, as RFC 1952 permits.
///
/// zlib checks the checksum at the end of each. Bytes after the last member are ignored with a
/// warning: tapes and downloads are padded with zeros, and `gzip -d` reads such files.
final class InflatingSource: ByteSource {
    enum Format: String {
        case gzip
        case zlib
    }

    private let source: any ByteSource
    private let format: Format
    // zlib keeps a pointer to the stream inside its state, so the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var isFinished = false
    private(set) var warnings: [MediaWarning] = []

    init(_ source: any ByteSource, format: Format) throws(MediaError) {
        self.source = source
        self.format = format
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: 1 << 17, alignment: 16)
        // 15: the largest window; + 16: a gzip header and trailer.
        let code = inflateInit2_(
            stream, format == .gzip ? 15 + 16 : 15, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            throw .tooLarge(
                path: source.name, format: format.rawValue, limit: "what memory holds",
                found: "zlib code \(code)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1).deallocate()
        input.deallocate()
    }

    /// Returns the format indicated by the first bytes.
    static func format(of bytes: [UInt8]) -> Format? {
        if bytes.starts(with: [0x1F, 0x8B]) { return .gzip }
        guard bytes.count >= 2 else { return nil }
        // RFC 1950: deflate with a window of at most 32 KiB, and a check value in the first 16
        // bits.
        let isHeader =
            bytes[0] & 0x0F == 8 && bytes[0] >> 4 <= 7
            && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
        return isHeader ? .zlib : nil
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
        guard try fetch() else {
            throw .cutShort(
                path: name, format: format.rawValue, wholeRecords: 0,
                expected: "a complete stream", found: "the end of the data inside it")
        }
    }

    /// Reads the next block; returns false at the end.
    private func fetch() throws(MediaError) -> Bool {
        let count = try source.read(into: input)
        stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        return count > 0
    }

    private func beginNextMember() throws(MediaError) {
        let tail = try tail()
        if format == .gzip && tail.starts(with: [0x1F, 0x8B]) {
            inflateReset(stream)
            return
        }
        isFinished = true
        if tail.isEmpty { return }
        let kind = tail.allSatisfy { $0 == 0 } ? "zeros" : "bytes that are not part of it"
        warnings.add("\(kind) after the \(format.rawValue) stream are left alone", path: name)
    }

    /// Returns the bytes after a stream: at least two if that many remain.
    private func tail() throws(MediaError) -> [UInt8] {
        if stream.pointee.avail_in == 0, try !fetch() { return [] }
        var tail = [UInt8](
            UnsafeBufferPointer(start: stream.pointee.next_in, count: Int(stream.pointee.avail_in)))
        if tail.count == 1 {
            // A member's two first bytes may lie on both sides of a block boundary.
            let (first, count) = (tail[0], try source.read(into: .init(rebasing: input[1...])))
            input[0] = first
            stream.pointee.next_in = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_in = UInt32(count + 1)
            tail = [UInt8](input[..<(count + 1)])
        }
        return tail
    }

    private func failure(_ code: Int32) -> MediaError {
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"
        return .malformed(
            path: name, format: format.rawValue, expected: "deflated data with its checksum",
            found: reason)
    }
}
