internal import CZip

/// The files inside a zip archive (zip64 included) in memory.
final class ZipReader {
    struct Entry {
        let name: String
        let index: UInt64
        let byteCount: Int
        let compressedByteCount: Int
        /// The reason why the content cannot be read; nil where it can.
        let problem: String?
    }

    let path: String
    private(set) var entries: [Entry] = []
    private let archive: OpaquePointer
    // libzip reads from here as long as the archive is open.
    private let memory: UnsafeMutableRawBufferPointer

    /// Copies `bytes` and reads the directory.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        self.path = path
        guard bytes.starts(with: Array("PK".utf8)) else {
            throw .malformed(
                path: path, format: "zip archive", expected: "the signature PK",
                found: describe(bytes))
        }
        try ZipDirectory.check(bytes, path: path)
        memory = .allocate(byteCount: bytes.count, alignment: 16)
        memory.copyMemory(from: bytes)
        var error = zip_error_t()
        zip_error_init(&error)
        let source = zip_source_buffer_create(memory.baseAddress, UInt64(memory.count), 0, &error)
        let opened = source.flatMap { zip_open_from_source($0, ZIP_RDONLY | ZIP_CHECKCONS, &error) }
        guard let opened else {
            let reason = String(cString: zip_error_strerror(&error))
            zip_error_fini(&error)
            source.map { zip_source_free($0) }
            memory.deallocate()
            throw .malformed(
                path: path, format: "zip archive", expected: "a consistent directory",
                found: reason)
        }
        archive = opened
        try readEntries()
    }

    deinit {
        zip_discard(archive)
        memory.deallocate()
    }

    private func readEntries() throws(FileError) {
        let count = zip_get_num_entries(archive, 0)
        var names: Set<String> = []
        for index in 0..<UInt64(max(0, count)) {
            var status = zip_stat_t()
            let needed = UInt64(ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE)
            guard zip_stat_index(archive, index, 0, &status) == 0, status.valid & needed == needed,
                let name = status.name.map({ String(cString: $0) })
            else { throw malformed("name and size of entry \(index)", reason) }
            guard names.insert(name).inserted else {
                throw malformed("every name once", "\(name) twice")
            }
            let problem = try problem(status, name)
            entries.append(
                Entry(
                    name: name, index: index, byteCount: Int(status.size),
                    compressedByteCount: Int(status.comp_size), problem: problem))
        }
    }

    /// Rejects sizes that the stored bytes cannot produce: deflate compresses to 1/1032 at best.
    ///
    /// - Returns: the reason why a well-formed entry is not read: another method of compression.
    private func problem(_ status: zip_stat_t, _ name: String) throws(FileError) -> String? {
        let bound: UInt64
        switch Int32(status.comp_method) {
        case ZIP_CM_STORE: bound = status.comp_size
        case ZIP_CM_DEFLATE: bound = status.comp_size.multipliedReportingOverflow(by: 1040).0
        default:
            // Only a size that fits an Int is used of such an entry.
            guard status.size <= UInt64(Int.max), status.comp_size <= UInt64(memory.count) else {
                throw malformed("sizes inside the archive", "\(status.size) of \(name)")
            }
            return "compression method \(status.comp_method)"
        }
        guard status.comp_size <= UInt64(memory.count), status.size <= bound else {
            throw malformed(
                "at most \(bound) bytes in \(name)", "\(status.size) from \(status.comp_size)")
        }
        return nil
    }

    /// Returns the first bytes of an entry, without verifying its checksum.
    func front(of entry: Entry, byteCount: Int) throws(FileError) -> [UInt8] {
        guard let file = zip_fopen_index(archive, entry.index, 0) else {
            throw malformed("a readable entry \(entry.name)", reason)
        }
        defer { zip_fclose(file) }
        var bytes = [UInt8](repeating: 0, count: min(byteCount, entry.byteCount))
        let count = zip_fread(file, &bytes, UInt64(bytes.count))
        guard count >= 0 else {
            throw malformed(
                "intact data of \(entry.name)",
                String(cString: zip_error_strerror(zip_file_get_error(file))))
        }
        return Array(bytes.prefix(Int(count)))
    }

    /// Returns the bytes of an entry; libzip verifies their CRC-32.
    func bytes(of entry: Entry) throws(FileError) -> [UInt8] {
        guard let file = zip_fopen_index(archive, entry.index, 0) else {
            throw malformed("a readable entry \(entry.name)", reason)
        }
        defer { zip_fclose(file) }
        var bytes: [UInt8] = []
        // Grows with the data, so that a false size costs nothing.
        var chunk = [UInt8](repeating: 0, count: min(1 << 20, entry.byteCount + 1))
        while true {
            let count = zip_fread(file, &chunk, UInt64(chunk.count))
            guard count >= 0 else {
                throw malformed(
                    "intact data of \(entry.name)",
                    String(cString: zip_error_strerror(zip_file_get_error(file))))
            }
            if count == 0 { break }
            bytes += chunk[..<Int(count)]
            guard bytes.count <= entry.byteCount else { break }
        }
        guard bytes.count == entry.byteCount else {
            throw malformed("\(entry.byteCount) bytes of \(entry.name)", "\(bytes.count)")
        }
        return bytes
    }

    private var reason: String { String(cString: zip_error_strerror(zip_get_error(archive))) }

    private func malformed(_ expected: String, _ found: String) -> FileError {
        .malformed(path: path, format: "zip archive", expected: expected, found: found)
    }
}

/// The end of a zip64 archive, checked before libzip reads it: libzip allocates as many entries
/// as the archive claims to have, which may be 2⁶⁴.
private enum ZipDirectory {
    private static let end: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
    private static let endByteCount = 22
    private static let locator: [UInt8] = [0x50, 0x4B, 0x06, 0x07]
    private static let locatorByteCount = 20
    private static let maximumCommentByteCount = 65535
    private static let wideEndByteCount = 56
    private static let leastEntryByteCount = 46

    /// Checks that no record that may be the end claims more entries than fit into the file.
    static func check(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        let last = bytes.count - endByteCount
        let first = max(locatorByteCount, last - maximumCommentByteCount)
        guard last >= first else { return }
        for place in first...last where bytes[place] == end[0] {
            let before = place - locatorByteCount
            guard bytes[place...].starts(with: end), bytes[before...].starts(with: locator) else {
                continue
            }
            let offset = bytes.loadUnaligned(fromByteOffset: before + 8, as: UInt64.self)
            guard offset <= UInt64(before), before - Int(offset) >= wideEndByteCount else {
                continue
            }
            let claimed = max(
                bytes.loadUnaligned(fromByteOffset: Int(offset) + 24, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: Int(offset) + 32, as: UInt64.self))
            let bound = bytes.count / leastEntryByteCount
            guard claimed <= UInt64(bound) else {
                throw .malformed(
                    path: path, format: "zip archive", expected: "at most \(bound) entries",
                    found: "\(claimed)")
            }
        }
    }
}
