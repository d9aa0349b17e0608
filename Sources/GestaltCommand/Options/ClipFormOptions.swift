import ArgumentParser
import GestaltData
import GestaltModels
import GestaltVideo

extension VideoLayout: ExpressibleByArgument {}
extension PixelRange: ExpressibleByArgument {}
extension FrameSize: ExpressibleByArgument {}
extension FrameFit: ExpressibleByArgument {}

/// Options for the interpretation of clips and the size of their frames; the same in every command.
struct ClipFormOptions: ParsableArguments {
    @Option(help: "The camera of BAIR records: main or aux1.")
    var camera: Camera = .main
    @Option(
        help: ArgumentHelp(
            "The array of clips in an npz or safetensors file; by default the first of "
                + ArrayOptions.usualNames.joined(separator: ", ") + ".", valueName: "name"))
    var key: String?
    @Option(
        help: ArgumentHelp(
            "The axes of an array whose shape is ambiguous: b clips, t frames, h, w, c "
                + "channels, as in bthwc, tchw, bcthw, thw.", valueName: "axes"))
    var layout: VideoLayout?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The black and white of an array whose values are ambiguous: 0..1, -1..1, -0.5..0.5, "
                + "0..255, 0..65535.", valueName: "low..high"))
    var range: PixelRange?

    @Option(help: "Resize all frames to this size with the method of --fit: 96x128, height first.")
    var size: FrameSize?
    @Option(
        help: ArgumentHelp(
            "The method for --size, or for the model's size: resize (stretched), crop, pad."
        ))
    var fit: FrameFit?
    @Option(help: "Crop larger frames to their center: HxW.") var crop: FrameSize?
    @Option(help: "Pad smaller frames by repeating their edges: HxW.") var pad: FrameSize?
    @Option(help: "The size of raw frames in records; 64x64 by default.")
    var rawSize: FrameSize?

    /// The options as they are typed, none of which concerns files of pictures.
    static let names = [
        "--camera", "--key", "--layout", "--range", "--size", "--fit", "--crop", "--pad",
        "--raw-size",
    ]

    /// Nil when nothing is chosen.
    var arrays: ArrayOptions? {
        let chosen = ArrayOptions(key: key, layout: layout, range: range)
        return chosen == ArrayOptions() ? nil : chosen
    }

    /// Nil when nothing is chosen.
    var sizing: FrameSizing? {
        let chosen = FrameSizing(crop: crop, pad: pad, size: size, fit: fit)
        return chosen == FrameSizing() ? nil : chosen
    }

    /// Clips as inputs, without masks.
    var options: ClipOptions {
        var options = ClipOptions(
            camera: camera, masks: .ignored, height: rawSize?.height ?? 64,
            width: rawSize?.width ?? 64, arrays: arrays ?? ArrayOptions())
        options.sizing = sizing ?? FrameSizing()
        return options
    }
}
