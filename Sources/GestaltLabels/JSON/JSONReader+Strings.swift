extension JSONReader {
    /// Reads a string with its quotes.
    mutating func string() throws(Failure) -> String {
        place += 1
        let start = place
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                let text = try validated(UnsafeBufferPointer(rebasing: bytes[start..<place]), start)
                place += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if byte < 0x20 { throw unexpected("text without control characters") }
            place += 1
        }
        throw failure("the text ends inside a string")
    }

    private func validated(
        _ text: some Collection<UInt8>, _ start: Int
    ) throws(Failure) -> String {
        guard let string = String(validating: text, as: UTF8.self) else {
            throw Failure(
                message: "the text is not valid UTF-8 (byte \(firstInvalid(from: start)))",
                offset: firstInvalid(from: start))
        }
        return string
    }

    /// Returns the offset of the first byte from `start` that is not part of UTF-8.
    private func firstInvalid(from start: Int) -> Int {
        var decoder = UTF8()
        var source = bytes[start...].makeIterator()
        var offset = start
        while case .scalarValue(let scalar) = decoder.decode(&source) {
            offset += UTF8.width(scalar)
        }
        return offset
    }

    /// Reads on in a string with escapes, at the first of them.
    private mutating func escapedString(from start: Int) throws(Failure) -> String {
        var text = Array(bytes[start..<place])
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                let string = try validated(text, start)
                place += 1
                return string
            }
            if byte < 0x20 { throw unexpected("text without control characters") }
            place += 1
            if byte == UInt8(ascii: "\\") {
                text += try escape().utf8
            } else {
                text.append(byte)
            }
        }
        throw failure("the text ends inside a string")
    }

    /// Reads the character after a backslash.
    private mutating func escape() throws(Failure) -> String {
        let byte = next
        let known: [UInt8: String] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
            UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
            UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]
        if let text = known[byte] {
            place += 1
            return text
        }
        guard byte == UInt8(ascii: "u") else { throw unexpected("an escape that JSON knows") }
        place += 1
        var value = try fourDigits()
        if (0xD800..<0xDC00).contains(value), bytes[place...].starts(with: "\\u".utf8) {
            place += 2
            let low = try fourDigits()
            guard (0xDC00..<0xE000).contains(low) else {
                throw failure("half of a surrogate pair stands alone")
            }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw failure("half of a surrogate pair stands alone")
        }
        return String(Character(scalar))
    }

    private mutating func fourDigits() throws(Failure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(next)).hexDigitValue else {
                throw unexpected("a hexadecimal digit")
            }
            value = value << 4 | UInt32(digit)
            place += 1
        }
        return value
    }
}
