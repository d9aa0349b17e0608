import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVQVAE

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
                     hidden:L      the prior behind L blocks, told the first frames alone
                                                                  [B, t, h, w, width]
                     ids           codes, int32                   [B, t, h, w]
                     codes         rows of the codes              [B, t, h, w, embedding]
                     forecast      the likeliest future, 0…1      [B, T, H, W, 3]
            All but ids are float32. ids and codes take whole clips, the others the first n frames.
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: "resnet[:K], hidden:L, ids, codes or forecast.") var source: FeatureSource
    @Option(
        help: "npy, npz or safetensors [B,] T, H, W, 3; a TFRecord; a folder of frames.",
        completion: .file())
    var input: String
    @Option(help: "What stands for unknown codes in hidden:L: start, zeros or hidden.")
    var query: VideoPrior.Query?
    @Option(help: "Only the first so many clips.", transform: positive) var clips: Int?
    @Option(
        name: .customLong("class"), help: "The class of all clips, from 0.", transform: classNumber)
    var label: Int32?
    @Option(
        help: "Actions [B,] T, width as npy, npz or safetensors.", completion: .file())
    var actions: String?
    @OptionGroup var reading: ReadingOptions
    @Option(help: "Where the features go: .npy, .npz or .safetensors.", completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = [
        "frames": "--input", "class": "--class", "actions": "--actions", "query": "--query",
        "hidden": "--source hidden:L", "resnet": "--source resnet",
        "codes, frames, class and actions": "--input and --actions",
    ]

    func run() throws {
        try checkOutput(output, pictures: false)
        let model = try model.video()
        let input = try reading.input(
            input, for: model.frameTarget, clips: clips,
            frames: model.predictor?.configuration.clipLength)
        if source.needsClips { return try writeCodes(model, input) }
        guard let predictor = model.predictor else {
            throw ModelMismatch(
                path: self.model.model, needed: .predictor, found: "a video tokenizer")
        }
        let count = input.video.shape[0]
        let told = try Told(
            predictor, frames: self.input, label: label, actions: actions, clips: count,
            options: reading.options)
        try predictor.check(frames: told.frames, classes: told.classes, actions: told.actions)
        let sampler = source == .forecast ? VideoSampler(predictor, batch: 1) : nil
        let parts = try eachClip(count) { clip in
            let condition = predictor.prior.condition(
                frames: told.frames?[clip..<clip + 1], classes: told.classes?[clip..<clip + 1],
                actions: told.actions?[clip..<clip + 1], .inference)
            switch source {
            case .resnet(let stage):
                guard let frames = told.frames else {
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

    private func writeCodes(_ model: VideoModel, _ input: VideoInput) throws {
        let length = model.predictor?.configuration.clipLength ?? input.video.shape[1]
        let video = try input.first(length)
        let (tokenizer, shape) = (model.tokenizer, video.shape)
        _ = try tokenizer.configuration.latentShape(
            time: shape[1], height: shape[2], width: shape[3])
        let parts = try eachClip(shape[0]) { tokenizer.encode(video[$0..<$0 + 1]) }
        let codes = concatenated(parts, axis: 0)
        if source == .ids {
            try ArrayFile.write(codes, name: "ids", to: output)
            return print("\(output): int32 \(codes.shape)")
        }
        let rows = tokenizer.codebook.rows(of: codes)
        try ArrayFile.write(rows, name: "codes", to: output)
        print("\(output): float32 \(rows.shape)")
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
