import GestaltFiles
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport

/// Adam steps of a tokenizer over the recorded batches of a fixture, with its recorded draws.
struct CurveRun {
    /// Loss, reconstruction, commitment, perplexity of each step.
    private(set) var numbers: [[Float]] = []
    private(set) var codes: [Tensor<Int32>] = []
    /// The tokenizer after the last step.
    private(set) var end: VQVAE

    init(_ start: VQVAE, _ fixture: VideoGPTFixture, _ prefix: String) throws {
        end = start
        var optimizer = Adam(learningRate: 3e-4)
        let batches = try fixture.clips(prefix + "batches_u8")
        var draws = RecordedDraws(
            permutations: try fixture.integers(prefix + "perms").rows,
            noises: fixture.file.names.contains(prefix + "noises")
                ? try fixture.raw(prefix + "noises").rows : [])
        for index in 0..<batches.shape[0] {
            let step = valueAndGradients(of: end, Context.training(random: RandomStream(seed: 0))) {
                model, context in
                let output = model.forward(batches[index], context, draws: &draws)
                return (output.loss, output.detached)
            }
            optimizer.update(&end, with: step.gradients)
            step.commitBuffers(to: &end)
            let output = step.auxiliary
            codes.append(output.codes)
            numbers.append([
                step.loss, output.reconstructionLoss.scalar, output.quantizerLoss.scalar,
                output.perplexity,
            ])
        }
    }

    var curve: Tensor<Float> { Tensor(rows: numbers) }

    /// The largest difference of a number of `step` from `curve`, `[steps, 4]`, relative to it;
    /// infinite where one is not a number.
    func deviation(from curve: Tensor<Float>, at step: Int) -> Float {
        zip(numbers[step], curve[step].scalars).reduce(0) { worst, pair in
            let share = abs(pair.0 - pair.1) / abs(pair.1)
            return share.isNaN ? .infinity : max(worst, share)
        }
    }
}

extension VQVAE {
    /// Every weight times `1 + u`, u uniform in `[-share, share)`.
    func disturbed(by share: Float, seed: UInt64) -> VQVAE {
        var result = self
        var visitor = Disturbance(share: share, random: RandomStream(seed: seed))
        result.visit(&visitor)
        return result
    }
}

private struct Disturbance: ParameterVisitor {
    let share: Float
    var random: RandomStream

    mutating func parameter(_ name: String, _ value: inout Tensor<Float>) {
        value = value * random.uniform(value.shape, in: 1 - share..<1 + share)
    }

    mutating func buffer(_ name: String, _ buffer: inout Buffer) {}

    mutating func module(_ name: String, _ module: inout some Module) { module.visit(&self) }
}

extension Tensor {
    /// The slices of the outermost axis, each in memory of its own.
    fileprivate var rows: [Tensor] {
        (0..<shape[0]).map { Tensor(shape: self[$0].shape, scalars: self[$0].scalars) }
    }
}
