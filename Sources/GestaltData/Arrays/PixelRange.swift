import Foundation

/// The numbers that black and white are in an array, written `LOW..HIGH`: `0..1`, `-1..1`,
/// `-0.5..0.5`, `0..255`, `0..65535`, or any other two.
public struct PixelRange: RawRepresentable, Codable, Hashable, Sendable, CustomStringConvertible {
    public let low: Float
    public let high: Float

    /// Bytes.
    public static let bytes = PixelRange(low: 0, high: 255)
    /// Fractions of white.
    public static let unit = PixelRange(low: 0, high: 1)
    /// The range of model input, and of files written by `gestalt decode`.
    public static let centered = PixelRange(low: -0.5, high: 0.5)
    public static let symmetric = PixelRange(low: -1, high: 1)

    private init(low: Float, high: Float) {
        self.low = low
        self.high = high
    }

    /// Two finite numbers in order with two dots between; nil for anything else.
    public init?(rawValue: String) {
        let parts = rawValue.components(separatedBy: "..")
        guard parts.count == 2, !parts[1].hasPrefix("."), !parts[1].isEmpty,
            let low = Float(parts[0]), let high = Float(parts[1]), low.isFinite, high.isFinite,
            low < high
        else { return nil }
        self.init(low: low, high: high)
    }

    public var rawValue: String { "\(Self.text(low))..\(Self.text(high))" }
    public var description: String { rawValue }

    private static func text(_ number: Float) -> String {
        number == number.rounded() && abs(number) < 1e9 ? String(Int(number)) : "\(number)"
    }

    /// The tolerance beyond the range: rounding errors, not another scale.
    var slack: Float { (high - low) * 1e-3 }

    /// False for NaN, too.
    func contains(_ value: Float) -> Bool { value >= low - slack && value <= high + slack }

    /// The number from −0.5 to 0.5 for a number of this range.
    func centered(_ value: Float) -> Float {
        self == .centered ? value : (value - low) / (high - low) - 0.5
    }
}

/// Statistics of the numbers of an array, which decide its range.
struct ValueSummary {
    var least = Float.infinity
    var greatest = -Float.infinity
    var areWhole = true
    /// The first number that is NaN or infinite.
    var nonFinite: (index: Int, value: Float)?

    init(_ values: UnsafeBufferPointer<Float>) {
        for (index, value) in values.enumerated() {
            guard value.isFinite else {
                nonFinite = (index, value)
                return
            }
            least = min(least, value)
            greatest = max(greatest, value)
            areWhole = areWhole && value == value.rounded()
        }
    }

    /// The range of whole numbers in the file; nil when they do not decide.
    var rangeOfIntegers: PixelRange? {
        least >= 0 && greatest > 1 && greatest <= 255 ? .bytes : nil
    }

    /// The range of fractions; nil when they do not decide.
    ///
    /// Numbers from 0 to 0.5 may be the dark half of 0…1 or the bright half of −0.5…0.5; a greatest
    /// number little above 1 may be an overshoot or a nearly black clip of 0…255.
    var rangeOfFractions: PixelRange? {
        let slack: Float = 1e-3
        if least < -slack {
            if PixelRange.centered.contains(least), PixelRange.centered.contains(greatest) {
                return .centered
            }
            let reachesBelow = least < -0.5 - slack
            return reachesBelow && PixelRange.symmetric.contains(least)
                && PixelRange.symmetric.contains(greatest) ? .symmetric : nil
        }
        if greatest <= 0.5 + slack { return nil }
        if greatest <= 1 + slack { return .unit }
        return greatest <= 255.5 && (areWhole || greatest > 16) ? .bytes : nil
    }
}
