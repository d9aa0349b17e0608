/// The directory of a zip archive (zip64 included) whose entries stay where they are.
///
/// Where `ZipReader` has libzip hold the whole archive in memory, this one only tells where the
/// bytes of each entry lie: a checkpoint of a gigabyte is mapped, not copied.
struct ZipMap {
    /// An entry, its headers checked against each other.
    struct Entry {
        let name: String
        let isDeflated: Bool
        let checksum: UInt32
        /// Bytes of its content.
        let byteCount: Int
        /// Where the stored or deflated bytes lie.
        let range: Range<Int>
    }

    let path: String
    /// In the order of the directory.
    let entries: [Entry]

    /// Reads the directory and the header before each entry.
    ///
    /// - Throws: ``FileError`` when they disagree, when entries overlap, reach outside or have
    ///   equal names, and when one is encrypted or packed by another method than deflate.
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
            throw fields.malformed("entries beside each other", "two that overlap")
        }
        self.entries = entries
    }
}

/// Numbers at places in an archive, each checked to lie inside.
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

    /// A number of 32 bits as an `Int`.
    func wide(_ place: Int) throws(FileError) -> Int { Int(try number(place, as: UInt32.self)) }

    /// A number of 16 bits as an `Int`.
    func narrow(_ place: Int) throws(FileError) -> Int { Int(try number(place, as: UInt16.self)) }

    /// A number of 64 bits as an `Int`.
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
