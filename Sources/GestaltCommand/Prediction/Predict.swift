import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMAGVIT
import GestaltMedia
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// `gestalt predict`: predictions from conditioning frames.
struct Predict: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict clips from their first frames, a class or actions.",
        discussion: """
            Reads the first n frames of each clip [T, H, W, 3], the prior's conditioning frames, \
            and draws samples of the whole clip. As GIF, mp4 or PNG: the true clip, where the input \
            is long enough, next to its samples, one row per clip. As npy, npz or safetensors: \
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
    @Option(
        help: "Above 0, 1 by default; values below 1 favor likely codes, --greedy is the limit.",
        transform: positiveFraction)
    var temperature: Float?
    @Option(help: "Sample from the K most likely codes.", transform: positive) var topK: Int?
    @Option(
        help: "Sample from the most likely codes with this total probability.",
        transform: positiveShare)
    var topP: Float?
    @Flag(help: "Always take the most likely code; one sample.") var greedy = false
    @Option(
        help: "Draw N samples per clip and keep the most likely.", transform: positive)
    var bestOf: Int?
    @Option(
        help: "Frames of the result; more than a clip has are predicted window by window.",
        transform: positive)
    var length: Int?
    @Option(help: "Frames per second of a GIF or mp4; 6.67 by default.", transform: frameRate)
    var fps: Double?
    @Option(help: "Seed of the samples.") var seed: UInt64 = 0
    @OptionGroup var conditions: ConditionOptions
    @OptionGroup(title: "Masked priors") var masked: MaskedOptions
    @Flag(help: "Store weights and cache as bfloat16: faster, logits to about two digits.")
    var bfloat16 = false
    @OptionGroup var reading: ReadingOptions
    @Option(
        help: "The file to write: .gif, .mp4, .png, .npy, .npz or .safetensors.",
        completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = ConditionOptions.flags.merging(MaskedOptions.flags) { $1 }.merging([
        "frames": "--input", "topK": "--top-k",
        "topP": "--top-p", "temperature": "--temperature",
        "codes, frames, class and actions": "--input and --actions",
    ]) { $1 }

    func validate() throws {
        guard length == nil || bestOf == nil else {
            throw ValidationError("--length and --best-of exclude each other")
        }
        guard samples == nil || bestOf == nil else {
            throw ValidationError(
                "--best-of sets the number of samples; leave out --samples")
        }
        if greedy {
            guard (samples ?? 1) == 1, bestOf == nil else {
                throw ValidationError("--greedy yields one sample: all would be the same")
            }
            guard temperature == nil, topK == nil, topP == nil else {
                throw ValidationError(
                    "--greedy takes the most likely code; leave out --temperature, --top-k and --top-p"
                )
            }
        }
        try checkFrameRate(fps, output)
    }

    func run() throws {
        try checkOutput(output, pictures: true)
        let opened = try model.open(for: .prediction, common)
        if let predictor = opened.model as? MaskedPredictor {
            return try run(predictor, at: opened.path)
        }
        let predictor = try opened.predictor()
        try refuse(masked.given, because: "\(opened.path) has no masked prior")
        let options = SamplingOptions(
            temperature: temperature ?? 1, topK: topK, topP: topP ?? 1, isGreedy: greedy)
        try options.validate()
        let (conditioning, truth, count) = try inputs(predictor)
        let sampler = VideoSampler(
            predictor, format: bfloat16 ? .bfloat16 : .float32, batch: min(8, number * count))
        try write(try draw(sampler, conditioning, options), truth: truth)
    }

    /// Writes samples `[N, S, T, H, W, 3]` in 0…1, in pictures next to the true clips.
    func write(_ video: Tensor<Float>, truth: Tensor<Float>?) throws {
        if isPicture(output) {
            try writePictures(
                rows(video, truth), titles: titles(video, truth), fps: fps, to: output)
            print("\(output): \(video.shape[0]) clips, \(video.shape[1]) samples each")
        } else {
            try ArrayFile.write(video, name: "video", to: output)
            print("\(output): float32 \(video.shape)")
        }
    }

    /// Returns the prior's conditioning, the true clips where they are long enough, and the number
    /// of clips.
    private func inputs(
        _ predictor: VideoPredictor
    ) throws -> (conditioning: ClipConditions, truth: Tensor<Float>?, count: Int) {
        let sizes = predictor.configuration
        let given = try input.map {
            try reading.input(
                $0, for: sizes.frameTarget, usualFit: model.usualFit, clips: clips,
                frames: max(length ?? sizes.clipLength, sizes.prior.conditioning?.frames ?? 0))
        }
        let count = given?.video.shape[0] ?? 1
        let conditioning = try ClipConditions(
            predictor, frames: given, conditions, clips: count)
        if length == nil {
            try predictor.check(
                frames: conditioning.frames, classes: conditioning.classes,
                actions: conditioning.actions)
        } else {
            let isRollable = sizes.prior.conditioning.map { $0.frames < sizes.clipLength } ?? false
            guard conditioning.frames != nil, conditioning.actions == nil, isRollable else {
                throw ModelInputError(
                    "--length", expected: "a prior conditioned on frames alone",
                    found: conditioning.actions == nil ? "one without frames" : "actions")
            }
            try predictor.check(frames: conditioning.frames, classes: conditioning.classes)
        }
        let whole = length ?? predictor.configuration.clipLength
        let truth = given.flatMap { $0.video.shape[1] >= whole ? try? $0.first(whole) : nil }
        return (conditioning, truth, count)
    }

    /// Returns samples `[N, S, T, H, W, 3]` in 0…1.
    private func draw(
        _ sampler: VideoSampler, _ conditioning: ClipConditions, _ options: SamplingOptions
    ) throws -> Tensor<Float> {
        let random = RandomStream(seed: seed)
        try beginWork(output)
        // The first report carries the total.
        let progress = common.progress("predicting", total: 0, unit: "tokens")
        defer { progress.finish() }
        let report: ProgressHandler = { step in
            try stopIfAsked(progress)
            progress.update(step)
        }
        if let length, let frames = conditioning.frames {
            return try sampler.rollout(
                frames: frames, length: length, classes: conditioning.classes, samples: number,
                options: options, random: random, progress: report
            ).video
        }
        let condition = sampler.condition(
            frames: conditioning.frames, classes: conditioning.classes,
            actions: conditioning.actions)
        if let bestOf {
            return sampler.decoded(
                try sampler.codes(
                    condition, samples: bestOf, options: options, random: random,
                    progress: report
                ).best
            ).video
        }
        return sampler.decoded(
            try sampler.codes(
                condition, samples: number, options: options, random: random, progress: report)
        ).video
    }

    /// The number of samples of each clip.
    private var number: Int { bestOf ?? samples ?? (greedy ? 1 : 4) }

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
