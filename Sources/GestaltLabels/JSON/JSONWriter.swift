/// JSON text under construction.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// Whether a comma precedes the next value or key, for each open object and list.
    private var needsComma = [false]

    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Writes an object whose members `body` writes.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"), body)
        bytes.append(UInt8(ascii: "}"))
    }

    /// Writes a list whose elements `body` writes.
    package mutating func list(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["), body)
        bytes.append(UInt8(ascii: "]"))
    }

    /// Writes the key of a member; its value follows.
    package mutating func key(_ key: String) {
        value(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma[needsComma.count - 1] = false
    }

    package mutating func member(_ key: String, _ text: String) {
        self.key(key)
        value(text)
    }

    package mutating func member(_ key: String, _ number: Int) {
        self.key(key)
        value(number)
    }

    package mutating func member(_ key: String, _ number: Double) {
        self.key(key)
        value(number)
    }

    package mutating func member(_ key: String, _ isTrue: Bool) {
        self.key(key)
        separate()
        bytes += (isTrue ? "true" : "false").utf8
    }

    /// Writes a member without a value.
    package mutating func null(_ key: String) {
        self.key(key)
        separate()
        bytes += "null".utf8
    }

    package mutating func value(_ number: Int) {
        separate()
        Self.append(number, to: &bytes)
    }

    /// Writes a number that reads back as the same `Double`.
    ///
    /// - Precondition: `number` is finite.
    package mutating func value(_ number: Double) {
        separate()
        Self.append(number, to: &bytes)
    }

    package mutating func value(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: bytes += "\\n".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case 0..<0x20:
                bytes += ("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Begins a new line between values, for readers of the text.
    package mutating func line() {
        separate()
        bytes.append(UInt8(ascii: "\n"))
        needsComma[needsComma.count - 1] = false
    }

    private mutating func open(_ bracket: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(bracket)
        needsComma.append(false)
        body(&self)
        needsComma.removeLast()
    }

    private mutating func separate() {
        if needsComma[needsComma.count - 1] { bytes.append(UInt8(ascii: ",")) }
        needsComma[needsComma.count - 1] = true
    }
}

extension JSONWriter {
    static func append(_ number: Int, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(UInt64(number.magnitude), to: &bytes)
    }

    /// Appends the shortest decimal number that reads back as `number`.
    static func append(_ number: Double, to bytes: inout [UInt8]) {
        // Most coordinates have few decimals: then a quotient of whole numbers is exact.
        let magnitude = abs(number)
        if magnitude < 1e9 {
            for (decimals, power) in [(0, 1.0), (2, 100.0), (4, 10_000.0), (6, 1_000_000.0)] {
                let scaled = (magnitude * power).rounded()
                guard scaled / power == magnitude else { continue }
                if number < 0 { bytes.append(UInt8(ascii: "-")) }
                appendDecimal(UInt64(scaled), decimals: decimals, to: &bytes)
                return
            }
        }
        bytes += "\(number)".utf8
    }

    /// Appends `digits / 10^decimals` without zeros at its end.
    private static func appendDecimal(_ digits: UInt64, decimals: Int, to bytes: inout [UInt8]) {
        var (digits, decimals) = (digits, decimals)
        while decimals > 0 && digits % 10 == 0 {
            digits /= 10
            decimals -= 1
        }
        let power = (0..<decimals).reduce(UInt64(1)) { power, _ in power * 10 }
        appendDigits(digits / power, to: &bytes)
        guard decimals > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var rest = digits % power
        var place = power / 10
        while place > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / place))
            rest %= place
            place /= 10
        }
    }

    private static func appendDigits(_ number: UInt64, to bytes: inout [UInt8]) {
        if number < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
            return
        }
        var place: UInt64 = 1
        while number / place >= 10 { place *= 10 }
        var rest = number
        while place > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / place))
            rest %= place
            place /= 10
        }
    }
}
