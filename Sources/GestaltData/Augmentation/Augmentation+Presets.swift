extension Augmentation {
    /// Pictures as they are.
    public static let none = Augmentation()

    /// Half of all pictures mirrored, and no other change.
    public static let flip = Augmentation(flip: 0.5)

    /// The default of all trainings on masks: mirror images, shifts of up to 6 pixels in 64,
    /// scales of 0.9…1.1, and colors.
    public static let standard = Augmentation(
        flip: 0.5, relativeShift: 6.0 / 64, scale: 0.9...1.1, brightness: 0.15, contrast: 0.3,
        saturation: 0.5)

    /// ``standard`` with rotations, wider scales, hues, grayscale, blur, noise, hidden rectangles,
    /// CutMix and copy-paste.
    public static let strong = Augmentation(
        flip: 0.5, relativeShift: 6.0 / 64, scale: 0.75...1.33, rotation: 15, brightness: 0.15,
        contrast: 0.3, saturation: 0.5, hue: 40, grayscale: 0.1, blur: 0.3, noise: 8, cutOut: 2,
        cutMix: 0.5, copyPaste: 0.5)

    /// The named augmentations, weakest first.
    public enum Preset: String, Sendable, CaseIterable {
        case none, flip, standard, strong

        public var augmentation: Augmentation {
            switch self {
            case .none: .none
            case .flip: .flip
            case .standard: .standard
            case .strong: .strong
            }
        }
    }

    /// The augmentation of a ``Preset``, by its name.
    ///
    /// - Throws: ``InvalidAugmentation`` with the names there are.
    public init(named name: String) throws(InvalidAugmentation) {
        guard let preset = Preset(rawValue: name) else {
            throw InvalidAugmentation(
                key: "augment",
                expected: "one of " + Preset.allCases.map(\.rawValue).joined(separator: ", "),
                found: name)
        }
        self = preset.augmentation
    }

    /// The preset with the same values; nil for others.
    public var preset: Preset? { Preset.allCases.first { $0.augmentation == self } }
}
