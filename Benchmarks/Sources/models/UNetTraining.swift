import GestaltSegHeads
import GestaltTensor

/// A training step of the U-Net of 1 927 009 parameters on labeled pictures of 64 × 64, with BCE +
/// Dice. The peer of all steps of this network is `peers/unet_torch.py`, which starts from the same
/// weights and pictures, so the losses agree.
struct UNetTraining {
    let batch: Int
    let runs: Int

    func run() {
        var random = RandomStream(seed: 1)
        let images = TrainingImages(batch: batch)
        let frames = images.frames
        let labels = images.map(channels: 1) { pixel -> UInt8 in
            pixel.depth(inDisc: 10) > 0 ? 1 : 0
        }.squeezed(axis: -1)
        measureTraining(
            "unet-train", "the U-Net", UNet(.baseline, random: &random), batch: batch, runs: runs
        ) { model, context in
            segmentationLoss(model.logits(frames, context), labels)
        }
    }
}
