/// The arrays of an npy file: usually one, several where a program saved repeatedly to an open
/// file.
struct NPYSequence {
    struct Item {
        let header: NPYHeader
        /// The array's bytes; nil where their end is unknown: elements of unknown size.
        let data: Range<Int>?
    }

    let arrays: [Item]
    /// A description of the content after the first array; nil for only zeros.
    let remark: String?
    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private let name: String?

    /// The maximum number of arrays searched for.
    private static let mostArrays = 1 << 16

    /// - Throws: ``FileError`` when the first array is broken.
    init(_ bytes: UnsafeRawBufferPointer, path: String, name: String?) throws(FileError) {
        self.bytes = bytes
        self.path = path
        self.name = name
        var arrays = [try Self.item(bytes, from: 0, path, name)]
        var end = arrays[0].data?.upperBound ?? bytes.count
        while end < bytes.count, arrays.count < Self.mostArrays,
            bytes[end...].starts(with: NPYHeader.magic),
            let next = try? Self.item(bytes, from: end, path, name)
        {
            arrays.append(next)
            end = next.data?.upperBound ?? bytes.count
        }
        self.arrays = arrays
        let rest = bytes[end...]
        if arrays.count > 1 {
            remark = "\(arrays.count) arrays"
        } else {
            remark = rest.allSatisfy { $0 == 0 } ? nil : "\(rest.count) more bytes"
        }
    }

    private static func item(
        _ bytes: UnsafeRawBufferPointer, from start: Int, _ path: String, _ name: String?
    ) throws(FileError) -> Item {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        let header = try NPYHeader(rest, path: path, name: name)
        guard let type = header.type else { return Item(header: header, data: nil) }
        let found = rest.count - header.dataStart
        guard let wanted = type.byteCount(of: header.shape), wanted <= found else {
            throw .malformed(
                path: path, format: "npy",
                expected: "the bytes of \(type) \(header.shape) after the header",
                found: "\(found) bytes")
        }
        let first = start + header.dataStart
        return Item(header: header, data: first..<(first + wanted))
    }

    /// Returns the elements of an array.
    /// - Throws: ``FileError`` when there is none of this index, or its elements cannot be read.
    func elements(_ index: Int) throws(FileError) -> StoredElements {
        guard arrays.indices.contains(index) else {
            throw .missing(
                path: path, tensor: "\(index)", available: arrays.indices.map { "\($0)" })
        }
        let header = arrays[index].header
        guard let type = header.type, let data = arrays[index].data else {
            throw header.member(name ?? "\(index)").refusal(path)
        }
        return StoredElements(
            type: type, shape: header.shape, bytes: UnsafeRawBufferPointer(rebasing: bytes[data]),
            isBigEndian: header.isBigEndian, isFortranOrder: header.isFortranOrder)
    }
}
