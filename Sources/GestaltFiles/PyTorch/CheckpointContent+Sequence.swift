/// The format before PyTorch 1.6: pickles of a magic number, of a version, of facts about the
/// writer, of the object itself, and of the storages' names; then each storage, its number of
/// elements before its bytes.
extension CheckpointContent {
    /// 0x1950A86A20F9469CFC6C.
    private static let magic = PickleValue.bigInteger("119547037146038801333356")
    private static let version = PickleValue.integer(1001)

    static func sequence(
        _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(FileError) -> CheckpointContent {
        var place = 0
        func next() throws(FileError) -> PickleMachine.Outcome {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[place...])
            let outcome = try PickleMachine.run(rest, path: path)
            place += outcome.byteCount
            return outcome
        }
        try expect(try next().value, magic, "PyTorch's magic number", path)
        try expect(try next().value, version, "version 1001", path)
        let facts = try next().value
        guard facts["little_endian"]?.bool != false else {
            throw .unsupported(
                path: path, tensor: nil, expected: "a little-endian checkpoint of the old form",
                found: "a big-endian one")
        }
        let object = try next()
        let names = try next().value
        guard let listed = names.elements?.map(\.string), !listed.contains(nil) else {
            throw malformed(path, "a list of storages", names.summary)
        }
        let records = try records(
            listed.compactMap(\.self), object.storages, bytes, from: place, path: path)
        try check(object.storages, records, path: path)
        return CheckpointContent(root: object.value, records: records, isBigEndian: false)
    }

    private static func records(
        _ names: [String], _ storages: [String: PyTorchStorage], _ bytes: UnsafeRawBufferPointer,
        from start: Int, path: String
    ) throws(FileError) -> [String: Record] {
        var records: [String: Record] = [:]
        var place = start
        for name in names {
            guard let storage = storages[name], records[name] == nil else {
                throw malformed(path, "each storage of the object once", name)
            }
            guard bytes.count - place >= 8 else {
                throw malformed(path, "the size of storage \(name)", "the end of the file")
            }
            let count = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
            let width = UInt64(storage.width)
            let left = bytes.count - place
            guard count <= UInt64(left) / width else {
                throw malformed(path, "\(count) elements of storage \(name)", "\(left) bytes")
            }
            let end = place + Int(count * width)
            records[name] = .plain(place..<end)
            place = end
        }
        guard place == bytes.count else {
            throw malformed(path, "the end of the file", "\(bytes.count - place) more bytes")
        }
        return records
    }

    private static func expect(
        _ value: PickleValue, _ expected: PickleValue, _ description: String, _ path: String
    ) throws(FileError) {
        guard value == expected else { throw malformed(path, description, value.summary) }
    }

    private static func malformed(
        _ path: String, _ expected: String, _ found: String
    ) -> FileError {
        .malformed(path: path, format: "PyTorch checkpoint", expected: expected, found: found)
    }
}
