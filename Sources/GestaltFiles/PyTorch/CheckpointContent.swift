import GestaltIO

/// What a checkpoint holds, whichever form its file has.
struct CheckpointContent {
    let root: PickleValue
    /// Where the bytes of each storage lie, by name.
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

        /// Where the file is touched when it is read.
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

    /// The checkpoint in `bytes`: a zip archive, or one of the older form.
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

    /// Holds the storages that the pickle names against those that the file has.
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
