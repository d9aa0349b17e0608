/// The record at the end of an archive, which holds the location of the directory.
struct ZipEnd {
    let entryCount: Int
    let directory: Range<Int>

    private static let signature: UInt32 = 0x0605_4B50
    private static let byteCount = 22
    private static let maximumCommentByteCount = 65535
    private static let locatorSignature: UInt32 = 0x0706_4B50
    private static let locatorByteCount = 20
    private static let wideSignature: UInt32 = 0x0606_4B50
    private static let wideByteCount = 56

    /// - Throws: ``FileError`` when there is none, or when it claims more than the file holds.
    init(_ fields: ZipFields) throws(FileError) {
        let place = try Self.place(fields)
        var count = try fields.narrow(place + 10)
        var size = try fields.wide(place + 12)
        var start = try fields.wide(place + 16)
        var end = place
        guard [0, 0xFFFF].contains(try fields.narrow(place + 4)) else {
            throw fields.malformed("an archive in one part", "part of another")
        }
        if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
            end = try Self.widePlace(fields, before: place)
            count = try fields.long(end + 32)
            size = try fields.long(end + 40)
            start = try fields.long(end + 48)
        }
        guard start <= end, size <= end - start, count <= size / ZipHeader.leastByteCount else {
            throw fields.malformed(
                "a directory inside the file",
                "\(count) entries in \(size) bytes from byte \(start)")
        }
        entryCount = count
        directory = start..<(start + size)
    }

    /// Returns the last position where a comment of the stated length ends with the file.
    private static func place(_ fields: ZipFields) throws(FileError) -> Int {
        let last = fields.bytes.count - byteCount
        for place in stride(from: last, through: max(0, last - maximumCommentByteCount), by: -1) {
            if try fields.number(place, as: UInt32.self) == signature,
                try fields.narrow(place + 20) == last - place
            {
                return place
            }
        }
        throw fields.malformed("the record that ends an archive", "none: is the file cut short?")
    }

    private static func widePlace(
        _ fields: ZipFields, before end: Int
    ) throws(FileError) -> Int {
        let locator = end - locatorByteCount
        guard try fields.number(locator, as: UInt32.self) == locatorSignature else {
            throw fields.malformed("the place of the zip64 record", "none")
        }
        let place = try fields.long(locator + 8)
        guard place <= locator - wideByteCount,
            try fields.number(place, as: UInt32.self) == wideSignature
        else { throw fields.malformed("a zip64 record before its locator", "none") }
        return place
    }
}
