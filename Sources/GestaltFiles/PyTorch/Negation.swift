/// Negation of elements in the byte order of their file.
enum Negation {
    /// Returns the negatives of the elements: floating-point numbers flip their sign bit, integers
    /// wrap around as PyTorch's do.
    static func negated(
        _ elements: UnsafeRawBufferPointer, _ type: StoredType, isBigEndian: Bool
    ) -> [UInt8] {
        var bytes = Array(elements)
        let width = type.byteCount
        for start in stride(from: 0, to: bytes.count, by: width) {
            if isFloating(type) {
                bytes[isBigEndian ? start : start + width - 1] ^= 0x80
                continue
            }
            // Two's complement, from the lowest byte on.
            var carry = true
            for step in 0..<width {
                let place = isBigEndian ? start + width - 1 - step : start + step
                let (sum, overflows) = (~bytes[place]).addingReportingOverflow(carry ? 1 : 0)
                bytes[place] = sum
                carry = overflows
            }
        }
        return bytes
    }

    private static func isFloating(_ type: StoredType) -> Bool {
        switch type {
        case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool: false
        default: true
        }
    }
}
