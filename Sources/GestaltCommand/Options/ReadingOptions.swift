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

/// How clips are read; the same words in every command.
struct ReadingOptions: ParsableArguments {
    @Option(help: "Which camera of BAIR records: main or aux1.")
    var camera: Camera = .main
    @Option(
        help: ArgumentHelp(
            "The array of clips in an npz or safetensors file of several; by default the first of "
                + ArrayOptions.usualNames.joined(separator: ", ") + ".", valueName: "name"))
    var key: String?
    @Option(
        help: ArgumentHelp(
            "The axes of an array where its shape does not decide: b clips, t frames, h, w, c "
                + "channels, as in bthwc, tchw, bcthw, thw.", valueName: "axes"))
    var layout: VideoLayout?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Black and white of an array where its numbers do not decide: 0..1, -1..1, -0.5..0.5, "
                + "0..255, 0..65535.", valueName: "low..high"))
    var range: PixelRange?

    @Option(help: "Bring all frames to this size, as --fit says: 96x128, height first.")
    var size: FrameSize?
    @Option(
        help: ArgumentHelp(
            "How frames become --size, or a size that the model takes: resize (stretched), crop, pad."
        ))
    var fit: FrameFit?
    @Option(help: "Keep the middle of larger frames: HxW.") var crop: FrameSize?
    @Option(help: "Fill smaller frames up by repeating their edges: HxW.") var pad: FrameSize?
    @Option(help: "Take every N-th frame of a clip only.") var stride: Int?
    @Option(help: "The size of raw frames in records, 64x64 where nothing says it.")
    var rawSize: FrameSize?

    func validate() throws {
        if let stride, stride < 1 { throw ValidationError("--stride must be positive") }
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

    /// Clips as inputs, without masks.
    var options: ClipOptions {
        var options = ClipOptions(
            camera: camera, masks: .ignored, height: rawSize?.height ?? 64,
            width: rawSize?.width ?? 64, arrays: arrays ?? ArrayOptions())
        options.sizing = sizing ?? FrameSizing()
        options.stride = stride ?? 1
        return options
    }

    /// The clips at a path in a size that a model takes, with what is remarkable about them printed.
    ///
    /// - Parameters:
    ///   - clips: the largest number of clips to read; nil for all.
    ///   - frames: the largest number of frames to read of each; nil for all.
    ///   - leavesOutShort: whether shorter clips are left out, or else an error.
    func input(
        _ path: String, for target: FrameTarget, clips: Int?, frames: Int?,
        leavesOutShort: Bool = false
    ) throws -> VideoInput {
        var options = options
        options.frames = frames
        let input = try VideoInput(
            path: path, options: options, limit: clips, leavesOutShort: leavesOutShort
        ).fitted(to: target, fit)
        input.remarks.forEach(remark)
        return input
    }
}

extension VideoTokenizerConfiguration {
    /// The sizes of frames that the tokenizer takes.
    var frameTarget: FrameTarget { .multiple(height: strides.height, width: strides.width) }
}

extension VideoPredictorConfiguration {
    /// The size of frames that the predictor takes.
    var frameTarget: FrameTarget { .exactly(height: frameHeight, width: frameWidth) }
}

extension VideoModel {
    /// The sizes of frames that the model takes.
    var frameTarget: FrameTarget {
        predictor?.configuration.frameTarget ?? tokenizer.configuration.frameTarget
    }
}
