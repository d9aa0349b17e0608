import GestaltData
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

extension InstanceRecipe {
    /// Trains on an encoder that the recipe describes.
    /// - Parameter earlier: a model with this encoder, whose head is trained further.
    func train(
        made encoder: any StoredEncoder, _ earlier: InstanceSegmenter?, _ options: RunOptions
    ) throws -> Trained<InstanceSegmenter> {
        guard !encoder.readsClips else {
            throw ConfigurationError.invalid(
                "encoder", expected: "an encoder of single frames", found: "\(encoder.name)")
        }
        try validateParts(of: encoder)
        let run = try RecipeRun(self, options)
        var clips = try TrainingData(
            data, masks: .required, instanceClasses: classes, options)
        try clips.fit(to: encoder.frameTarget)
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        try set.requireOneSize()
        let model = try fresh(on: encoder, from: earlier, for: set.info(at: 0).size)
        try requireSameEncoder(as: model, run)
        let frames = try labeledFrames(labels, of: set)
        let parts = TrainedParts(trains, of: type(of: encoder), rates: partRates)
        let plan = optimization.plan(freezing: parts.freezing)
        try run.begin(
            model, plan: plan, batch: optimization.batchSize,
            data: [set] + (evaluationSet.map { [$0] } ?? []), trial: trial(model))
        let task = InstanceTask<InstanceSegmenter>(
            batches: try FrameBatches(
                set, frames: frames, batchSize: optimization.batchSize,
                order: .shuffled(seed: seed), augmentation: augmentation),
            evaluator: evaluationSet.map { InstanceEvaluator(data: $0) })
        let card = about("An instance head", "\(frames.count) labeled frames of \(set)")
        return try run.train(
            model, task, optimizer: optimization.optimizer(groups: parts.groups), plan: plan,
            title: "instances"
        ) { _ in card }
    }

    private func fresh(
        on encoder: any StoredEncoder, from earlier: InstanceSegmenter?, for size: FrameSize
    ) throws -> InstanceSegmenter {
        let configuration = InstanceSegmenterConfiguration(
            encoder: encoder.configuration,
            head: try earlier?.configuration.head ?? InstanceHeads.configuration(named: head),
            classes: classes, input: PictureInput(height: size.height, width: size.width))
        try configuration.validate()
        var random = RandomStream(seed: seed).split(.max)
        var model = InstanceSegmenter(configuration, encoder: begun(encoder), random: &random)
        if let earlier { model.take(earlier) }
        return model
    }

    private func trial(_ model: InstanceSegmenter) -> TrialStep<InstanceSegmenter> {
        let fixed = model.configuration.encoder.frameSize != nil
        let size =
            fixed
            ? TrialSize(whole: model.input.height, model.input.width)
            : TrialSize(
                height: model.input.height, width: model.input.width,
                multiple: model.sizeMultiple)
        let judging = peakBytes(of: 16, scale: size.scale) {
            _ = model.proposals(.zeros([$0, size.height, size.width, 3]))
        }
        return TrialStep(scale: size.scale, elsewhere: judging) { count in
            let frames = Tensor<Float>.zeros([count, size.height, size.width, 3])
            // Stripes: masks that all are empty would have no targets.
            let stripes = (0..<size.width).map { UInt8($0 * Self.trialInstances / size.width) }
            let masks = Tensor(stripes).broadcast(to: [count, size.height, size.width])
            let categories = Dictionary(
                uniqueKeysWithValues: (1..<UInt8(Self.trialInstances)).map { ($0, UInt8(1)) })
            let targets = InstanceTargets(
                masks, categories: .init(repeating: categories, count: count))
            return { $0.loss(of: frames, targets, $1).total }
        }
    }

    /// The instances of a frame in the trial step, background included.
    private static let trialInstances = 8
}
