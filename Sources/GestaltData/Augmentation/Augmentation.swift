/// The permitted random changes of training pictures; masks and maps follow their frames.
///
/// All frames of a clip are changed alike. Places that a shift, a rotation or a smaller scale
/// uncovers repeat the nearest edge, in frames and masks both: what a repeated pixel shows is what
/// its label says, so no label is made up, neither an id nor ``Clip/ignoredLabel``.
///
/// ```swift
/// var augmentation = Augmentation.standard
/// augmentation.rotation = 10
/// ```
public struct Augmentation: Sendable, Hashable {
    /// The probability of mirroring a picture left to right, 0…1.
    public var flip: Float
    /// The largest shift each way along rows and columns, in pixels.
    public var shift: Int
    /// The largest shift as a fraction of the picture's height and width, 0…1, added to ``shift``.
    public var relativeShift: Float
    /// Rows and columns to cut out, wherever the shift allows; nil keeps all.
    public var crop: Crop?
    /// The factors of magnification about the center, log-uniform; above 1 the picture grows.
    public var scale: ClosedRange<Float>
    /// The largest rotation about the center either way, in degrees.
    public var rotation: Float
    /// Added to all colors: up to this much either way, 1 being from black to white.
    public var brightness: Float
    /// Scales the distance from middle gray by 1 ± this much.
    public var contrast: Float
    /// Scales the distance from the pixel's own gray by 1 ± this much.
    public var saturation: Float
    /// The largest rotation of hues either way, in degrees.
    public var hue: Float
    /// The probability that a picture loses its colors, 0…1.
    public var grayscale: Float
    /// The probability of a blur by a Gaussian, 0…1.
    public var blur: Float
    /// The standard deviation of the Gaussian of ``blur``, uniform, in pixels.
    public var blurSigma: ClosedRange<Float>
    /// The largest standard deviation of Gaussian noise added to all channels, in steps of 255; a
    /// picture's own is uniform from 0.
    public var noise: Float
    /// The largest number of rectangles filled with the picture's mean color. The mask stays as it
    /// was: the model has to infer what is hidden.
    public var cutOut: Int
    /// The largest sides of those rectangles as a fraction of the picture's, above 0 to 1; each
    /// side is uniform from half of it.
    public var cutOutSize: Float
    /// The probability that a rectangle of another item of the batch, with its mask, replaces that
    /// of the picture, 0…1; needs masks. See ``BatchMixing``.
    public var cutMix: Float
    /// The probability that the foreground of another item of the batch is pasted onto the picture
    /// or onto its clip's median, 0…1; needs masks. See ``BatchMixing``.
    public var copyPaste: Float

    /// The size of a part of a picture, in pixels.
    public struct Crop: Sendable, Hashable, Codable {
        public var height: Int
        public var width: Int

        public init(height: Int, width: Int) {
            self.height = height
            self.width = width
        }
    }

    public init(
        flip: Float = 0, shift: Int = 0, relativeShift: Float = 0, crop: Crop? = nil,
        scale: ClosedRange<Float> = 1...1, rotation: Float = 0, brightness: Float = 0,
        contrast: Float = 0, saturation: Float = 0, hue: Float = 0, grayscale: Float = 0,
        blur: Float = 0, blurSigma: ClosedRange<Float> = usualBlurSigma, noise: Float = 0,
        cutOut: Int = 0, cutOutSize: Float = usualCutOutSize, cutMix: Float = 0,
        copyPaste: Float = 0
    ) {
        self.flip = flip
        self.shift = shift
        self.relativeShift = relativeShift
        self.crop = crop
        self.scale = scale
        self.rotation = rotation
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
        self.grayscale = grayscale
        self.blur = blur
        self.blurSigma = blurSigma
        self.noise = noise
        self.cutOut = cutOut
        self.cutOutSize = cutOutSize
        self.cutMix = cutMix
        self.copyPaste = copyPaste
    }

    /// The default of ``blurSigma``: from invisible to a blur that 64 × 64 pixels still bear.
    public static let usualBlurSigma: ClosedRange<Float> = 0.3...1.5
    /// The default of ``cutOutSize``.
    public static let usualCutOutSize: Float = 0.25

    /// Whether pictures are mirrored at most.
    public var isFlipOnly: Bool {
        var rest = self
        (rest.flip, rest.blurSigma, rest.cutOutSize) = (
            0, Self.usualBlurSigma, Self.usualCutOutSize
        )
        return rest == .none
    }

    /// Whether items of a batch are mixed, which needs masks.
    public var mixesItems: Bool { cutMix > 0 || copyPaste > 0 }
}

extension Augmentation: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case flip, shift, relativeShift, crop, scale, rotation, brightness, contrast, saturation
        case hue, grayscale, blur, blurSigma, noise, cutOut, cutOutSize, cutMix, copyPaste
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
        func value(_ key: CodingKeys, _ usual: Float = 0) throws -> Float {
            try values.decodeIfPresent(Float.self, forKey: key) ?? usual
        }
        func range(_ key: CodingKeys, _ usual: ClosedRange<Float>) throws -> ClosedRange<Float> {
            guard let bounds = try values.decodeIfPresent([Float].self, forKey: key) else {
                return usual
            }
            guard bounds.count == 2, bounds[0] <= bounds[1] else {
                throw InvalidAugmentation(
                    key: key.rawValue, expected: "two numbers in order", found: "\(bounds)")
            }
            return bounds[0]...bounds[1]
        }
        self.init(
            flip: try value(.flip),
            shift: try values.decodeIfPresent(Int.self, forKey: .shift) ?? 0,
            relativeShift: try value(.relativeShift),
            crop: try values.decodeIfPresent(Crop.self, forKey: .crop),
            scale: try range(.scale, 1...1), rotation: try value(.rotation),
            brightness: try value(.brightness), contrast: try value(.contrast),
            saturation: try value(.saturation), hue: try value(.hue),
            grayscale: try value(.grayscale), blur: try value(.blur),
            blurSigma: try range(.blurSigma, Self.usualBlurSigma), noise: try value(.noise),
            cutOut: try values.decodeIfPresent(Int.self, forKey: .cutOut) ?? 0,
            cutOutSize: try value(.cutOutSize, Self.usualCutOutSize),
            cutMix: try value(.cutMix), copyPaste: try value(.copyPaste))
        try validate()
    }
}
