extension JSONReader {
    /// Whether a number, NaN or an infinity begins here.
    @inline(__always)
    var startsNumber: Bool {
        let byte = next
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "N") || byte == UInt8(ascii: "I")
    }

    @inline(__always)
    private var digit: UInt64? {
        let byte = next
        return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            ? UInt64(byte &- UInt8(ascii: "0")) : nil
    }

    /// Reads a number; beyond the range of `Double` it is infinite.
    ///
    /// Up to 15 digits and powers of ten up to 22 are exact in `Double`, so one multiplication or
    /// division rounds correctly (Clinger, 1990); other numbers take the library's way.
    mutating func number() throws(Failure) -> Double {
        let start = place
        let isNegative = next == UInt8(ascii: "-")
        if isNegative { place += 1 }
        guard let first = digit else { return try namedNumber(isNegative: isNegative) }
        var digits = first
        var digitCount = 1
        var exponent = 0
        place += 1
        if first == 0 {
            if digit != nil { throw failure("a number begins with 0") }
        } else {
            while let digit {
                if digitCount < 19 { digits = digits &* 10 &+ digit }
                digitCount += 1
                place += 1
            }
        }
        if next == UInt8(ascii: ".") {
            place += 1
            guard digit != nil else { throw unexpected("a digit after the point") }
            while let digit {
                if digitCount < 19 { digits = digits &* 10 &+ digit }
                // Zeros before the first digit do not count.
                if digits != 0 { digitCount += 1 }
                exponent -= 1
                place += 1
            }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            place += 1
            exponent += try exponentDigits()
        }
        if digitCount <= 19, digits < 1 << 53, exponent >= -22, exponent <= 22 {
            let power = Self.powers[abs(exponent)]
            let value = exponent < 0 ? Double(digits) / power : Double(digits) * power
            return isNegative ? -value : value
        }
        return Self.parsed(String(decoding: bytes[start..<place], as: UTF8.self))
    }

    private static let powers: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    private static func parsed(_ text: String) -> Double {
        // The grammar is checked already. Swift's reader returns infinity for too large numbers.
        Double(text) ?? .nan
    }

    /// Reads the exponent after its letter, clamped: further digits change nothing.
    private mutating func exponentDigits() throws(Failure) -> Int {
        let isNegative = next == UInt8(ascii: "-")
        if isNegative || next == UInt8(ascii: "+") { place += 1 }
        guard digit != nil else { throw unexpected("a digit of the exponent") }
        var value = 0
        while let digit {
            value = min(value * 10 + Int(digit), 100_000)
            place += 1
        }
        return isNegative ? -value : value
    }

    /// Reads NaN or Infinity.
    private mutating func namedNumber(isNegative: Bool) throws(Failure) -> Double {
        let names: [(name: String, value: Double)] = [("NaN", .nan), ("Infinity", .infinity)]
        for (name, value) in names where bytes[place...].starts(with: name.utf8) {
            place += name.utf8.count
            return isNegative ? -value : value
        }
        throw unexpected("a value")
    }

    /// Returns the whole number in a range of bytes; nil with fraction or exponent, or beyond the
    /// range of `Int`.
    func integer(_ range: Range<Int>) -> Int? {
        var value = 0
        var isNegative = false
        for (index, byte) in bytes[range].enumerated() {
            if index == 0 && byte == UInt8(ascii: "-") {
                isNegative = true
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, excess) = shifted.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            if overflow || excess { return nil }
            value = sum
        }
        return isNegative ? -value : value
    }
}
