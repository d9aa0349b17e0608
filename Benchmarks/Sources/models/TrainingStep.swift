import GestaltNN
import GestaltTensor
import Harness

/// Measures training steps on one batch: forward, loss, backward, AdamW.
///
/// The weights are made by formula, so a peer can start from the same; the first and the third loss
/// show that both sides compute the same.
///
/// - Parameters:
///   - name: the case in `peers/cases.py`.
///   - title: the model and the task in words.
///   - model: a model, of which only the shapes matter.
///   - variant: that of the record; by default the batch.
func measureTraining<Model: Module>(
    _ name: String, _ title: String, _ model: consuming Model, batch: Int, runs: Int,
    variant: String? = nil, loss: (Model, Context) -> Tensor<Float>
) {
    printHeader("training step of \(title), batch \(batch)")
    var model = model
    var weights = FormulaWeights()
    model.visit(&weights)
    var optimizer = AdamW(learningRate: 1e-3)
    var losses: [Float] = []
    let time = Measurement(warmUps: 2, runs: runs) {
        let step = valueAndGradients(
            of: model, Context.training(random: RandomStream(seed: 0)), loss)
        optimizer.update(&model, with: step.gradients)
        step.commitBuffers(to: &model)
        losses.append(step.loss)
        return Double(step.loss)
    }
    print("step \(fixed(time.median * 1e3, 1)) ms (±\(fixed(time.spread * 100, 0)) %)")
    printRecord(
        name, variant ?? "batch \(batch)", time,
        [
            "parameters": "\(weights.count)", "first_loss": fixed(Double(losses[0]), 6),
            "third_loss": fixed(Double(losses[2]), 6),
        ])
}

/// Weights made of their place in the list alone, so that a peer can make the same: matrices are
/// `u · √(6 / fan)` with the fan of all axes but the last, scales `1 + u / 4`, other vectors
/// `u / 4`.
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
