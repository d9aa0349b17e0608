import GestaltSegHeads
import GestaltTensor

/// A step of the semi-supervised recipe (`gestalt train student`): the baseline U-Net on a batch of
/// which a quarter is labeled, the rest pseudo-labeled with probabilities; weighted BCE + Dice.
///
/// Targets and weights are given: the recipe computes the probabilities before the training. A pixel
/// has weight 0 if its label is ignored, or its probability is below a threshold.
struct StudentTraining {
    let batch: Int
    let runs: Int

    /// The probability of its class below which a pseudo-labeled pixel has no weight.
    private static let threshold: Float = 0.75

    func run() {
        var random = RandomStream(seed: 1)
        let images = TrainingImages(batch: batch)
        let labeled = batch / 4
        let frames = images.frames
        let targets = images.map(channels: 1) { pixel -> Float in
            let depth = pixel.depth(inDisc: 10)
            if pixel.image < labeled { return depth > 0 ? 1 : 0 }
            return min(max(0.5 + Float(depth) / 512, 1 / 64), 63 / 64)
        }
        let probabilities = targets.squeezed(axis: -1)
        let confident = (probabilities.maximum(1 - probabilities) .>= Self.threshold)
            .cast(to: Float.self)
        // The first rows of labeled frames are ignored.
        let known = images.map(channels: 1) { pixel -> Float in
            pixel.image < labeled && pixel.row < 2 ? 0 : 1
        }
        let weights = confident * known.squeezed(axis: -1)
        measureTraining(
            "student-train", "the U-Net, \(labeled) frames labeled",
            UNet(.baseline, random: &random), batch: batch, runs: runs
        ) { model, context in
            segmentationLoss(
                model.logits(frames, context), probabilities: targets, weights: weights)
        }
    }
}
