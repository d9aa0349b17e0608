import GestaltModels

/// The sizes of a ``UNet``; its `config.json`.
public struct UNetConfiguration: ModelConfiguration {
    public static let kind = "unet"
    public static let defaults: UNetConfiguration? = .baseline

    /// Channels at each size, full size first; each further one halves height and width.
    public var widths: [Int]
    /// Scores per pixel: 1 for foreground against background, else one per class.
    public var classes: Int
    public var input: PictureInput

    public init(
        widths: [Int], classes: Int = 1,
        input: PictureInput = PictureInput(center: 0.5, scale: 0.25)
    ) {
        self.widths = widths
        self.classes = classes
        self.input = input
    }

    /// The baseline that other methods are compared with: 1 927 009 parameters.
    public static var baseline: UNetConfiguration {
        UNetConfiguration(widths: [32, 64, 128, 256])
    }

    /// The baseline at half the width: trains within a minute.
    public static var demo: UNetConfiguration { UNetConfiguration(widths: [16, 32, 64, 128]) }

    public func validate() throws(ConfigurationError) {
        guard (1...8).contains(widths.count), widths.allSatisfy({ (1...4096).contains($0) }) else {
            throw .invalid("widths", expected: "1 to 8 numbers from 1 to 4096", found: widths)
        }
        try validateClasses(classes)
        do {
            try input.validate()
        } catch {
            throw error.below("input")
        }
    }
}

func validateClasses(_ classes: Int) throws(ConfigurationError) {
    // 255 is the label of ignored pixels.
    guard (1...255).contains(classes) else {
        throw .invalid("classes", expected: "1 to 255", found: classes)
    }
}

extension UNetConfiguration {
    public var summary: String { "U-Net " + input.summary(classes: classes) }

    public var facts: [Fact] {
        [Fact("widths", .list(widths.map { .integer($0) }))] + input.facts(classes: classes)
    }
}
