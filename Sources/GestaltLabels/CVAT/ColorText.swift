import GestaltMedia

extension Color {
    /// Creates a color from text like `#fa3253`; nil for other text.
    init?(hexadecimal text: String) {
        let digits = text.drop { $0 == "#" }
        guard digits.utf8.count == 6, let number = UInt32(digits, radix: 16) else { return nil }
        self.init(UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255))
    }

    /// Text like `#fa3253`.
    var hexadecimal: String {
        "#"
            + [red, green, blue].map { value in
                (value < 16 ? "0" : "") + String(value, radix: 16)
            }.joined()
    }
}
