import GestaltData
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// Trains a U-Net on single labeled frames: the baseline of all other methods.
///
/// AdamW with a weight decay of 0.01, one cycle with a peak of 2e-3 and a warm-up of 20 % of the
/// steps, batches of 16, BCE and Dice, `Augmentation.standard`, the last weights.
public struct UNetRecipe: Recipe {
    public static let kind = "unet"

    public var data: DataChoice
    /// A U-Net to start from, as ``OpenedModel`` reads it; its configuration applies.
    public var model: String?
    public var settings: [String: String]?
    /// The configuration of the network; its image size is set to that of the data's frames.
    public var network: UNetConfiguration
    /// The number of labeled frames, spread over the clips; nil for all.
    public var labels: Int?
    /// The changes of frames and masks; `.standard` by default.
    public var augmentation: Augmentation
    public var optimization: Optimization

    /// - Parameters:
    ///   - network: `.baseline`, or `.demo` at half the width.
    ///   - steps: by default 600 with a number of labels and 2500 with all.
    public init(
        data: DataChoice, network: UNetConfiguration = .baseline, labels: Int? = nil,
        steps: Int? = nil, seed: UInt64 = 0
    ) {
        self.data = data
        self.network = network
        self.labels = labels
        augmentation = .standard
        optimization = .frames(steps: steps ?? Optimization.steps(labels: labels), seed: seed)
    }

    public func validate() throws {
        try network.validate()
        try validateOptimization()
        try augmentation.validate()
        guard augmentation.crop == nil else {
            throw ConfigurationError.invalid(
                "augmentation.crop", expected: "none: the network has the frames' size",
                found: "a crop")
        }
    }

    public func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<UNet> {
        guard let beginning else { return try train(nil as UNet?, options) }
        guard let network = beginning.model as? UNet else { throw beginning.mismatch(.unet) }
        var own = self
        own.network = network.configuration
        return try own.train(network, options)
    }

    private func train(_ beginning: UNet?, _ options: RunOptions) throws -> Trained<UNet> {
        let run = try RecipeRun(self, options)
        let clips = try TrainingData(
            data, masks: .required, classes: network.classes, options)
        clips.report(options.notice)
        let (set, evaluationSet) = (clips.train, clips.evaluationSet)
        let frames = try labeledFrames(labels, of: set)
        set.remark(on: frames, classes: network.classes, options)
        var configuration = network
        configuration.input.height = set.info(at: 0).height
        configuration.input.width = set.info(at: 0).width
        var random = RandomStream(seed: seed).split(.max)
        var model = UNet(configuration, random: &random)
        if let beginning { model.take(beginning) }
        try run.begin(
            model, plan: optimization.plan(), batch: optimization.batchSize,
            data: [set] + (evaluationSet.map { [$0] } ?? []),
            trial: trial(model, set.infos().map(\.size).max() ?? set.info(at: 0).size))
        let task = SegmentationTask<UNet>(
            batches: try FrameBatches(
                set, frames: frames, batchSize: optimization.batchSize,
                order: .shuffled(seed: seed),
                augmentation: augmentation),
            evaluator: evaluationSet.map { SegmentationEvaluator(data: $0) })
        return try run.train(
            model, task, optimizer: optimization.optimizer(), plan: optimization.plan(),
            title: "U-Net"
        ) { _ in "A U-Net trained on \(frames.count) labeled frames of \(set)." }
    }

    private func trial(_ model: UNet, _ frame: FrameSize) -> TrialStep<UNet> {
        let size = TrialSize(
            height: frame.height, width: frame.width, multiple: model.sizeMultiple)
        let shape = [size.height, size.width]
        let judging = peakBytes(of: 16, scale: size.scale) {
            _ = model.logits(.zeros(Shape([$0] + shape + [3])), .inference)
        }
        return TrialStep(
            scale: size.scale, elsewhere: judging
        ) { count in
            let frames = Tensor<Float>.zeros(Shape([count] + shape + [3]))
            let masks = Tensor<UInt8>.zeros(Shape([count] + shape))
            return { segmentationLoss($0.logits(frames, $1), masks) }
        }
    }
}
