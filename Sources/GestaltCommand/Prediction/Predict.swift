import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// `gestalt predict`: predictions from conditioning frames.
struct Predict: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict clips from their first frames, a class or actions.",
        discussion: """
            Reads the first n frames of each clip [T, H, W, 3], the prior's conditioning frames, \
            and draws samples of the whole clip. As GIF, mp4 or PNG: the true clip, where the \
            input is long enough, next to its samples, one row per clip. As npy, npz or safetensors: \
            float32 [B, N, T, H, W, 3] from 0 to 1. The same seed yields the same samples, \
            whatever their number. A masked prior is given the first frame, and draws all codes \
            at once in --steps passes.
            With --against, pictures have a column for each model, next to the true clips, with the \
            frames that all of them predict; an option applies to the models that have it.
            Without --model robot-push-small/predictor predicts 16 frames of 64 × 64 from one; it \
            was trained on rendered clips of a robot arm that pushes objects in a bin. Frames of \
            other sizes are then resized.
            """)

    @OptionGroup var model: UsualModelOptions
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            """
            Another model, of the same frame size and conditioning frames, to be drawn next to the \
            first; may be repeated.
            """, valueName: "model"),
        completion: .file())
    var against: [String] = []
    @Option(
        help: "npy, npz or safetensors [B,] T, H, W, 3; a TFRecord; a film; a folder of frames.",
        completion: .file())
    var input: String?
    @Option(
        help: "Samples per clip; 4 by default, 1 with --greedy or --against.", transform: positive)
    var samples: Int?
    @Option(help: "Use at most N clips.", transform: positive) var clips: Int?
    @OptionGroup var drawing: DrawOptions
    @Option(help: "Frames per second of a GIF or mp4; 6.67 by default.", transform: frameRate)
    var fps: Double?
    @Option(help: "Seed of the samples.") var seed: UInt64 = 0
    @OptionGroup var conditions: ConditionOptions
    @OptionGroup var reading: ReadingOptions
    @Option(
        help: "The file to write: .gif, .mp4, .png, .npy, .npz or .safetensors.",
        completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = ConditionOptions.flags.merging(DrawOptions.flags) { $1 }.merging([
        "frames": "--input", "samples": "--samples",
        "codes, frames, class and actions": "--input and --actions",
    ]) { $1 }

    func validate() throws {
        guard samples == nil || drawing.bestOf == nil else {
            throw ValidationError(
                "--best-of sets the number of samples; leave out --samples")
        }
        guard !drawing.greedy || (samples ?? 1) == 1 else {
            throw ValidationError("--greedy yields one sample: all would be the same")
        }
        guard against.isEmpty || isPicture(output) else {
            throw ValidationError(
                "--against draws pictures: --output must end in .gif, .mp4 or .png")
        }
        guard against.isEmpty || input != nil else {
            throw ValidationError("--against shows the true clips of --input, which is missing")
        }
        try checkFrameRate(fps, output)
    }

    func run() throws {
        try checkOutput(output, pictures: true)
        let opened =
            try [model.open(for: .prediction, common)]
            + against.map { try openModel($0, [:], for: .prediction) }
        let comparison = try PredictorComparison(
            opened.map { ($0.path, try $0.clipPredictor()) })
        let options = drawing.chosen
        let (inputs, truth) = try inputs(comparison, frames: comparison.length(options))
        try comparison.check(inputs, samples: number, options)
        try beginWork(output)
        // The first report carries the total.
        let progress = common.progress("predicting", total: 0, unit: "steps")
        defer { progress.finish() }
        let videos = try comparison.predict(
            inputs, samples: number, options: options, random: RandomStream(seed: seed)
        ) { step in
            try stopIfAsked(progress)
            progress.update(step)
        }
        try write(videos, names: opened.map { Self.shortName($0.path) }, truth: truth)
    }

    /// The number of samples of each clip.
    private var number: Int {
        samples ?? (drawing.greedy || drawing.bestOf != nil || !against.isEmpty ? 1 : 4)
    }

    /// Returns the inputs, and the true clips where they are long enough.
    private func inputs(
        _ comparison: PredictorComparison, frames count: Int
    ) throws -> (inputs: PredictionInputs, truth: Tensor<Float>?) {
        let predictor = comparison.predictors[0]
        let given = try input.map {
            try reading.input(
                $0, for: predictor.frameTarget, usualFit: model.usualFit, clips: clips,
                frames: max(count, predictor.clipSizes.givenFrames))
        }
        if let given, !against.isEmpty, given.video.shape[1] < count {
            throw ModelInputError(
                "frames", expected: "clips of \(count) frames, which the models predict",
                found: "\(given.video.shape[1])")
        }
        let inputs = try PredictionInputs(
            predictor, frames: given, conditions, clips: given?.video.shape[0] ?? 1)
        let truth = given.flatMap { $0.video.shape[1] >= count ? try? $0.first(count) : nil }
        return (inputs, truth)
    }

    /// The last part of a model's path, for the title of a column.
    private static func shortName(_ path: String) -> String {
        String(path.split(separator: "/").last ?? "model")
    }

    /// Writes the samples `[N, S, T, H, W, 3]` of each model in 0…1, in pictures next to the true
    /// clips.
    private func write(
        _ videos: [Tensor<Float>], names: [String], truth: Tensor<Float>?
    ) throws {
        let video = concatenated(videos, axis: 1)
        guard isPicture(output) else {
            try ArrayFile.write(video, name: "video", to: output)
            return print("\(output): float32 \(video.shape)")
        }
        let titles = against.isEmpty ? sampleTitles : names.flatMap { columns(of: $0) }
        try writePictures(
            rows(video, truth), titles: (truth == nil ? [] : ["true"]) + titles, fps: fps,
            to: output)
        let models = against.isEmpty ? "" : " of \(names.count) models"
        print("\(output): \(video.shape[0]) clips, \(number) samples each\(models)")
    }

    private func rows(_ video: Tensor<Float>, _ truth: Tensor<Float>?) -> [[Tensor<UInt8>]] {
        (0..<video.shape[0]).map { clip in
            (truth.map { [$0[clip].pixelBytes()] } ?? [])
                + (0..<video.shape[1]).map { (video[clip][$0] - 0.5).pixelBytes() }
        }
    }

    private var sampleTitles: [String] { (1...number).map { "sample \($0)" } }

    private func columns(of name: String) -> [String] {
        number == 1 ? [name] : (1...number).map { "\(name) \($0)" }
    }
}
