import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

extension FeatureSource: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// `gestalt features`: what a model knows about clips.
struct Features: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write what a model makes of clips or of their first frames.",
        discussion: """
            --source resnet        the frame encoder's features   [B, n, H/4, W/4, channels]
                     resnet:K      the same behind group K, 1…4   [B, n, h, w, channels]
                     hidden:L      the prior behind L blocks, given the first frames alone
                                                                  [B, t, h, w, width]
                     features      the tokenizer's encoder        [B, t, h, w, hidden]
                     continuous    its latents before codes       [B, t, h, w, embedding]
                     codes         rows of the codes              [B, t, h, w, embedding]
                     ids           codes, int32                   [B, t, h, w]
                     forecast      the likeliest future, 0…1      [B, T, H, W, 3]
            The words of train head --encoder do too: tokenizer:continuous, prior:hidden:L. All but
            ids are float32. The tokenizer's take whole clips, the others the first n frames; a single
            picture is taken as often as the tokenizer's stride in time.
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: "resnet[:K], hidden:L, features, continuous, codes, ids or forecast.") var source:
        FeatureSource
    @Option(
        help: "npy, npz or safetensors [B,] T, H, W, 3; a TFRecord; a folder of frames.",
        completion: .file())
    var input: String
    @Option(help: "What stands for unknown codes in hidden:L: start, zeros or hidden.")
    var query: VideoPrior.Query?
    @Option(help: "Use at most N clips.", transform: positive) var clips: Int?
    @OptionGroup var conditions: ConditionOptions
    @OptionGroup var reading: ReadingOptions
    @Option(help: "Where the features go: .npy, .npz or .safetensors.", completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = ConditionOptions.flags.merging([
        "frames": "--input", "query": "--query",
        "hidden": "--source hidden:L", "resnet": "--source resnet",
        "codes, frames, class and actions": "--input and --actions",
    ]) { $1 }

    func run() throws {
        try checkOutput(output, pictures: false)
        let model = try model.video()
        if source.needsClips { return try writeLatents(model) }
        guard let predictor = model.predictor else {
            throw ModelMismatch(
                path: self.model.model, needed: .predictor, found: "a video tokenizer")
        }
        let sizes = predictor.configuration
        let input = try reading.input(
            input, for: sizes.frameTarget, clips: clips, frames: sizes.prior.conditioning?.frames)
        let count = input.video.shape[0]
        let conditioning = try Conditions(
            predictor, frames: input, conditions, clips: count)
        try predictor.check(
            frames: conditioning.frames, classes: conditioning.classes,
            actions: conditioning.actions)
        let sampler = source == .forecast ? VideoSampler(predictor, batch: 1) : nil
        let parts = try eachClip(count) { clip in
            let condition = conditioning.condition(of: clip, predictor)
            switch source {
            case .resnet(let stage):
                guard let frames = conditioning.frames else {
                    throw ModelInputError("frames", expected: "a prior of frames", found: "none")
                }
                return try predictor.features(of: frames[clip..<clip + 1], stage: stage)
            case .hidden(let layer):
                return try predictor.features(layer: layer, condition, query: query)
            default:
                let codes = try sampler!.codes(
                    condition, options: .greedy, random: RandomStream(seed: 0)
                ) { _ in
                    guard !Interruption.process.isRequested else {
                        throw ExitCode(Ending.interrupted)
                    }
                }
                return sampler!.decoded(codes).video.squeezed(axis: 0)
            }
        }
        let features = concatenated(parts, axis: 0)
        try ArrayFile.write(features, name: source.description, to: output)
        print("\(output): float32 \(features.shape)")
    }

    /// What the tokenizer alone makes of whole clips.
    private func writeLatents(_ model: VideoModel) throws {
        let tokenizer = model.tokenizer
        let video = try clips(model)
        let shape = video.shape
        _ = try tokenizer.configuration.latentShape(
            time: shape[1], height: shape[2], width: shape[3])
        if source == .ids {
            let parts = try eachClip(shape[0]) { tokenizer.encode(video[$0..<$0 + 1]) }
            let codes = concatenated(parts, axis: 0)
            try ArrayFile.write(codes, name: "ids", to: output)
            return print("\(output): int32 \(codes.shape)")
        }
        let parts = try eachClip(shape[0]) { index in
            let clip = video[index..<index + 1]
            return switch source {
            case .features: tokenizer.features(clip, .inference)
            case .continuous: tokenizer.continuousLatents(clip, .inference)
            default: tokenizer.codebook.rows(of: tokenizer.encode(clip))
            }
        }
        let features = concatenated(parts, axis: 0)
        try ArrayFile.write(features, name: source.description, to: output)
        print("\(output): float32 \(features.shape)")
    }

    /// Whole clips as the tokenizer takes them: of a predictor's length; a single frame stands still
    /// for a latent frame, as for heads on still frames.
    private func clips(_ model: VideoModel) throws -> Tensor<Float> {
        let length = model.predictor?.configuration.clipLength
        let input = try reading.input(
            input, for: model.frameTarget, clips: clips, frames: length)
        let time = model.tokenizer.configuration.strides.time
        if input.video.shape[1] == 1, time > 1 {
            common.remark("\(input.path): a single frame, taken \(time) times")
            return concatenated([Tensor<Float>](repeating: input.video, count: time), axis: 1)
        }
        guard let length else { return input.video }
        return try input.first(length)
    }

    private func eachClip<Scalar>(
        _ count: Int, _ body: (Int) throws -> Tensor<Scalar>
    ) throws -> [Tensor<Scalar>] {
        try beginWork(output)
        let progress = common.progress("encoding", total: count, unit: "clips")
        defer { progress.finish() }
        return try (0..<count).map { clip in
            try stopIfAsked(progress)
            defer { progress.update(clip + 1) }
            return try body(clip)
        }
    }
}
