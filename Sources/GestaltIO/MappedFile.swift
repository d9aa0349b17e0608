import GestaltChecks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A regular file mapped as read-only memory.
///
/// Pages are read when they are touched, so opening a large file costs nothing. A process that
/// truncates the file while it is mapped ends the program with a bus error; our own writers never
/// do, they write to another file and rename it.
// Unchecked: the memory is read-only and `base` never changes until the last reference is gone.
public final class MappedFile: @unchecked Sendable {
    public let path: String
    public let byteCount: Int
    private let base: UnsafeMutableRawPointer?

    /// - Throws: ``FileFailure`` when the file is missing, unreadable or not a regular file.
    public init(path: String) throws(FileFailure) {
        let reader = try FileReader(path: path)
        self.path = path
        byteCount = reader.byteCount
        // An empty file has nothing to map, and the system refuses to.
        guard byteCount > 0 else {
            base = nil
            return
        }
        let address = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, reader.descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw FileFailure(path: path, action: .map)
        }
        base = address
    }

    deinit {
        if let base { munmap(base, byteCount) }
    }

    /// Calls `body` with all bytes of the file; the pointer is invalid afterwards.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(start: base, count: byteCount))
    }

    /// Returns the memory of the pages inside `range` to the system; touched again, they are read
    /// again. A caller that copies a large file piece by piece thus does not hold it twice.
    ///
    /// - Precondition: `range` lies inside the file.
    public func release(_ range: Range<Int>) {
        require(
            range.lowerBound >= 0 && range.upperBound <= byteCount,
            "MappedFile.release: \(range) of \(byteCount) bytes")
        let page = Int(getpagesize())
        let start = (range.lowerBound + page - 1) / page * page
        // The page that holds the file's last byte belongs to the mapping as a whole.
        let end = range.upperBound == byteCount ? byteCount : range.upperBound / page * page
        guard let base, start < end else { return }
        // A hint: a refusal costs memory, nothing else.
        _ = madvise(base + start, end - start, MADV_DONTNEED)
    }
}
