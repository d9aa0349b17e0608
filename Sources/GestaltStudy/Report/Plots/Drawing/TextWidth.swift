/// Estimated widths of text in the typeface of drawings.
///
/// Labels are placed without a browser, so widths are upper estimates for common sans-serif faces:
/// labels are too far apart rather than too close.
package enum TextWidth {
    package static let labelSize = 12
    package static let tickSize = 11

    /// Returns the width of a line of text in units of the drawing.
    package static func width(_ text: String, size: Int = labelSize, isBold: Bool = false) -> Double
    {
        let ems = text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
        return ems * Double(size) * (isBold ? 1.12 : 1)
    }

    /// Returns the width of the widest of some lines; 0 for none.
    package static func widest(
        _ lines: [String], size: Int = labelSize, isBold: Bool = false
    ) -> Double {
        lines.map { width($0, size: size, isBold: isBold) }.max() ?? 0
    }

    /// Returns the lines of a text broken at spaces to a width; a longer word stays whole.
    package static func lines(
        _ text: String, width limit: Double, size: Int = labelSize, isBold: Bool = false
    ) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last,
                width("\(last) \(word)", size: size, isBold: isBold) <= limit
            {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// In ems: DejaVu Sans, the widest of the faces that browsers fall back to.
    private static func width(of scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", "|", "!", "'", ".", ",", ":", ";", " ", "\u{A0}": 0.33
        case "f", "t", "r", "(", ")", "[", "]", "/", "-", "J": 0.41
        case "m", "w", "M", "W", "%", "@", "…", "→", "←", "—", "+", "−", "±": 0.9
        case "A"..."Z": 0.7
        default: 0.63
        }
    }
}
