import GestaltIO

/// The content of a checkpoint, in either format.
struct CheckpointContent {
    let root: PickleValue
    /// The bytes of each storage, by name.
    let records: [String: Record]
    let isBigEndian: Bool

    /// The bytes of a storage.
    enum Record: Sendable {
        case plain(Range<Int>)
        case entry(ZipMap.Entry)

        var byteCount: Int {
            switch self {
            case .plain(let range): range.count
            case .entry(let entry): entry.byteCount
            }
        }

        /// The byte range of the file that is read.
        var range: Range<Int> {
            switch self {
            case .plain(let range): range
            case .entry(let entry): entry.range
            }
        }

        /// Calls `body` with the bytes.
        func withBytes<Result>(
            of file: UnsafeRawBufferPointer, path: String, isVerified: Bool,
            _ body: (UnsafeRawBufferPointer) throws(FileError) -> Result
        ) throws(FileError) -> Result {
            switch self {
            case .plain(let range): try body(UnsafeRawBufferPointer(rebasing: file[range]))
            case .entry(let entry):
                try entry.withContent(of: file, path: path, isVerified: isVerified, body)
            }
        }
    }

    /// Reads the checkpoint in `bytes`: a zip archive, or the older format.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        switch FileKind(bytes) {
        case .torchArchive: self = try .archive(bytes, path: path)
        case .torchSequence: self = try .sequence(bytes, path: path)
        case let kind:
            throw .unsupported(
                path: path, tensor: nil, expected: "a PyTorch checkpoint",
                found: kind.description)
        }
    }

    init(root: PickleValue, records: [String: Record], isBigEndian: Bool) {
        self.root = root
        self.records = records
        self.isBigEndian = isBigEndian
    }

    /// Checks the storages named in the pickle against those in the file.
    static func check(
        _ storages: [String: PyTorchStorage], _ records: [String: Record], path: String
    ) throws(FileError) {
        for storage in storages.values.sorted(by: { $0.name < $1.name }) {
            guard let record = records[storage.name] else {
                throw .malformed(
                    path: path, format: "PyTorch checkpoint",
                    expected: "the data of storage \(storage.name)", found: "none")
            }
            guard record.byteCount == storage.recordByteCount else {
                throw .malformed(
                    path: path, format: "PyTorch checkpoint",
                    expected: "\(storage.recordByteCount) bytes of storage \(storage.name)",
                    found: "\(record.byteCount)")
            }
        }
    }
}
