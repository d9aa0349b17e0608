import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

extension HeadRecipe {
    /// Trains on an encoder that the recipe describes.
    /// - Parameter earlier: a segmenter with this encoder, whose head is trained further.
    func train(
        made encoder: any StoredEncoder, from earlier: Segmenter? = nil, _ options: RunOptions
    ) throws -> Trained<Segmenter> {
        let settled = settled
        guard settled == self else {
            return try settled.train(made: encoder, from: earlier, options)
        }
        try validateWindow(of: encoder)
        try validateParts(of: encoder)
        return try train(on: encoder, from: earlier, options)
    }

    /// Trains with settings that fit the encoder.
    private func train(
        on encoder: any StoredEncoder, from earlier: Segmenter?, _ options: RunOptions
    ) throws -> Trained<Segmenter> {
        let run = try RecipeRun(self, options)
        var clips = try TrainingData(data, masks: .required, classes: classes, options)
        try clips.fit(to: encoder.frameTarget)
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        try set.requireOneSize()
        let model = try fresh(on: encoder, from: earlier, for: set.info(at: 0).size)
        try requireSameEncoder(as: model, run)
        if encoder.readsClips { try evaluationSet?.requireSize(of: model.input) }
        let frames = try labeledFrames(labels, of: set)
        set.remark(on: frames, classes: classes, options)
        let card = about(frames.count, of: set, encoder)
        if let closedForm {
            try run.begin(data: [set] + (evaluationSet.map { [$0] } ?? []))
            return try solved(closedForm, model, set, frames, evaluationSet, run, about: card)
        }
        return try train(model, set, frames, evaluationSet, run, about: card)
    }

    /// Trains in steps.
    private func train(
        _ model: Segmenter, _ set: DataSet, _ frames: [FrameIndex], _ evaluationSet: DataSet?,
        _ run: RecipeRun<Self>, about card: String
    ) throws -> Trained<Segmenter> {
        let encoder = model.encoder
        let isCached = try caches(frames.count, model)
        noteAugmentation(encoder, run.options)
        let parts = TrainedParts(trains, of: type(of: encoder), rates: partRates)
        let plan = optimization.plan(freezing: parts.freezing)
        try run.begin(
            model, plan: plan, batch: optimization.batchSize,
            data: [set] + (evaluationSet.map { [$0] } ?? []),
            trial: try trial(model, set, frames, isCached: isCached))
        func train<Task: StateDependentTask>(
            _ task: Task
        ) throws -> Trained<Segmenter> where Task.Model == Segmenter {
            try run.train(
                model, task, optimizer: optimization.optimizer(groups: parts.groups), plan: plan,
                title: "head"
            ) { _ in card }
        }
        let evaluator = try evaluationSet.map { try self.evaluator($0, model, run) }
        return isCached
            ? try train(
                LatentTask(
                    batches: try latents(model.encoder, set, frames, run), evaluator: evaluator))
            : try train(
                SegmentationTask(
                    batches: try pictures(set, frames, preceding: (encoder.clipLength ?? 1) - 1),
                    evaluator: evaluator))
    }

    /// Returns the evaluation during training; of an encoder that samples futures on latents that
    /// are computed once.
    private func evaluator(
        _ data: DataSet, _ model: Segmenter, _ run: RecipeRun<Self>
    ) throws -> SegmentationEvaluator {
        let size = FrameSize(height: model.input.height, width: model.input.width)
        guard model.encoder.sampledFutures > 0, data.infos().allSatisfy({ $0.size == size }) else {
            return SegmentationEvaluator(data: data)
        }
        let bar =
            run.options.showsProgress
            ? ProgressBar("encoding", total: data.labeledFrameCount, unit: "frames") : nil
        defer { bar?.finish() }
        return try SegmentationEvaluator(
            data: data, encoder: LabeledFrameEncoder(model.encoder),
            progress: run.progress(on: bar))
    }

    /// - Parameter preceding: the number of frames before a labeled one that the encoder reads.
    private func pictures(
        _ set: DataSet, _ frames: [FrameIndex], preceding: Int
    ) throws -> FrameBatches {
        guard preceding == 0 || !augmentation.mixesItems else {
            throw ConfigurationError.invalid(
                "augmentation", expected: "no mixing of frames: \(encoder) reads earlier ones",
                found: "cutMix or copyPaste")
        }
        return try FrameBatches(
            set, frames: frames, batchSize: optimization.batchSize,
            order: .shuffled(seed: seed), augmentation: augmentation, preceding: preceding)
    }

    private func validateWindow(of encoder: any StoredEncoder) throws(ConfigurationError) {
        guard encoder.readsClips, encoder.clipLength == nil else { return }
        let (stride, window) = (encoder.temporalStride, LabeledFrameEncoder.usualWindow)
        guard window % stride == 0 else {
            throw .invalid(
                "encoder",
                expected: "still frames: the encoder's temporal stride \(stride) does not divide "
                    + "windows of \(window) frames",
                found: "clips")
        }
    }

