/// An entry of the directory.
struct ZipHeader {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    private(set) var byteCount: Int
    private(set) var storedByteCount: Int
    /// The offset of the local header before its content.
    private(set) var place: Int
    /// The offset of the next header in the directory.
    let end: Int
    private let method: Int
    /// Whether sizes and checksum follow the content: the local header may then have zeros.
    private let isStreamed: Bool

    static let leastByteCount = 46
    private static let signature: UInt32 = 0x0201_4B50
    private static let localSignature: UInt32 = 0x0403_4B50
    private static let localByteCount = 30
    /// The bound on deflate's expansion, at most 1032 bytes for one.
    private static let deflateRatio = 1040

    init(
        _ fields: ZipFields, at start: Int, within directory: Range<Int>
    ) throws(FileError) {
        guard start <= directory.upperBound - Self.leastByteCount,
            try fields.number(start, as: UInt32.self) == Self.signature
        else { throw fields.malformed("the header of an entry", "none at byte \(start)") }
        let flags = try fields.narrow(start + 8)
        method = try fields.narrow(start + 10)
        checksum = try fields.number(start + 16, as: UInt32.self)
        storedByteCount = try fields.wide(start + 20)
        byteCount = try fields.wide(start + 24)
        place = try fields.wide(start + 42)
        let nameEnd = start + Self.leastByteCount + (try fields.narrow(start + 28))
        let extraEnd = nameEnd + (try fields.narrow(start + 30))
        end = extraEnd + (try fields.narrow(start + 32))
        guard end <= directory.upperBound,
            let name = String(
                validating: fields.bytes[(start + Self.leastByteCount)..<nameEnd], as: UTF8.self)
        else { throw fields.malformed("a name in UTF-8", "none at byte \(start)") }
        self.name = name
        isDeflated = method == 8
        isStreamed = flags & 1 << 3 != 0
        guard flags & (1 | 1 << 6 | 1 << 13) == 0, method == 0 || method == 8 else {
            throw .unsupported(
                path: fields.path, tensor: nil,
                expected: "stored or deflated entries that are not encrypted",
                found: "\(name) of method \(method) with flags \(flags)")
        }
        try widen(fields, nameEnd..<extraEnd)
        try checkSizes(fields)
    }

    /// Reads values that do not fit 32 bits from the zip64 field.
    private mutating func widen(_ fields: ZipFields, _ extra: Range<Int>) throws(FileError) {
        let saturated = 0xFFFF_FFFF
        guard byteCount == saturated || storedByteCount == saturated || place == saturated else {
            return
        }
        var start = extra.lowerBound
        while start <= extra.upperBound - 4, try fields.narrow(start) != 1 {
            start += 4 + (try fields.narrow(start + 2))
        }
        guard start <= extra.upperBound - 4 else {
            throw fields.malformed("a zip64 field of \(name)", "none")
        }
        let end = start + 4 + (try fields.narrow(start + 2))
        var next = start + 4
        for field in [\ZipHeader.byteCount, \ZipHeader.storedByteCount, \ZipHeader.place]
        where self[keyPath: field] == saturated {
            guard next + 8 <= min(end, extra.upperBound) else {
                throw fields.malformed("a whole zip64 field of \(name)", "half of one")
            }
            self[keyPath: field] = try fields.long(next)
            next += 8
        }
    }

    private func checkSizes(_ fields: ZipFields) throws(FileError) {
        let (bound, overflows) = storedByteCount.multipliedReportingOverflow(
            by: isDeflated ? Self.deflateRatio : 1)
        guard storedByteCount <= fields.bytes.count, !overflows,
            isDeflated ? byteCount <= bound : byteCount == storedByteCount
        else {
            throw fields.malformed(
                "at most \(bound) bytes in \(name)", "\(byteCount) from \(storedByteCount)")
        }
    }

    /// Returns the range of the content, after checking the local header against the directory.
    func content(_ fields: ZipFields, before limit: Int) throws(FileError) -> Range<Int> {
        guard place <= limit - Self.localByteCount,
            try fields.number(place, as: UInt32.self) == Self.localSignature
        else { throw fields.malformed("a header before \(name)", "none at byte \(place)") }
        let nameStart = place + Self.localByteCount
        let nameEnd = nameStart + (try fields.narrow(place + 26))
        let start = nameEnd + (try fields.narrow(place + 28))
        guard start <= limit, storedByteCount <= limit - start else {
            throw fields.malformed(
                "\(storedByteCount) bytes of \(name) before the directory",
                "\(max(0, limit - start))")
        }
        guard fields.bytes[nameStart..<nameEnd].elementsEqual(name.utf8),
            try fields.narrow(place + 8) == method, try agrees(fields)
        else {
            throw fields.malformed("one description of \(name)", "two that differ")
        }
        return start..<(start + storedByteCount)
    }

    private func agrees(_ fields: ZipFields) throws(FileError) -> Bool {
        if isStreamed { return true }
        let (stored, whole) = (try fields.wide(place + 18), try fields.wide(place + 22))
        return try fields.number(place + 14, as: UInt32.self) == checksum
            && (stored == storedByteCount || stored == 0xFFFF_FFFF)
            && (whole == byteCount || whole == 0xFFFF_FFFF)
    }
}
