import GestaltIO

/// A writer of a TFRecord file, which appears atomically when ``finish()`` returns.
public final class TFRecordWriter {
    /// The compression of the whole file.
    public enum Compression: Sendable, Equatable {
        case none
        /// gzip at a level from 0 (stored) to 9 (smallest).
        case gzip(level: Int = 6)
    }

    private let file: AtomicFile
    private let deflater: Deflater?

    /// - Throws: ``MediaError`` when the folder is missing or cannot be written to.
    public init(path: String, compression: Compression = .none) throws(MediaError) {
        do throws(FileFailure) {
            file = try AtomicFile(path: path)
        } catch {
            throw MediaError(error)
        }
        deflater =
            switch compression {
            case .none: nil
            case .gzip(let level): Deflater(level: level)
            }
    }

    /// Appends a record.
    public func append(_ record: [UInt8]) throws(MediaError) { try put(Self.framed(record)) }

    /// Returns a record as stored in a file: length, checksum of the length, data, checksum of the
    /// data.
    static func framed(_ record: [UInt8]) -> [UInt8] {
        let length = UInt64(record.count).littleEndianBytes
        return length + CRC32C.masked(length).littleEndianBytes + record
            + CRC32C.masked(record).littleEndianBytes
    }

    /// Completes the file and moves it to its path.
    public func finish() throws(MediaError) {
        try put([], isLast: true)
        do throws(FileFailure) {
            try file.commit()
        } catch {
            throw MediaError(error)
        }
    }

    private func put(_ bytes: [UInt8], isLast: Bool = false) throws(MediaError) {
        do throws(FileFailure) {
            guard let deflater else { return try file.write(bytes) }
            try deflater.append(bytes, isLast: isLast) { (ready) throws(FileFailure) in
                try file.write(ready)
            }
        } catch {
            throw MediaError(error)
        }
    }
}
