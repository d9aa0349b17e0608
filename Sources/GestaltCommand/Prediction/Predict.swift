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
            Without --model robot-push-small/predictor predicts 16 frames of 64 × 64 from one; it \
            was trained on rendered clips of a robot arm that pushes objects in a bin. Frames of \
            other sizes are then resized.
            """)

    @OptionGroup var model: UsualModelOptions
    @Option(
        help: "npy, npz or safetensors [B,] T, H, W, 3; a TFRecord; a film; a folder of frames.",
        completion: .file())
    var input: String?
    @Option(help: "Samples per clip; 4 by default, 1 with --greedy.", transform: positive)
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
        try checkFrameRate(fps, output)
    }

    func run() throws {
        try checkOutput(output, pictures: true)
        let predictor = try model.open(for: .prediction, common).clipPredictor()
        let options = drawing.chosen
        try options.requireKnown(by: predictor)
        let (inputs, truth) = try inputs(predictor, frames: predictor.predictedLength(options))
        try predictor.check(inputs, samples: number, options)
        try beginWork(output)
        // The first report carries the total.
        let progress = common.progress("predicting", total: 0, unit: "steps")
        defer { progress.finish() }
        let forecast = try predictor.predict(
            inputs, samples: number, options: options, random: RandomStream(seed: seed)
        ) { step in
            try stopIfAsked(progress)
            progress.update(step)
        }
        try write(forecast.video, truth: truth)
    }

    /// The number of samples of each clip.
    private var number: Int { samples ?? (drawing.greedy || drawing.bestOf != nil ? 1 : 4) }

    /// Returns the inputs, and the true clips where they are long enough.
    private func inputs(
        _ predictor: any ClipPredictor, frames count: Int
    ) throws -> (inputs: PredictionInputs, truth: Tensor<Float>?) {
        let given = try input.map {
            try reading.input(
                $0, for: predictor.frameTarget, usualFit: model.usualFit, clips: clips,
                frames: max(count, predictor.clipSizes.givenFrames))
        }
        let inputs = try PredictionInputs(
            predictor, frames: given, conditions, clips: given?.video.shape[0] ?? 1)
        let truth = given.flatMap { $0.video.shape[1] >= count ? try? $0.first(count) : nil }
        return (inputs, truth)
    }

    /// Writes samples `[N, S, T, H, W, 3]` in 0…1, in pictures next to the true clips.
    private func write(_ video: Tensor<Float>, truth: Tensor<Float>?) throws {
        if isPicture(output) {
            try writePictures(
                rows(video, truth), titles: titles(video, truth), fps: fps, to: output)
            print("\(output): \(video.shape[0]) clips, \(video.shape[1]) samples each")
        } else {
            try ArrayFile.write(video, name: "video", to: output)
            print("\(output): float32 \(video.shape)")
        }
    }

    private func rows(_ video: Tensor<Float>, _ truth: Tensor<Float>?) -> [[Tensor<UInt8>]] {
        (0..<video.shape[0]).map { clip in
            (truth.map { [$0[clip].pixelBytes()] } ?? [])
                + (0..<video.shape[1]).map { (video[clip][$0] - 0.5).pixelBytes() }
        }
    }

    private func titles(_ video: Tensor<Float>, _ truth: Tensor<Float>?) -> [String] {
        (truth == nil ? [] : ["true"]) + (0..<video.shape[1]).map { "sample \($0 + 1)" }
    }
}
