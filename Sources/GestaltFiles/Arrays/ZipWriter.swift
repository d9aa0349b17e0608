internal import CZip

/// Creates a zip archive in memory; equal entries yield equal bytes.
enum ZipWriter {
    /// The error message of libzip.
    struct Failure: Error {
        let reason: String
    }

    /// Returns the archive of `entries`, deflated or stored.
    static func archive(
        _ entries: [(name: String, bytes: [UInt8])], deflated: Bool
    ) throws(Failure) -> [UInt8] {
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard let target = zip_source_buffer_create(nil, 0, 0, &error) else {
            throw Failure(reason: String(cString: zip_error_strerror(&error)))
        }
        // Closing the archive releases one reference; the other lets us read the result.
        zip_source_keep(target)
        defer { zip_source_free(target) }
        guard let archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error) else {
            zip_source_free(target)
            throw Failure(reason: String(cString: zip_error_strerror(&error)))
        }
        // libzip reads the entries when the archive is closed: they must not move until then.
        var memory: [UnsafeMutableBufferPointer<UInt8>] = []
        defer { for block in memory { block.deallocate() } }
        for (name, bytes) in entries {
            let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
            _ = block.initialize(fromContentsOf: bytes)
            memory.append(block)
            guard add(name, block.baseAddress, bytes.count, to: archive, deflated: deflated) else {
                let failure = Failure(
                    reason: String(cString: zip_error_strerror(zip_get_error(archive))))
                zip_discard(archive)
                throw failure
            }
        }
        guard zip_close(archive) == 0 else {
            let failure = Failure(
                reason: String(cString: zip_error_strerror(zip_get_error(archive))))
            zip_discard(archive)
            throw failure
        }
        return try content(of: target)
    }

    private static func add(
        _ name: String, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int,
        to archive: OpaquePointer, deflated: Bool
    ) -> Bool {
        guard let source = zip_source_buffer(archive, bytes, UInt64(count), 0) else { return false }
        let index = zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8)
        guard index >= 0 else {
            zip_source_free(source)
            return false
        }
        let method = deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE
        // 1 January 1980, zip's first day: no clock in the file. Day 1 + month 1 · 2⁵.
        return zip_set_file_compression(archive, UInt64(index), method, 0) == 0
            && zip_file_set_dostime(archive, UInt64(index), 0, 1 + 1 << 5, 0) == 0
    }

    private static func content(of source: OpaquePointer) throws(Failure) -> [UInt8] {
        var status = zip_stat_t()
        guard zip_source_stat(source, &status) == 0, zip_source_open(source) == 0 else {
            throw Failure(reason: String(cString: zip_error_strerror(zip_source_error(source))))
        }
        defer { zip_source_close(source) }
        var count: Int64 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.size)) { buffer, filled in
            count = zip_source_read(source, buffer.baseAddress, status.size)
            filled = max(0, Int(count))
        }
        guard count == Int64(status.size) else {
            throw Failure(reason: String(cString: zip_error_strerror(zip_source_error(source))))
        }
        return bytes
    }
}
