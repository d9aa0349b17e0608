import Foundation

/// Numbers as readers see them in tables, sentences and charts: the same digits everywhere.
package enum DisplayNumber {
    /// The text in place of an undefined score.
    package static let undefined = "–"

    /// Returns a number with a fixed count of decimals, with a minus sign and without a negative
    /// zero.
    package static func fixed(_ value: Double, decimals: Int = 3) -> String {
        guard value.isFinite else { return undefined }
        let digits = String(format: "%.\(decimals)f", abs(value))
        let isZero = digits.allSatisfy { $0 == "0" || $0 == "." }
        return value < 0 && !isZero ? "−\(digits)" : digits
    }

    /// Returns a number with its sign; zero has none.
    package static func difference(_ value: Double, decimals: Int = 3) -> String {
        let text = fixed(value, decimals: decimals)
        let hasSign = value > 0 && text.contains { $0 != "0" && $0 != "." }
        return hasSign && value.isFinite ? "+\(text)" : text
    }

    /// Returns a whole number with spaces between groups of three digits from 1 000 on.
    package static func count(_ value: Int) -> String {
        let digits = String(abs(value))
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += "\u{A0}" }
            result.append(digit)
        }
        return value < 0 ? "−\(result)" : result
    }

    /// Returns a large number with two to three digits and k, M or G: `1.93 M`.
    package static func short(_ value: Double) -> String {
        for (unit, name) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where abs(value) >= unit * 0.9995 {
            return significant(value / unit) + "\u{A0}" + name
        }
        return significant(value)
    }

    /// Returns a number with three significant digits, without trailing zeros.
    package static func significant(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : undefined }
        let exponent = Int(log10(abs(value)).rounded(.down))
        var text = fixed(value, decimals: max(0, 2 - exponent))
        if text.contains(".") {
            while text.hasSuffix("0") { text.removeLast() }
            if text.hasSuffix(".") { text.removeLast() }
        }
        return text
    }

    /// Returns a duration: `4.2 s`, `12 min`, `3.5 h`.
    package static func duration(seconds: Double) -> String {
        switch seconds {
        case ..<0.1: significant(seconds * 1000) + "\u{A0}ms"
        case ..<90: significant(seconds) + "\u{A0}s"
        case ..<5400: fixed(seconds / 60, decimals: seconds < 600 ? 1 : 0) + "\u{A0}min"
        default: fixed(seconds / 3600, decimals: 1) + "\u{A0}h"
        }
    }
}
