import GestaltData
import GestaltFiles
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE

/// Trains a head on the latents of a tokenizer, which itself stays as it is unless told otherwise.
///
/// With a frozen tokenizer the latents of the labelled frames and of their mirror images are made
/// once and kept in memory, as long as they take less than ``largestCache`` bytes.
public struct HeadRecipe: Recipe {
    public static let kind = "head"
    /// Latents beyond this many bytes are made anew for each batch.
    public static let largestCache = 1 << 30

    public var data: DataChoice
    /// The folder of the trained tokenizer; nil for one that is in memory, see
    /// ``train(on:_:)``.
    public var tokenizer: String?
    /// What the encoder sees: the frame alone, or the clip around it.
    public var mode: TokenizerEncoder.Mode
    public var source: TokenizerEncoder.Source
    public var head: SegmenterConfiguration.Head
    /// 1 for foreground against background; 3 for background, arm and things.
    public var classes: Int
    /// How many labelled frames, spread over the clips; nil for all.
    public var labels: Int?
    /// Paths that stay as they are; `encoder` is the whole tokenizer.
    public var frozen: [String]
    /// What the rate of encoder parameters that train is multiplied by.
    public var encoderRateFactor: Double
    public var steps: Int
    public var batch: Int
    /// The highest rate of the one cycle; AdamW's.
    public var learningRate: Double
    /// The share of the steps in which the rate rises.
    public var rise: Double
    public var weightDecay: Double
    /// How likely a frame is mirrored, 0…1.
    public var flip: Float
    public var evaluationInterval: Int
    public var checkpointInterval: Int
    public var seed: UInt64

    /// - Parameter steps: not given, 600 with a number of labels and 2500 with all.
    public init(
        data: DataChoice, tokenizer: String? = nil, mode: TokenizerEncoder.Mode = .still,
        source: TokenizerEncoder.Source = .continuous,
        head: SegmenterConfiguration.Head = .convolutional(width: 128), classes: Int = 1,
        labels: Int? = nil, steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.data = data
        self.tokenizer = tokenizer
        self.mode = mode
        self.source = source
        self.head = head
        self.classes = classes
        self.labels = labels
        frozen = ["encoder"]
        encoderRateFactor = 0.1
        self.steps = steps ?? (labels == nil ? 2500 : 600)
        batch = 16
        learningRate = 2e-3
        rise = 0.2
        weightDecay = 0.01
        flip = 0.5
        evaluationInterval = max(1, self.steps / 4)
        checkpointInterval = max(1, min(200, self.steps / 4))
        self.seed = seed
    }

    public func validate() throws {
        try validateNumbers(
            steps: steps, batch: batch, learningRate: learningRate,
            evaluationInterval: evaluationInterval, checkpointInterval: checkpointInterval)
        try validateShare("rise", rise)
        try validateShare("flip", Double(flip))
        try validateShare("encoderRateFactor", encoderRateFactor)
        guard weightDecay >= 0, weightDecay.isFinite else {
            throw ConfigurationError.invalid(
                "weightDecay", expected: "0 or more", found: weightDecay)
        }
        guard mode == .still || freezesEncoder else {
            throw ConfigurationError.invalid(
                "frozen", expected: "[\"encoder\"] with latents of clips, which are made once",
                found: frozen)
        }
    }

    /// Trains on the tokenizer of the folder ``tokenizer``.
    public func train(_ options: RunOptions = RunOptions()) throws -> Trained<Segmenter> {
        try validate()
        guard let tokenizer else {
            throw ConfigurationError.invalid(
                "tokenizer", expected: "the folder of a trained tokenizer", found: "none")
        }
        return try train(on: try VideoTokenizer(folder: tokenizer), options)
    }