    private func fresh(
        on encoder: any StoredEncoder, from earlier: Segmenter?, for size: FrameSize
    ) throws -> Segmenter {
        let configuration = SegmenterConfiguration(
            encoder: encoder.configuration,
            head: try earlier?.configuration.head ?? Heads.configuration(named: head),
            classes: classes,
            input: PictureInput(height: size.height, width: size.width))
        try configuration.validate()
        var random = RandomStream(seed: seed).split(.max)
        var model = Segmenter(configuration, encoder: begun(encoder), random: &random)
        if let earlier { model.take(earlier) }
        return model
    }

    private func about(_ frames: Int, of set: DataSet, _ made: any StoredEncoder) -> String {
        var text = about("A head", "\(frames) labeled frames of \(set)")
        if made.seesFuture { text += " It sees the clip around a frame: frames after it, too." }
        if made.sampledFutures > 0 {
            text += " Latents are of \(made.sampledFutures) sampled futures of each frame."
        }
        return text
    }

    private func trial(
        _ model: Segmenter, _ set: DataSet, _ frames: [FrameIndex], isCached: Bool
    ) throws -> TrialStep<Segmenter> {
        let size = set.info(at: 0).size
        // One frame does for all: what a step takes does not depend on what is seen.
        let clips = try set.clips(at: [frames[0].clip])
        let encoder = LabeledFrameEncoder(model.encoder)
        func latents(_ count: Int) throws -> (latent: Latent, masks: Tensor<UInt8>) {
            let frames = (0..<count).map { _ in frames[0] }
            return (
                try encoder.encode(frames, of: clips, flipped: false),
                encoder.masks(of: frames, in: clips, flipped: false)
            )
        }
        let encoding = try peakBytes(of: 16) { _ = try latents($0) }
        guard !isCached else {
            return TrialStep(
                held: latentBytes(frames.count, model), elsewhere: encoding
            ) { count in
                let (latent, masks) = try latents(count)
                return { segmentationLoss($0.head(latent, $1), masks) }
            }
        }
        return TrialStep(elsewhere: encoding) { count in
            let shape = [count, size.height, size.width]
            let pictures = Tensor<Float>.zeros(Shape(shape + [3]))
            let masks = Tensor<UInt8>.zeros(Shape(shape))
            return { segmentationLoss($0.logits(pictures, $1), masks) }
        }
    }

    /// The number of latents of a frame: with mirror images two.
    private var variants: Int { augmentation.flip > 0 ? 2 : 1 }

    /// Returns the bytes of the latents of all labeled frames, including mirror images.
    func latentBytes(_ frames: Int, _ model: Segmenter) -> Int {
        let shape = model.encoder.latentShape(
            height: model.input.height, width: model.input.width)
        return shape.elementCount * MemoryLayout<Float>.size * frames * variants
    }

    /// Reports when only a part of the augmentation applies, and when it costs time.
    private func noteAugmentation(_ encoder: any StoredEncoder, _ options: RunOptions) {
        guard !augmentation.isFlipOnly, trains.isEmpty else { return }
        options.notice(
            isOnce(encoder)
                ? "latents of \(encoder.seesFuture ? "clips" : "sampled futures") are computed "
                    + "once: of the augmentation only flips apply"
                : "the frozen encoder runs on every batch, since its frames are augmented by more "
                    + "than flips")
    }

    /// Whether latents are always computed once, whatever the augmentation.
    private func isOnce(_ encoder: any StoredEncoder) -> Bool {
        encoder.seesFuture || encoder.sampledFutures > 0
    }

    /// Whether latents are computed only once.
    /// - Throws: `ConfigurationError` when they do not fit and cannot be recomputed for each batch.
    private func caches(_ frames: Int, _ model: Segmenter) throws -> Bool {
        guard trains.isEmpty, augmentation.isFlipOnly || isOnce(model.encoder) else {
            return false
        }
        let byteCount = latentBytes(frames, model)
        if byteCount <= Self.largestCache { return true }
        guard !isOnce(model.encoder) else {
            throw ConfigurationError.invalid(
                "labels", expected: "few enough for latents of \(Self.largestCache >> 20) MiB",
                found: "\(byteCount >> 20) MiB of latents")
        }
        return false
    }

    func latents(
        _ encoder: any StoredEncoder, _ set: DataSet, _ frames: [FrameIndex],
        _ run: RecipeRun<Self>
    ) throws -> LatentBatches {
        let bar =
            run.options.showsProgress
            ? ProgressBar("encoding", total: variants * frames.count, unit: "frames") : nil
        defer { bar?.finish() }
        return try LatentBatches(
            encoder: LabeledFrameEncoder(encoder), clips: set, frames: frames,
            batchSize: optimization.batchSize,
            seed: seed, flip: augmentation.flip, store: run.options.latents,
            progress: run.progress(on: bar))
    }
}
