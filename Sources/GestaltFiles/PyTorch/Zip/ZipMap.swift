/// The directory of a zip archive (zip64 included) whose entries are read in place.
///
/// `ZipReader` has libzip hold the whole archive in memory; this type only locates the bytes of
/// each entry: a checkpoint of a gigabyte is mapped, not copied.
struct ZipMap {
    /// An entry, its headers checked against each other.
    struct Entry {
        let name: String
        let isDeflated: Bool
        let checksum: UInt32
        /// Bytes of its content.
        let byteCount: Int
        /// The range of the stored or deflated bytes.
        let range: Range<Int>
    }

    let path: String
    /// In the order of the directory.
    let entries: [Entry]

    /// Reads the directory and the header before each entry.
    ///
    /// - Throws: ``FileError`` when they disagree, when entries overlap, extend beyond the file or
    ///   have equal names, and when one is encrypted or compressed by another method than deflate.
    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
        self.path = path
        let fields = ZipFields(bytes: bytes, path: path)
        let end = try ZipEnd(fields)
        var entries: [Entry] = []
        var taken: [Range<Int>] = []
        var names: Set<String> = []
        var place = end.directory.lowerBound
        for _ in 0..<end.entryCount {
            let header = try ZipHeader(fields, at: place, within: end.directory)
            place = header.end
            guard names.insert(header.name).inserted else {
                throw fields.malformed("every name once", "\(header.name) twice")
            }
            let range = try header.content(fields, before: end.directory.lowerBound)
            taken.append(header.place..<range.upperBound)
            entries.append(
                Entry(
                    name: header.name, isDeflated: header.isDeflated, checksum: header.checksum,
                    byteCount: header.byteCount, range: range))
        }
        guard place == end.directory.upperBound else {
            throw fields.malformed(
                "\(end.entryCount) entries in the directory",
                "\(end.directory.upperBound - place) more bytes")
        }
        taken.sort { $0.lowerBound < $1.lowerBound }
        for (one, next) in zip(taken, taken.dropFirst()) where next.lowerBound < one.upperBound {
            throw fields.malformed("disjoint entries", "two that overlap")
        }
        self.entries = entries
    }
}

/// Integers at offsets in an archive, each checked to lie inside.
struct ZipFields {
    let bytes: UnsafeRawBufferPointer
    let path: String

    func number<Value: FixedWidthInteger>(
        _ place: Int, as type: Value.Type
    ) throws(FileError) -> Value {
        guard place >= 0, place <= bytes.count - MemoryLayout<Value>.size else {
            throw malformed("a header inside the file", "one at byte \(place)")
        }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Value.self))
    }

    /// Returns a 32-bit integer as an `Int`.
    func wide(_ place: Int) throws(FileError) -> Int { Int(try number(place, as: UInt32.self)) }

    /// Returns a 16-bit integer as an `Int`.
    func narrow(_ place: Int) throws(FileError) -> Int { Int(try number(place, as: UInt16.self)) }

    /// Returns a 64-bit integer as an `Int`.
    func long(_ place: Int) throws(FileError) -> Int {
        let value = try number(place, as: UInt64.self)
        guard let number = Int(exactly: value) else {
            throw malformed("sizes below 2⁶³", "\(value)")
        }
        return number
    }

    func malformed(_ expected: String, _ found: String) -> FileError {
        .malformed(path: path, format: "zip archive", expected: expected, found: found)
    }
}