    /// Trains on a tokenizer that is in memory. To resume, give the same one.
    /// - Throws: as ``Recipe/train(_:)``; `ConfigurationError` when clips are asked for and the
    ///   tokenizer's temporal stride does not divide their windows;
    ///   ``TrainingError/checkpoint(path:expected:found:)`` when a run on another frozen tokenizer
    ///   is resumed.
    public func train(
        on tokenizer: VideoTokenizer, _ options: RunOptions = RunOptions()
    ) throws -> Trained<Segmenter> {
        try validateWindow(of: tokenizer)
        let run = try RecipeRun(self, options)
        let set = try data.open(.train, masks: .required, showsProgress: options.showsProgress)
        let judged = try data.evaluation.map {
            try data.open($0, masks: .required, showsProgress: options.showsProgress)
        }
        try run.checkInterruption()
        let model = try fresh(on: tokenizer, for: set.clips[0])
        try requireSameEncoder(as: model, run)
        let frames = try labelledFrames(labels, of: set)
        let judge = judged.map { SegmentationJudge(data: $0) }
        let about = { (_: Segmenter) in
            "A head on a video tokenizer, \(frozen.isEmpty ? "all trained" : "frozen: \(frozen)"), "
                + "on \(frames.count) labelled frames of \(set)."
                + (mode == .clip ? " It sees the clip around a frame: frames after it, too." : "")
        }
        guard try caches(frames.count, model) else {
            let batches = FrameBatches(
                set.clips, frames: frames, batchSize: batch, order: .shuffled(seed: seed),
                augmentation: Augmentation(flip: flip))
            return try run.train(
                model, SegmentationTask(batches: batches, judge: judge), optimiser: optimiser,
                plan: plan, title: "head", about: about)
        }
        let batches = try latents(model.encoder, set.clips, frames, run)
        return try run.train(
            model, LatentTask(batches: batches, judge: judge), optimiser: optimiser, plan: plan,
            title: "head", about: about)
    }
}

extension HeadRecipe {
    private var freezesEncoder: Bool { Freezing(frozen).covers("encoder") }

    private func validateWindow(of tokenizer: VideoTokenizer) throws(ConfigurationError) {
        let stride = tokenizer.configuration.strides.time
        let window = LabelledFrameEncoder.usualWindow
        guard mode == .still || window % stride == 0 else {
            throw .invalid(
                "mode",
                expected: "still: the tokenizer's temporal stride \(stride) does not divide "
                    + "windows of \(window) frames",
                found: mode)
        }
    }

    /// The latents are made from the tokenizer at hand, the head goes on from the checkpoint.
    private func requireSameEncoder(as model: Segmenter, _ run: RecipeRun<Self>) throws {
        guard freezesEncoder, run.options.resumes, let path = run.folder?.existingLastCheckpoint
        else { return }
        try Checkpoint(reading: path)
            .requireSame("encoder", as: model, expected: "the tokenizer this run began with")
    }

    private var optimiser: AdamW {
        AdamW(
            weightDecay: weightDecay,
            groups: [ParameterGroup(.below(["encoder"]), learningRateFactor: encoderRateFactor)])
    }

    private var plan: TrainingPlan {
        TrainingPlan(
            steps: steps,
            schedule: .oneCycle(OneCycle(maximum: learningRate, steps: steps, rise: rise)),
            freezing: Freezing(frozen), evaluationInterval: evaluationInterval,
            checkpointInterval: checkpointInterval, seed: seed)
    }

    private func fresh(on tokenizer: VideoTokenizer, for clip: Clip) throws -> Segmenter {
        let configuration = SegmenterConfiguration(
            tokenizer: tokenizer.configuration, mode: mode, source: source, head: head,
            classes: classes, input: PictureInput(height: clip.height, width: clip.width))
        try configuration.validate()
        var random = RandomStream(seed: seed).split(.max)
        return Segmenter(configuration, tokenizer: tokenizer, random: &random)
    }

    /// Whether latents are made once.
    /// - Throws: `ConfigurationError` when they do not fit and cannot be made batch by batch.
    private func caches(_ frames: Int, _ model: Segmenter) throws -> Bool {
        guard freezesEncoder else { return false }
        let shape = model.encoder.latentShape(
            height: model.input.height, width: model.input.width)
        let one = shape.slots * shape.height * shape.width * shape.channels * 4
        let byteCount = one * frames * (flip > 0 ? 2 : 1)
        if byteCount <= Self.largestCache { return true }
        guard mode == .still else {
            throw ConfigurationError.invalid(
                "labels", expected: "few enough for latents of \(Self.largestCache >> 20) MiB",
                found: "\(byteCount >> 20) MiB of latents")
        }
        return false
    }

    private func latents(
        _ encoder: TokenizerEncoder, _ clips: [Clip], _ frames: [FrameIndex],
        _ run: RecipeRun<Self>
    ) throws -> LatentBatches {
        let variants = flip > 0 ? 2 : 1
        let progress =
            run.options.showsProgress
            ? ProgressBar("encoding", total: variants * frames.count, unit: "frames") : nil
        defer { progress?.finish() }
        return try LatentBatches(
            encoder: LabelledFrameEncoder(encoder), clips: clips, frames: frames, batchSize: batch,
            seed: seed, flip: flip
        ) { done, _ in
            progress?.update(done)
            try run.checkInterruption()
        }
    }
}
