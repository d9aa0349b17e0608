import GestaltMAGVIT
import GestaltNN
import GestaltTensor
import GestaltVideo
import Harness

/// A training step of the causal tokenizer `small` on clips of 17 × 64 × 64. Its peer, as that of
/// all of this family, is `peers/magvit_torch.py`.
struct MagvitTraining {
    let batch: Int
    let runs: Int

    func run() {
        var random = RandomStream(seed: 1)
        let clips = sample([batch, 17, 64, 64, 3], seed: 5) * 0.5
        measureTraining(
            "magvit-train", "the causal tokenizer", MagvitTokenizer(.small, random: &random),
            batch: batch, runs: runs
        ) { model, context in
            model(clips, context).loss
        }
    }
}

/// A training step of the masked prior `small` over the codes of such clips.
///
/// Masks and the weights of cells are given: the recipe draws them, and weighs visible cells by
/// their distance. The loss is composed of public functions as that of the library.
struct MaskedTraining {
    let batch: Int
    let runs: Int
    let dropout: Float

    /// The shares of masked cells of the clips of a batch, in turn.
    private static let shares: [Float] = [1, 0.75, 0.5, 0.25]

    func run() throws {
        var sizes = try MaskedPredictorConfiguration.ofSmallClips.prior
        sizes.dropout = dropout
        var random = RandomStream(seed: 1)
        let inputs = inputs(sizes)
        let smoothing = sizes.objective.smoothing
        measureTraining(
            "masked-train", "the masked prior, dropout \(dropout)",
            MaskedPrior(sizes, random: &random), batch: batch, runs: runs,
            variant: "batch \(batch), dropout \(dropout == 0 ? "0" : "\(dropout)")"
        ) { model, context in
            let logarithms = model.logits(inputs.tokens, segments: inputs.segments, context)
                .logSoftmax()
            let own = logarithms.gatheredAlong(inputs.targets.expanded(axis: 2), axis: 2)
                .squeezed(axis: 2)
            let everything = logarithms.sum(axes: [-1]) * (smoothing / Float(sizes.codes))
            let cells = -(own * (1 - smoothing) + everything)
            let sums = (cells * inputs.weights).sum(axes: [1])
            return (sums / (inputs.weights.sum(axes: [1]) + 1e-8)).mean()
        }
    }

    private struct Inputs {
        /// `[N, 1 + cells]`
        let tokens: Tensor<Int32>
        let segments: Tensor<Int32>
        /// `[N, cells]`
        let targets: Tensor<Int32>
        let weights: Tensor<Float>
    }

    /// Codes by formula; masked cells hold the code of a still clip, and the first slice is given.
    private func inputs(_ sizes: MaskedPriorConfiguration) -> Inputs {
        let (cells, region) = (sizes.cells, sizes.sliceCells)
        func codes(seed: UInt32) -> [Int32] {
            sample([batch, cells], seed: seed).scalars.map {
                min(Int32(($0 + 1) * (Float(sizes.codes) / 2)), Int32(sizes.codes) - 1)
            }
        }
        let still = codes(seed: 8)
        var targets = codes(seed: 7)
        let scores = sample([batch, cells], seed: 9).scalars
        var (tokens, segments, weights) = ([Int32](), [Int32](), [Float]())
        for clip in 0..<batch {
            tokens.append(sizes.unconditionalToken)
            segments.append(0)
            let bound = 2 * Self.shares[clip % Self.shares.count] - 1
            for cell in 0..<cells {
                let place = clip * cells + cell
                if cell < region { targets[place] = still[place] }
                let isMasked = cell >= region && scores[place] < bound
                tokens.append(isMasked ? still[place] : targets[place])
                segments.append(isMasked ? 1 : 0)
                weights.append(isMasked ? 1 : 0.5)
            }
        }
        return Inputs(
            tokens: Tensor(shape: [batch, 1 + cells], scalars: tokens),
            segments: Tensor(shape: [batch, 1 + cells], scalars: segments),
            targets: Tensor(shape: [batch, cells], scalars: targets),
            weights: Tensor(shape: [batch, cells], scalars: weights))
    }
}

extension MaskedPredictorConfiguration {
    /// The prior `small` over the codes of the tokenizer `small`.
    static var ofSmallClips: Self {
        get throws {
            try MaskedPredictorConfiguration(
                .small, tokenizer: MagvitConfiguration.small, frames: 17, height: 64, width: 64)
        }
    }
}
