import GestaltNN
import GestaltSegHeads
import GestaltTensor
import Harness

/// A training step of the U-Net of 1 927 009 parameters on pictures of 64 × 64: forward, BCE + Dice,
/// backward, AdamW. Its peer `peers/unet_torch.py` starts from the same weights and pictures, so the
/// losses agree.
struct UNetTraining {
    let batch: Int
    let runs: Int

    func run() {
        printHeader("training step of the U-Net, batch \(batch)")
        var random = RandomStream(seed: 1)
        var model = UNet(.baseline, random: &random)
        var weights = FormulaWeights()
        model.visit(&weights)
        let frames = sample([batch, 64, 64, 3], seed: 5) * 0.5
        let labels = discs
        var optimizer = AdamW(learningRate: 1e-3)
        var losses: [Float] = []
        let time = Measurement(warmUps: 2, runs: runs) {
            let step = valueAndGradients(of: model, Context.training(random: RandomStream(seed: 0)))
            { model, context in
                (segmentationLoss(model.logits(frames, context), labels), ())
            }
            optimizer.update(&model, with: step.gradients)
            step.commitBuffers(to: &model)
            losses.append(step.loss)
            return Double(step.loss)
        }
        print("step \(fixed(time.median * 1e3, 1)) ms (±\(fixed(time.spread * 100, 0)) %)")
        printRecord(
            "unet-train", "batch \(batch)", time,
            [
                "parameters": "\(weights.count)", "first_loss": fixed(Double(losses[0]), 6),
                "third_loss": fixed(Double(losses[2]), 6),
            ])
    }

    /// A disc in the middle of every picture, 10 pixels wide and one more for each picture.
    private var discs: Tensor<UInt8> {
        let rows = (0..<batch).flatMap { picture in
            (0..<64 * 64).map { place -> UInt8 in
                let (y, x) = (place / 64 - 32, place % 64 - 32)
                return x * x + y * y < (10 + picture) * (10 + picture) ? 1 : 0
            }
        }
        return Tensor(shape: [batch, 64, 64], scalars: rows)
    }
}

/// Weights made of their place in the list alone, so that a peer can make the same: matrices are
/// `u · √(6 / fan)` with the fan of all axes but the last, scales `1 + u / 4`, other vectors `u / 4`.
private struct FormulaWeights: ParameterVisitor {
    private var place: UInt32 = 0
    private(set) var count = 0

    mutating func parameter(_ name: String, _ value: inout Tensor<Float>) {
        place += 1
        count += value.count
        let u = sample(value.shape, seed: 100 + place)
        if value.rank > 1 {
            value = u * (6 / Float(value.count / value.shape[-1])).squareRoot()
        } else {
            value = name == "scale" ? u * 0.25 + 1 : u * 0.25
        }
    }

    mutating func buffer(_ name: String, _ buffer: inout Buffer) {}

    mutating func module(_ name: String, _ module: inout some Module) { module.visit(&self) }
}
