import ArgumentParser
import GestaltData
import GestaltModels
import GestaltRecipes

/// Options for reading clips; the same in every command.
struct ReadingOptions: ParsableArguments {
    @OptionGroup var form: ClipFormOptions
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

    /// The options as they are typed.
    static let names = ClipFormOptions.names + ["--stride", "--times", "--frame-rate"]

    func validate() throws {
        if let stride, stride < 1 { throw ValidationError("--stride must be positive") }
        if let filmRate, !(filmRate > 0 && filmRate.isFinite) {
            throw ValidationError("--frame-rate must be a number above 0")
        }
    }

    var size: FrameSize? { form.size }
    var fit: FrameFit? { form.fit }

    /// Nil when nothing is chosen.
    var times: FilmTimes? {
        let chosen = FilmTimes(
            start: filmTimes?.start?.seconds, end: filmTimes?.end?.seconds, rate: filmRate)
        return chosen == FilmTimes() ? nil : chosen
    }

    /// Clips as inputs, without masks.
    var options: ClipOptions {
        var options = form.options
        options.times = times ?? FilmTimes()
        options.stride = stride ?? 1
        return options
    }

    /// Returns the data at a location, read with these options.
    func choice(of location: String, seed: UInt64 = 0) -> DataChoice {
        var choice = DataChoice(
            DataSet.isNamed(location) ? location : absolutePath(location), camera: form.camera,
            seed: seed)
        choice.arrays = form.arrays
        choice.sizing = form.sizing
        choice.rawSize = form.rawSize
        choice.times = times
        choice.stride = stride
        return choice
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
