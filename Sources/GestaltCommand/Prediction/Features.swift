import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// `gestalt features`: latents of clips.
struct Features: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write latents of clips, or of their first frames.",
        discussion: """
            --source tokenizer[:LATENTS]  latents of whole clips: continuous (the default),
                                          features, quantized     [B, t, h, w, channels]
                     tokenizer:codes      the codes, int32        [B, t, h, w]
                     resnet:K             stage K, 1…4, of the prior's frame encoder on the
                                          conditioning frames     [B, n, h, w, channels]
                     prior:hidden:L[:query=start|zeros|hidden]
                                          the prior after L blocks, conditioned on the first
                                          frames alone            [B, t, h, w, width]
                     prior:forecast       the likeliest future, 0…1
                                                                  [B, T, H, W, 3]
            Other encoders of train head --encoder are applied to the first frame of each clip: \
            [B, slots, h, w, channels]. All but codes are float32. A single image is repeated to \
            the tokenizer's temporal stride.
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: ArgumentHelp("The latents, see above.", valueName: "name"))
    var source: ComponentName
    @Option(
        help: "npy, npz or safetensors [B,] T, H, W, 3; a TFRecord; a folder of frames.",
        completion: .file())
    var input: String
    @Option(help: "Use at most N clips.", transform: positive) var clips: Int?
    @OptionGroup var conditions: ConditionOptions
    @OptionGroup var reading: ReadingOptions
    @Option(help: "The file to write: .npy, .npz or .safetensors.", completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = ConditionOptions.flags.merging([
        "frames": "--input", "query": "--source", "encoder": "--source",
        "hidden": "--source prior:hidden:L", "resnet": "--source resnet:K",
        "codes, frames, class and actions": "--input and --actions",
    ]) { $1 }

    func validate() throws {
        do {
            switch source.kind {
            case "tokenizer":
                var arguments = source.arguments
                _ = arguments.next()
                try arguments.finish("encoder", grammar: "tokenizer[:LATENTS]")
            case "resnet", "prior": _ = try PredictorPlace(source)
            default: try Encoders.type(of: source).validate(source)
            }
        } catch {
            throw ValidationError("--source \(source): \(error)")
        }
    }

    func run() throws {
        try checkOutput(output, pictures: false)
        let opened = try model.open()
        switch source.kind {
        case "tokenizer": try writeLatents(try opened.video())
        case "resnet", "prior": try writePredicted(try opened.predictor())
        default: try writeEncoded(opened)
        }
    }

    /// Writes the features that a predictor computes from the conditioning frames.
    private func writePredicted(_ predictor: VideoPredictor) throws {
        let place = try PredictorPlace(source)
        let sizes = predictor.configuration
        let input = try reading.input(
            input, for: sizes.frameTarget, clips: clips, frames: sizes.prior.conditioning?.frames)
        let count = input.video.shape[0]
        let conditioning = try Conditions(
            predictor, frames: input, conditions, clips: count)
        try predictor.check(
            frames: conditioning.frames, classes: conditioning.classes,
            actions: conditioning.actions)
        let sampler = place == .forecast ? VideoSampler(predictor, batch: 1) : nil
        let parts = try eachClip(count) { clip in
            let condition = conditioning.condition(of: clip, predictor)
            switch place {
            case .stage(let stage):
                guard let frames = conditioning.frames else {
                    throw ModelInputError("frames", expected: "a prior of frames", found: "none")
                }
                return try predictor.features(of: frames[clip..<clip + 1], stage: stage)
            case .hidden(let layer, let query):
                return try predictor.features(layer: layer, condition, query: query)
            case .forecast:
                return try forecast(sampler!, condition)
            }
        }
        try write(concatenated(parts, axis: 0))
    }

    private func forecast(
        _ sampler: VideoSampler, _ condition: PriorCondition
    ) throws -> Tensor<Float> {
        let codes = try sampler.codes(
            condition, options: .greedy, random: RandomStream(seed: 0)
        ) { _ in
            guard !Interruption.process.isRequested else { throw ExitCode(Ending.interrupted) }
        }
        return sampler.decoded(codes).video.squeezed(axis: 0)
    }

    /// Writes the latents of any other encoder for the first frame of each clip.
    private func writeEncoded(_ opened: OpenedModel) throws {
        var random = RandomStream(seed: 0)
        let encoder = try opened.encoder(named: source, random: &random)
        let target: FrameTarget =
            encoder.configuration.frameSize.map { .exactly(height: $0.height, width: $0.width) }
            ?? .multiple(height: encoder.sizeMultiple, width: encoder.sizeMultiple)
        let input = try reading.input(input, for: target, clips: clips, frames: 1)
        let parts = try eachClip(input.video.shape[0]) { clip in
            encoder.encode(input.video[clip..<clip + 1].selected(0, axis: 1), .inference).tensor
        }
        try write(concatenated(parts, axis: 0))
    }

    private func write(_ features: Tensor<Float>) throws {
        try ArrayFile.write(features, name: "\(source)", to: output)
        print("\(output): float32 \(features.shape)")
    }

    /// Writes the latents of the tokenizer for whole clips.
    private func writeLatents(_ model: VideoModel) throws {
        let tokenizer = model.tokenizer
        let video = try clips(model)
        let shape = video.shape
        _ = try tokenizer.configuration.latentShape(
            time: shape[1], height: shape[2], width: shape[3])
        var arguments = source.arguments
        let name = arguments.next() ?? tokenizer.latents[0].name
        let known = tokenizer.latents.map(\.name) + ["codes"]
        guard known.contains(name) else {
            throw ModelInputError(
                "encoder", expected: "tokenizer:\(known.joined(separator: "|"))", found: "\(source)"
            )
        }
        try arguments.finish("encoder", grammar: "tokenizer[:LATENTS]")
        if name == "codes" {
            let parts = try eachClip(shape[0]) { tokenizer.encode(video[$0..<$0 + 1]) }
            let codes = concatenated(parts, axis: 0)
            try ArrayFile.write(codes, name: "codes", to: output)
            return print("\(output): int32 \(codes.shape)")
        }
        let parts = try eachClip(shape[0]) { index in
            tokenizer.latents(of: video[index..<index + 1], name, .inference)
        }
        try write(concatenated(parts, axis: 0))
    }

    /// Returns whole clips for the tokenizer, of a predictor's length; a single frame is repeated
    /// to one latent frame, as for heads on still frames.
    private func clips(_ model: VideoModel) throws -> Tensor<Float> {
        let length = model.predictor?.configuration.clipLength
        let input = try reading.input(
            input, for: model.frameTarget, clips: clips, frames: length)
        let time = model.tokenizer.configuration.strides.time
        if input.video.shape[1] == 1, time > 1 {
            common.remark("\(input.path): a single frame, repeated \(time) times")
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

/// A location in a predictor whose activations `features` writes.
private enum PredictorPlace: Equatable {
    /// A stage, 1 … 4, of the frame encoder.
    case stage(Int)
    /// The residual stream after `layer` blocks.
    case hidden(layer: Int, query: VideoPrior.Query?)
    case forecast

    /// - Throws: `ModelInputError` for another name.
    init(_ name: ComponentName) throws(ModelInputError) {
        var arguments = name.arguments
        let text = arguments.option("query")
        let query = text.flatMap(VideoPrior.Query.init(rawValue:))
        var place: PredictorPlace?
        if name.kind == "resnet" {
            place = arguments.number(in: 1...4).map { .stage($0) }
        } else {
            switch arguments.next() {
            case "forecast": place = .forecast
            case "hidden":
                place = arguments.number(in: 0...1024).map { .hidden(layer: $0, query: query) }
            default: break
            }
        }
        guard let place, text == nil || query != nil, arguments.next() == nil else {
            throw ModelInputError(
                "encoder",
                expected:
                    "resnet:1…4, prior:forecast or prior:hidden:LAYER[:query=start|zeros|hidden]",
                found: "\(name)")
        }
        self = place
    }
}
