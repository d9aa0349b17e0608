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

/// The complete workflow on the package's sample: a video tokenizer learns to reconstruct
/// robot-pushing clips, a head on its latents and a U-Net on RGB learn to segment them, and
/// all are evaluated on held-out clips.
///
/// Steps are fixed, not timed: the same machine yields the same results each time.
public struct Demonstration: Sendable {
    public var tokenizer: TokenizerRecipe<VQVAE>
    public var head: HeadRecipe
    public var unet: UNetRecipe
    /// The minimum results of a successful demonstration.
    public var thresholds: Thresholds

    /// Minimum results; lower ones indicate an error.
    public struct Thresholds: Sendable {
        /// PSNR of the reconstructions, in decibels.
        public var psnr = 19.0
        /// IoU per image of the U-Net.
        public var unetIoU = 0.70
    }

    public init() {
        let sample = DataChoice("sample")
        tokenizer = TokenizerRecipe(data: sample, preset: .tiny, steps: 900)
        tokenizer.optimization.evaluationInterval = .max
        head = HeadRecipe(data: sample, head: "convolutional:64", steps: 400)
        head.optimization.evaluationInterval = .max
        unet = UNetRecipe(data: sample, network: .demo, steps: 400)
        unet.optimization.evaluationInterval = .max
        // Those of the head, whose latents are computed once: both see the same frames.
        unet.augmentation = .flip
        thresholds = Thresholds()
    }

    /// Returns the folder of `tokenizer/`, `head/` and `unet/` in a demonstration's folder.
    public static func models(in folder: String) -> String { folder + "/demo-models" }

    /// Runs the demonstration and writes models, table and images to a folder.
    ///
    /// - Parameters:
    ///   - folder: receives `table.txt`, `segmentation.png`, `reconstruction.gif`,
    ///     `reconstruction.png`, and the models in ``models(in:)``, which must not exist yet.
    ///   - showsProgress: whether training progress is printed to standard error.
    ///   - show: called with each line of output.
    /// - Throws: errors of training and writing.
    public func run(
        into folder: String, interruption: Interruption = .process, showsProgress: Bool = true,
        show: (String) -> Void = { print($0) }
    ) throws -> DemonstrationReport {
        func options(_ name: String) -> RunOptions {
            RunOptions(
                folder: Self.models(in: folder) + "/" + name, showsProgress: showsProgress,
                interruption: interruption, command: "gestalt demo")
        }
        let test = try DataSet.sample(.test)
        let train = try DataSet.sample(.train)
        show("Data: \(train), \(test); 64 × 64 frames of a robot arm pushing objects.")

        show("\n1. A video tokenizer (VideoGPT's 3D VQ-VAE) learns to reconstruct clips.")
        let codes = try tokenizer.train(options("tokenizer")).model
        let batches = try ClipBatches(test, length: 16, batchSize: 8, order: .once)
        let reconstruction = try ReconstructionReport(of: codes, on: batches)

        show(
            "\n2. A convolutional head learns to segment from its latents; the tokenizer is frozen."
        )
        let segmenter = try head.train(on: codes, options("head")).model
        show("\n3. A U-Net learns the same from RGB.")
        let network = try unet.train(options("unet")).model

        show("\n4. All are judged on every fifth frame of clips they never saw.")
        let report = DemonstrationReport(
            reconstruction: reconstruction,
            meanMask: try MeanMask(of: train).report(on: test),
            head: try SegmentationReport(of: segmenter, on: test),
            unet: try SegmentationReport(of: network, on: test),
            thresholds: thresholds)
        try DemonstrationPictures(test, codes, segmenter, network).write(to: folder)
        try Data((report.table + "\n").utf8)
            .write(to: URL(filePath: folder + "/table.txt"), options: .atomic)
        return report
    }
}
