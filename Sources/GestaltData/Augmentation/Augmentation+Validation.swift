/// A setting of an augmentation that makes no sense.
public struct InvalidAugmentation: Error, Sendable, Equatable, CustomStringConvertible {
    public var key: String
    public var expected: String
    public var found: String

    public init(key: String, expected: String, found: String) {
        self.key = key
        self.expected = expected
        self.found = found
    }

    public var description: String {
        "augmentation: '\(key)' should be \(expected), found \(found)"
    }
}

extension Augmentation {
    /// - Throws: `InvalidAugmentation` naming the value that is out of range.
    public func validate() throws(InvalidAugmentation) {
        let limited: [(String, Float, Float)] = [
            ("flip", flip, 1), ("relativeShift", relativeShift, 1), ("rotation", rotation, 180),
            ("brightness", brightness, 1), ("contrast", contrast, 1),
            ("saturation", saturation, 1), ("hue", hue, 180), ("grayscale", grayscale, 1),
            ("blur", blur, 1), ("noise", noise, 255), ("cutMix", cutMix, 1),
            ("copyPaste", copyPaste, 1),
        ]
        for (key, value, limit) in limited where !(0...limit).contains(value) {
            throw InvalidAugmentation(key: key, expected: "0…\(Int(limit))", found: "\(value)")
        }
        if !(0...65_536).contains(shift) {
            throw InvalidAugmentation(key: "shift", expected: "0…65536", found: "\(shift)")
        }
        if let crop, crop.height < 1 || crop.width < 1 {
            throw InvalidAugmentation(
                key: "crop", expected: "positive sizes", found: "\(crop.height) × \(crop.width)")
        }
        for (key, range, limits) in [
            ("scale", scale, Self.possibleScales), ("blurSigma", blurSigma, Self.possibleSigmas),
        ] where !limits.contains(range.lowerBound) || !limits.contains(range.upperBound) {
            throw InvalidAugmentation(
                key: key, expected: "within \(limits.lowerBound)…\(limits.upperBound)",
                found: "\(range.lowerBound)…\(range.upperBound)")
        }
        if !(0...Self.mostCutOuts).contains(cutOut) {
            throw InvalidAugmentation(
                key: "cutOut", expected: "0…\(Self.mostCutOuts)", found: "\(cutOut)")
        }
        if !(cutOutSize > 0 && cutOutSize <= 1) {
            throw InvalidAugmentation(
                key: "cutOutSize", expected: "above 0, at most 1", found: "\(cutOutSize)")
        }
    }

    static let possibleScales: ClosedRange<Float> = 0.1...10
    static let possibleSigmas: ClosedRange<Float> = 0.1...32
    static let mostCutOuts = 64
}
