import Foundation
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltRobotPush
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE

/// The complete workflow on the package's sample: the pre-trained models segment a frame and
/// predict its future; a video tokenizer learns to reconstruct robot-pushing clips; a head on its
/// latents and a U-Net on RGB learn to segment them; a U-Net and the pre-trained encoder are
/// trained on ten labels. All are evaluated on held-out clips.
///
/// Steps are fixed, not timed: the same machine yields the same results each time.
public struct Demonstration: Sendable {
    public var tokenizer: TokenizerRecipe<VQVAE>
    public var head: HeadRecipe
    public var unet: UNetRecipe
    /// A U-Net from random weights on a few labels.
    public var fewLabelUNet: UNetRecipe
    /// A head on the pre-trained encoder, which is trained with it, on the same labels.
    public var fewLabelHead: HeadRecipe
    /// The minimum results of a successful demonstration.
    public var thresholds: Thresholds

    /// Minimum results; lower ones indicate an error.
    public struct Thresholds: Sendable {
        /// PSNR of the reconstructions, in decibels.
        public var psnr = 18.0
        /// IoU per image of the U-Net on all labels.
        public var unetIoU = 0.70
        /// IoU per image of the pre-trained segmentation model.
        public var pretrainedIoU = 0.85
    }

    /// The number of labeled frames of the last part.
    public static let fewLabels = 10

    public init() {
        let sample = DataChoice("sample")
        tokenizer = TokenizerRecipe(data: sample, preset: .tiny, steps: 300)
        tokenizer.optimization.evaluationInterval = .max
        head = HeadRecipe(data: sample, head: "convolutional:64", steps: 400)
        head.optimization.evaluationInterval = .max
        unet = UNetRecipe(data: sample, network: .demo, steps: 400)
        unet.optimization.evaluationInterval = .max
        // Those of the head, whose latents are computed once: both see the same frames.
        unet.augmentation = .flip
        // One trunk, one augmentation, equal steps: the networks differ in their first weights.
        fewLabelUNet = UNetRecipe(
            data: sample, network: .baseline, labels: Self.fewLabels, steps: 240)
        fewLabelHead = HeadRecipe(
            data: sample, model: PretrainedModels.usual(for: "dense"), encoder: "dense",
            labels: Self.fewLabels, steps: 240)
        fewLabelUNet.augmentation = .standard
        fewLabelHead.augmentation = .standard
        fewLabelUNet.optimization.batchSize = 8
        fewLabelHead.optimization.batchSize = 8
        fewLabelUNet.optimization.evaluationInterval = .max
        fewLabelHead.optimization.evaluationInterval = .max
        thresholds = Thresholds()
    }

    /// Returns the folder of `tokenizer/`, `head/`, `unet/`, `unet-10/` and `encoder-10/` in a
    /// demonstration's folder.
    public static func models(in folder: String) -> String { folder + "/demo-models" }

    /// Runs the demonstration and writes models, table and images to a folder.
    ///
    /// - Parameters:
    ///   - folder: receives the images of ``PretrainedDemonstration``, `table.txt`,
    ///     `segmentation.png`, `reconstruction.gif`, `reconstruction.png`, and the models in
    ///     ``models(in:)``, which must not exist yet.
    ///   - showsProgress: whether training progress is printed to standard error.
    ///   - show: called with each line of output.
    /// - Throws: ``PretrainedModelError`` where the package's models are missing; errors of
    ///   training and writing.
    public func run(
        into folder: String, interruption: Interruption = .process, showsProgress: Bool = true,
        show: (String) -> Void = { print($0) }
    ) throws -> DemonstrationReport {
        let session = DemonstrationSession(
            folder: folder, interruption: interruption, showsProgress: showsProgress)
        let test = try DataSet.sample(.test)
        let train = try DataSet.sample(.train)
        show("Data: \(train), \(test); 64 × 64 frames of a robot arm pushing objects.")

        show("\n1. The models in the repository segment a frame and predict its future.")
        let pretrained = try PretrainedDemonstration(test)
        try pretrained.write(to: folder, show: show)

        show("\n2. The same from scratch, briefly, on the sample alone.")
        let trained = try session.train(self, show: show)

        show("\n3. Ten labels: a U-Net, and the encoder that learned from video without labels.")
        let few = try session.trainOnFewLabels(self)

        show("\n4. All are evaluated on every fifth frame of clips they never saw.")
        let batches = try ClipBatches(test, length: 16, batchSize: 8, order: .once)
        let report = DemonstrationReport(
            reconstruction: try ReconstructionReport(of: trained.tokenizer, on: batches),
            meanMask: try MeanMask(of: train).report(on: test),
            head: try SegmentationReport(of: trained.head, on: test),
            unet: try SegmentationReport(of: trained.unet, on: test),
            fewLabelUNet: try SegmentationReport(of: few.unet, on: test),
            fewLabelEncoder: try SegmentationReport(of: few.encoder, on: test),
            pretrained: try pretrained.report(on: test), thresholds: thresholds)
        try DemonstrationPictures(test, trained, few).write(to: folder)
        try Data((report.table + "\n").utf8)
            .write(to: URL(filePath: folder + "/table.txt"), options: .atomic)
        return report
    }
}
