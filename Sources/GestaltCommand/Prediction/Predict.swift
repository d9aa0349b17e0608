import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltPrior
import GestaltTensor
import GestaltTraining

/// `gestalt predict`: futures from first frames.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict clips from their first frames, a class or actions.",
        discussion: """
            Takes the first n frames of each clip [T, H, W, 3], as many as the prior is told, and \
            draws samples of the whole clip. As GIF or PNG: the true clip, where the input is long \
            enough, beside its samples, a row a clip. As npy, npz or safetensors: float32 \
            [B, N, T, H, W, 3] from 0 to 1. The same seed gives the same samples, however many.
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: "npy, npz or safetensors [B,] T, H, W, 3; a TFRecord; a folder of frames.")
    var input: String?
    @Option(help: "Samples of each clip.") var samples = 4
    @Option(help: "Only the first so many clips.") var clips: Int?
    @Option(help: "Above 0; below 1 makes likely codes likelier.") var temperature: Float = 1
    @Option(help: "Draw from the so many likeliest codes.") var topK: Int?
    @Option(help: "Draw from the likeliest codes that make up this share.") var topP: Float = 1
    @Flag(help: "Always the likeliest code; one sample.") var greedy = false
    @Option(help: "Draw so many samples and keep the likeliest of each clip.") var bestOf: Int?
    @Option(help: "Frames of the result; more than a clip's make a rollout, window by window.")
    var length: Int?
    @Option(help: "Seed of the draws.") var seed: UInt64 = 0
    @Option(name: .customLong("class"), help: "The class of all clips, from 0.") var label: Int32?
    @Option(help: "Actions [B,] T, width as npy, npz or safetensors.") var actions: String?
    @Flag(help: "Keep weights and cache as bfloat16: faster, logits to about two digits.")
    var bfloat16 = false
    @OptionGroup var reading: ReadingOptions
    @Option(help: "Where clips go: .gif, .png, .npy, .npz or .safetensors.") var output: String

    func validate() throws {
        guard samples > 0, (clips ?? 1) > 0, (bestOf ?? 1) > 0, (length ?? 1) > 0 else {
            throw ValidationError("--samples, --clips, --best-of and --length must be positive")
        }
        guard length == nil || bestOf == nil else {
            throw ValidationError("--length and --best-of exclude each other")
        }
    }

    func run() throws {
        try checkOutput(output, pictures: true)
        let predictor = try model.predictor()
        let options = SamplingOptions(
            temperature: temperature, topK: topK, topP: topP, isGreedy: greedy)
        try options.validate()
        let (told, truth, count) = try inputs(predictor)
        let sampler = VideoSampler(
            predictor, format: bfloat16 ? .bfloat16 : .float32, batch: min(8, samples * count))
        let video = try draw(sampler, told, options)
        if isPicture(output) {
            try writePictures(rows(video, truth), titles: titles(video, truth), to: output)
            print("\(output): \(video.shape[0]) clips, \(video.shape[1]) samples each")
        } else {
            try ArrayFile.write(video, name: "video", to: output)
            print("\(output): float32 \(video.shape)")
        }
    }

    /// What the prior is told, the true clips where they are long enough, and how many clips.
    private func inputs(
        _ predictor: VideoPredictor
    ) throws -> (told: Told, truth: Tensor<Float>?, count: Int) {
        let options = reading.options
        let given = try input.map {
            try reading.input($0, for: predictor.configuration.frameTarget, clips: clips)
        }
        let count = given?.video.shape[0] ?? 1
        let told = try Told(
            predictor, frames: input, label: label, actions: actions, clips: count,
            options: options)
        if length == nil {
            try predictor.check(
                frames: told.frames, classes: told.classes, actions: told.actions)
        } else {
            guard told.frames != nil, told.actions == nil else {
                throw ModelInputError(
                    "--length", expected: "a prior of frames without actions",
                    found: told.actions == nil ? "one without frames" : "actions")
            }
            try predictor.check(frames: told.frames, classes: told.classes)
        }
        let whole = length ?? predictor.configuration.clipLength
        let truth = given.flatMap { $0.video.shape[1] >= whole ? try? $0.first(whole) : nil }
        return (told, truth, count)
    }

    /// `[N, S, T, H, W, 3]` in 0…1.
    private func draw(
        _ sampler: VideoSampler, _ told: Told, _ options: SamplingOptions
    ) throws -> Tensor<Float> {
        let random = RandomStream(seed: seed)
        let number = greedy ? 1 : samples
        Interruption.handleSignals()
        let progress = ProgressBar("predicting", total: 1000, unit: "‰")
        defer { progress.finish() }
        func report(_ step: SamplingProgress) throws {
            try stopIfAsked(progress)
            progress.update(Int(step.fraction * 1000))
        }
        if let length, let frames = told.frames {
            return try sampler.rollout(
                frames: frames, length: length, classes: told.classes, samples: number,
                options: options, random: random, progress: report
            ).video
        }
        let condition = sampler.condition(
            frames: told.frames, classes: told.classes, actions: told.actions)
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
