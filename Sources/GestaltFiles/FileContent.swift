import GestaltIO

/// The bytes of an open file, mapped or in memory.
enum FileContent: Sendable {
    case file(MappedFile)
    case memory([UInt8])

    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        switch self {
        case .file(let file): try file.withBytes(body)
        case .memory(let bytes):
            try bytes.withUnsafeBufferPointer { (buffer) throws(FileError) in
                try body(UnsafeRawBufferPointer(buffer))
            }
        }
    }

    /// Releases bytes that are not needed soon.
    func release(_ range: Range<Int>) {
        if case .file(let file) = self { file.release(range) }
    }
}
