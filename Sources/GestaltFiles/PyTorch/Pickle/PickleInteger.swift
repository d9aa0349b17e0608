/// An integer of any length: an `Int64` where it fits, decimal digits otherwise.
enum PickleInteger: Equatable {
    case small(Int)
    case big(String)

    /// Two's complement, little-endian; no bytes are zero.
    init(_ bytes: [UInt8]) {
        let isNegative = (bytes.last ?? 0) & 0x80 != 0
        let fill: UInt8 = isNegative ? 0xFF : 0
        // Bytes that only repeat the sign do not count.
        let padded = bytes + [UInt8](repeating: fill, count: max(0, 8 - bytes.count))
        let fits = padded[8...].allSatisfy { $0 == fill } && (padded[7] ^ fill) & 0x80 == 0
        if fits {
            let bits = padded[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            self = .small(Int(Int64(bitPattern: bits)))
        } else {
            self = .big((isNegative ? "-" : "") + Self.digits(Self.magnitude(bytes, isNegative)))
        }
    }

    /// Parses a decimal number; nil for other text.
    init?(_ text: String) {
        if let value = Int(text) {
            self = .small(value)
            return
        }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self = .big(text)
    }

    private static func magnitude(_ bytes: [UInt8], _ isNegative: Bool) -> [UInt8] {
        guard isNegative else { return bytes }
        var carry = true
        return bytes.map { byte in
            let (sum, overflows) = (~byte).addingReportingOverflow(carry ? 1 : 0)
            carry = overflows
            return sum
        }
    }

    /// Converts by schoolbook division: by 10⁹ until nothing is left. Quadratic, for at most 255
    /// bytes.
    private static func digits(_ magnitude: [UInt8]) -> String {
        var words: [UInt32] = stride(from: 0, to: magnitude.count, by: 4).map { start in
            magnitude[start..<min(start + 4, magnitude.count)].reversed()
                .reduce(0) { $0 << 8 | UInt32($1) }
        }
        var text = ""
        while words.contains(where: { $0 != 0 }) {
            var rest: UInt64 = 0
            for index in words.indices.reversed() {
                let value = rest << 32 | UInt64(words[index])
                words[index] = UInt32(value / 1_000_000_000)
                rest = value % 1_000_000_000
            }
            let group = String(rest)
            text = String(repeating: "0", count: 9 - group.count) + group + text
        }
        return String(text.drop { $0 == "0" })
    }
}
