import GestaltIO

/// A sequential source of bytes: a file, memory, or the gzip-decompressed contents of either.
protocol ByteSource: AnyObject {
    /// The name of the source, for error messages.
    var name: String { get }
    /// An upper bound on the remaining bytes; nil when unknown.
    var remaining: Int? { get }
    /// Fills `buffer`; only at the end with fewer bytes than its capacity.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MediaError) -> Int
}

extension ByteSource {
    /// Returns the next `count` bytes, fewer at the end. Memory grows with the bytes read, so that
    /// an incorrect `count` is harmless.
    func bytes(_ count: Int) throws(MediaError) -> [UInt8] {
        let step = 1 << 20
        if count <= step { return try chunk(count) }
        var result: [UInt8] = []
        while result.count < count {
            let wanted = min(step, count - result.count)
            let piece = try chunk(wanted)
            result += piece
            if piece.count < wanted { break }
        }
        return result
    }

    private func chunk(_ count: Int) throws(MediaError) -> [UInt8] {
        var failure: MediaError?
        let result = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(MediaError) {
                filled = try read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }
}

/// A source that reads a file.
final class FileSource: ByteSource {
    private let reader: FileReader

    init(path: String) throws(MediaError) {
        do throws(FileFailure) {
            reader = try FileReader(path: path)
        } catch {
            throw MediaError(error)
        }
    }

    var name: String { reader.path }
    var remaining: Int? { reader.remaining }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(MediaError) -> Int {
        do throws(FileFailure) {
            return try reader.read(into: buffer)
        } catch {
            throw MediaError(error)
        }
    }
}

/// A source of bytes in memory.
final class MemorySource: ByteSource {
    let name: String
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    var remaining: Int? { bytes.count - position }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bytes.count - position)
        bytes.withUnsafeBytes { source in
            buffer.copyMemory(from: .init(rebasing: source[position..<(position + count)]))
        }
        position += count
        return count
    }
}
