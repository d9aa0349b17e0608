import GestaltChecks

/// The permitted random changes of training pictures; masks follow their frames.
///
/// All frames of a clip are changed alike. Places that a shift uncovers repeat the nearest edge, in
/// frames and masks both: what a repeated pixel shows is what its label says, so no label is made
/// up, neither an id nor ``Clip/ignoredLabel``.
public struct Augmentation: Sendable, Hashable, Codable {
    /// The probability that a picture is mirrored left to right, 0…1.
    public var flip: Float
    /// The largest shift in each direction along rows and columns, in pixels.
    public var shift: Int
    /// Rows and columns to cut out, wherever the shift allows; nil keeps all.
    public var crop: Crop?
    /// Added to all colors: up to this much either way, 1 being from black to white.
    public var brightness: Float
    /// Scales the distance from middle gray by 1 ± this much.
    public var contrast: Float
    /// Scales the distance from the pixel's own gray by 1 ± this much.
    public var saturation: Float

    public struct Crop: Sendable, Hashable, Codable {
        public var height: Int
        public var width: Int

        public init(height: Int, width: Int) {
            self.height = height
            self.width = width
        }
    }

    public init(
        flip: Float = 0, shift: Int = 0, crop: Crop? = nil, brightness: Float = 0,
        contrast: Float = 0, saturation: Float = 0
    ) {
        self.flip = flip
        self.shift = shift
        self.crop = crop
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
    }

    /// Pictures as they are.
    public static let none = Augmentation()

    /// - Throws: `InvalidAugmentation` naming the value that is out of range.
    public func validate() throws(InvalidAugmentation) {
        let shares: [(String, Float)] = [
            ("flip", flip), ("brightness", brightness), ("contrast", contrast),
            ("saturation", saturation),
        ]
        for (name, value) in shares where !(0...1).contains(value) {
            throw InvalidAugmentation(key: name, expected: "0…1", found: "\(value)")
        }
        if shift < 0 {
            throw InvalidAugmentation(key: "shift", expected: "0 or more", found: "\(shift)")
        }
        if let crop, crop.height < 1 || crop.width < 1 {
            throw InvalidAugmentation(
                key: "crop", expected: "positive sizes", found: "\(crop.height) × \(crop.width)")
        }
    }

    /// Chooses one change for pictures of `height` × `width`.
    ///
    /// - Precondition: a crop fits into the picture.
    public func draw(
        height: Int, width: Int, using generator: inout some RandomNumberGenerator
    ) -> Transformation {
        let (rows, columns) = (crop?.height ?? height, crop?.width ?? width)
        require(
            rows <= height && columns <= width,
            "Augmentation: a crop of \(rows) × \(columns) out of \(height) × \(width)")
        var change = Transformation(height: rows, width: columns)
        // Drawn whether used or not, so that one setting does not disturb another's draws.
        let draws = (0..<6).map { _ in generator.unit() }
        func around(_ share: Float, _ draw: Float) -> Float { share * (2 * draw - 1) }
        func offset(_ room: Int, _ draw: Float) -> Int {
            Int(draw * Float(room + 2 * shift + 1)) - shift
        }
        change.isFlipped = draws[0] < flip
        change.row = offset(height - rows, draws[1])
        change.column = offset(width - columns, draws[2])
        change.brightness = around(brightness, draws[3])
        change.contrast = 1 + around(contrast, draws[4])
        change.saturation = 1 + around(saturation, draws[5])
        return change
    }
}

/// A setting of an augmentation that makes no sense.
public struct InvalidAugmentation: Error, Sendable, Equatable, CustomStringConvertible {
    public var key: String
    public var expected: String
    public var found: String

    public var description: String {
        "augmentation: '\(key)' should be \(expected), found \(found)"
    }
}

extension Augmentation {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case flip, shift, crop, brightness, contrast, saturation
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Decodes the settings; missing ones keep their defaults, an unknown key is an error.
    public init(from decoder: any Decoder) throws {
        let known = CodingKeys.allCases.map(\.rawValue)
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys
        where !known.contains(key.stringValue) {
            throw InvalidAugmentation(
                key: key.stringValue, expected: "one of " + known.joined(separator: ", "),
                found: "an unknown key")
        }
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func value(_ key: CodingKeys) throws -> Float {
            try values.decodeIfPresent(Float.self, forKey: key) ?? 0
        }
        self.init(
            flip: try value(.flip),
            shift: try values.decodeIfPresent(Int.self, forKey: .shift) ?? 0,
            crop: try values.decodeIfPresent(Crop.self, forKey: .crop),
            brightness: try value(.brightness), contrast: try value(.contrast),
            saturation: try value(.saturation))
        try validate()
    }
}
