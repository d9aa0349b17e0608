import ArgumentParser
import GestaltData
import GestaltModels
import GestaltPrior
import GestaltVQVAE
import GestaltVideo

extension VideoLayout: ExpressibleByArgument {}
extension PixelRange: ExpressibleByArgument {}
extension FrameSize: ExpressibleByArgument {}
extension FrameFit: ExpressibleByArgument {}

/// Options for reading clips; the same in every command.
struct ReadingOptions: ParsableArguments {
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
    @Option(help: "Use only every N-th frame of a clip.") var stride: Int?
    @Option(
        name: .customLong("times"),
        help: ArgumentHelp(
            "Only frames of a film within these times, seconds, M:SS or H:MM:SS: 1:30..2:00, 90...",
            valueName: "start..end"))
    var filmTimes: FilmTimeRange?
    @Option(
        name: .customLong("frame-rate"),
        help: ArgumentHelp("At most this many frames a second of a film.", valueName: "frames"))
    var filmRate: Double?
    @Option(help: "The size of raw frames in records; 64x64 by default.")
    var rawSize: FrameSize?

    func validate() throws {
        if let stride, stride < 1 { throw ValidationError("--stride must be positive") }
        if let filmRate, !(filmRate > 0) {
            throw ValidationError("--frame-rate must be positive")
        }
    }

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

    /// Nil when nothing is chosen.
    var times: FilmTimes? {
        let chosen = FilmTimes(
            start: filmTimes?.start?.seconds, end: filmTimes?.end?.seconds, rate: filmRate)
        return chosen == FilmTimes() ? nil : chosen
    }

    /// Clips as inputs, without masks.
    var options: ClipOptions {
        var options = ClipOptions(
            camera: camera, masks: .ignored, height: rawSize?.height ?? 64,
            width: rawSize?.width ?? 64, arrays: arrays ?? ArrayOptions())
        options.sizing = sizing ?? FrameSizing()
        options.times = times ?? FilmTimes()
        options.stride = stride ?? 1
        return options
    }

    /// Reads the clips at a path in a size that a model accepts, and prints remarks about them.
    ///
    /// - Parameters:
    ///   - usualFit: the method for frames of other sizes without `--fit`; nil refuses them.
    ///   - clips: the maximum number of clips to read; nil for all.
    ///   - frames: the maximum number of frames to read of each; nil for all.
    ///   - leavesOutShort: whether shorter clips are omitted; otherwise they are an error.
    func input(
        _ path: String, for target: FrameTarget, usualFit: FrameFit? = nil, clips: Int?,
        frames: Int?, leavesOutShort: Bool = false
    ) throws -> VideoInput {
        var options = options
        options.frames = frames
        let input = try VideoInput(
            path: path, options: options, limit: clips, leavesOutShort: leavesOutShort
        ).fitted(to: target, fit ?? usualFit)
        input.remarks.forEach(remark)
        return input
    }
}
