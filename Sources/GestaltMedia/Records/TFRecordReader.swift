/// A reader of TFRecord files, record by record, plain, gzip or zlib, as determined by the first
/// bytes.
///
/// A record is `length: UInt64 | masked CRC-32C of the length | data | masked CRC-32C of the data`,
/// little-endian. Both checksums are verified.
public final class TFRecordReader {
    /// The maximum number of bytes per record.
    public static let maximumRecordByteCount = 1 << 30

    /// The file, or the name of the bytes in memory.
    public var name: String { source.name }
    /// The number of records read so far.
    public private(set) var count = 0
    private let source: any ByteSource
    private let inflating: InflatingSource?
    // The size of the length and its checksum.
    private static let headByteCount = 12

    /// - Throws: ``MediaError`` when the file cannot be opened.
    public convenience init(path: String) throws(MediaError) {
        let head = try FileSource(path: path).bytes(Self.headByteCount)
        try self.init(FileSource(path: path), head: head)
    }

    /// Creates a reader of the records in `bytes`; errors refer to them as `name`.
    public convenience init(bytes: [UInt8], name: String = "TFRecord data") throws(MediaError) {
        let head = Array(bytes.prefix(Self.headByteCount))
        try self.init(MemorySource(bytes, name: name), head: head)
    }

    // A plain file whose first record is 559,903 bytes long begins like gzip, one of 40,056 like
    // zlib; then the checksum of that length is decisive.
    private init(_ source: any ByteSource, head: [UInt8]) throws(MediaError) {
        let isPlain =
            head.count == Self.headByteCount
            && UInt32(littleEndian: head[8...]) == CRC32C.masked(head[..<8])
        if !isPlain, let format = InflatingSource.format(of: head) {
            let inflating = try InflatingSource(source, format: format)
            self.source = inflating
            self.inflating = inflating
        } else {
            self.source = source
            inflating = nil
        }
    }

    /// The tolerated irregularities so far: bytes after a compressed stream.
    public var warnings: [MediaWarning] { inflating?.warnings ?? [] }

    /// Returns all records of a file.
    public static func records(path: String) throws(MediaError) -> [[UInt8]] {
        let reader = try TFRecordReader(path: path)
        var records: [[UInt8]] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    /// Returns the next record, nil at the end of the file.
    ///
    /// - Throws: ``MediaError/cutShort(path:format:wholeRecords:expected:found:)`` with the number
    ///   of whole records when the data ends inside one; another ``MediaError`` when a checksum
    ///   does not match. Do not continue after an error: the start of the next record is unknown.
    public func next() throws(MediaError) -> [UInt8]? {
        let head = try bytes(Self.headByteCount)
        if head.isEmpty { return nil }
        guard head.count == Self.headByteCount else {
            throw cutShort(expected: "12 bytes of length and checksum", found: head.count)
        }
        let stored = UInt32(littleEndian: head[8...])
        let computed = CRC32C.masked(head[..<8])
        guard stored == computed else {
            throw malformed(
                expected: "length checksum \(hexadecimal(computed))",
                found: hexadecimal(stored) + (count == 0 ? " (is this a TFRecord file?)" : ""))
        }
        let record = try data(length: UInt64(littleEndian: head[..<8]))
        count += 1
        return record
    }

    private func data(length: UInt64) throws(MediaError) -> [UInt8] {
        guard length <= Self.maximumRecordByteCount else {
            throw .tooLarge(
                path: name, format: "record \(count)",
                limit: "\(Self.maximumRecordByteCount) bytes", found: "\(length) bytes")
        }
        let wanted = Int(length) + 4
        if let remaining = source.remaining, remaining < wanted {
            throw cutShort(expected: "\(wanted) bytes of data", found: remaining)
        }
        let data = try bytes(Int(length))
        let tail = try bytes(4)
        guard data.count + tail.count == wanted else {
            throw cutShort(
                expected: "\(wanted) bytes of data", found: data.count + tail.count)
        }
        let stored = UInt32(littleEndian: tail[...])
        let computed = CRC32C.masked(data)
        guard stored == computed else {
            throw malformed(
                expected: "data checksum \(hexadecimal(computed))", found: hexadecimal(stored))
        }
        return data
    }

    /// Returns bytes of the source, with the record count added to errors of a truncated source.
    private func bytes(_ wanted: Int) throws(MediaError) -> [UInt8] {
        do throws(MediaError) {
            return try source.bytes(wanted)
        } catch {
            guard case .cutShort(let path, let format, _, let expected, let found) = error else {
                throw error
            }
            throw .cutShort(
                path: path, format: format, wholeRecords: count, expected: expected, found: found)
        }
    }

    private func cutShort(expected: String, found: Int) -> MediaError {
        .cutShort(
            path: name, format: "TFRecord", wholeRecords: count, expected: expected,
            found: "\(found)")
    }

    private func malformed(expected: String, found: String) -> MediaError {
        .malformed(
            path: name, format: "TFRecord, record \(count)", expected: expected, found: found)
    }

    private func hexadecimal(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
}

extension FixedWidthInteger {
    /// Creates a number from its little-endian bytes.
    init(littleEndian bytes: ArraySlice<UInt8>) {
        self = bytes.reversed().reduce(0) { $0 << 8 | Self($1) }
    }

    /// The little-endian bytes of the number.
    var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
