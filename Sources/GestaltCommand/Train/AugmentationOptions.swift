import ArgumentParser
import GestaltData

extension Augmentation.Preset: ExpressibleByArgument {}

/// The augmentation of training images: a preset, and its parts.
struct AugmentationOptions: ParsableArguments {
    @Option(
        help: """
            Random changes of training images: none, flip, standard or strong; the options of \
            single parts override it. U-Nets and heads with trained parts of the encoder use \
            standard by default, tokenizers and heads on a frozen encoder flip.
            """)
    var augment: Augmentation.Preset?
    @Option(help: "Probability of mirroring an image left to right, 0 to 1.") var flip: Float?
    @Option(help: "Maximum shift of an image in each direction, in pixels.") var shift: Int?
    @Option(help: "Magnification of an image about its center: 0.8..1.25.")
    var scale: NumberRange?
    @Option(help: "Maximum rotation of an image in either direction, in degrees.")
    var rotation: Float?
    @Option(help: "Brightness: maximum offset in either direction, 1 being from black to white.")
    var brightness: Float?
    @Option(help: "Contrast: scaled by 1 ± up to this value, 0 to 1.") var contrast: Float?
    @Option(help: "Saturation: scaled by 1 ± up to this value, 0 to 1.") var saturation: Float?
    @Option(help: "Maximum rotation of hues in either direction, in degrees.") var hue: Float?
    @Option(help: "Probability of an image in gray, 0 to 1.") var grayscale: Float?
    @Option(help: "Probability of a Gaussian blur, 0 to 1.") var blur: Float?
    @Option(help: "Standard deviation of the blur in pixels: 0.3..1.5.")
    var blurSigma: NumberRange?
    @Option(help: "Maximum standard deviation of Gaussian noise, in steps of 255.")
    var noise: Float?
    @Option(
        help: "Maximum number of rectangles filled with the image's mean color; masks stay.")
    var cutOut: Int?
    @Option(help: "Maximum sides of these rectangles, as a fraction of the image's.")
    var cutOutSize: Float?

    func validate() throws {
        try requireValid { apply(to: &$0) }
    }

    /// Replaces values of the recipe by the typed ones.
    func apply(to augmentation: inout Augmentation) {
        if let augment { augmentation = augment.augmentation }
        if let flip { augmentation.flip = flip }
        if let shift { (augmentation.shift, augmentation.relativeShift) = (shift, 0) }
        if let scale { augmentation.scale = scale.range }
        if let rotation { augmentation.rotation = rotation }
        if let brightness { augmentation.brightness = brightness }
        if let contrast { augmentation.contrast = contrast }
        if let saturation { augmentation.saturation = saturation }
        if let hue { augmentation.hue = hue }
        if let grayscale { augmentation.grayscale = grayscale }
        if let blur { augmentation.blur = blur }
        if let blurSigma { augmentation.blurSigma = blurSigma.range }
        if let noise { augmentation.noise = noise }
        if let cutOut { augmentation.cutOut = cutOut }
        if let cutOutSize { augmentation.cutOutSize = cutOutSize }
    }
}

/// The augmentation that mixes labeled images of a batch.
struct MixingOptions: ParsableArguments {
    @Option(
        help: """
            CutMix: probability that a rectangle of another image of the batch, with its mask, \
            replaces that of an image.
            """)
    var cutMix: Float?
    @Option(
        help: """
            Copy-paste: probability that the foreground of another image of the batch is pasted \
            onto an image, or onto its background in the clip's median.
            """)
    var copyPaste: Float?

    func validate() throws {
        try requireValid { apply(to: &$0) }
    }

    /// Replaces values of the recipe by the typed ones; after ``AugmentationOptions``, whose preset
    /// sets these, too.
    func apply(to augmentation: inout Augmentation) {
        if let cutMix { augmentation.cutMix = cutMix }
        if let copyPaste { augmentation.copyPaste = copyPaste }
    }
}

extension InvalidAugmentation {
    /// The flag that sets the value: `--cut-mix` for `cutMix`.
    var flag: String {
        key == "relativeShift"
            ? "--shift"
            : "--" + key.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
    }
}

/// - Throws: `ValidationError` that names the flag of a value out of range.
private func requireValid(_ change: (inout Augmentation) -> Void) throws {
    var augmentation = Augmentation.none
    change(&augmentation)
    do throws(InvalidAugmentation) {
        try augmentation.validate()
    } catch {
        throw ValidationError("\(error.flag) should be \(error.expected), not \(error.found)")
    }
}
