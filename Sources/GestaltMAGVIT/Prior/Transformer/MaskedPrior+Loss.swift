import GestaltChecks
import GestaltNN
import GestaltTensor

extension MaskedPrior {
    /// The result of a training pass.
    public struct Output: Sendable {
        /// The minimized loss, a scalar.
        public let loss: Tensor<Float>
        /// Mean cross entropy in nats and share of right codes, of masked and of visible cells; nil
        /// where there are none.
        public let masked: Score?
        public let visible: Score?

        public struct Score: Sendable {
            public let crossEntropy: Float
            public let accuracy: Float
        }
    }

    /// Masks cells of clips at random and returns the loss of predicting all of them.
    ///
    /// Smoothed cross entropy over the codes, `−(1 − s)·ln p_target − (s/K)·Σ ln p`, averaged with
    /// the cells' weights within a sample, then over samples: one with a single masked cell counts
    /// as much as one that is all masked.
    /// - Parameters:
    ///   - codes: `[N, t, h, w]`.
    ///   - condition: the tokens of the condition clips; its mode is the configuration's.
    ///   - classes: one for each clip; nil for "no class".
    public func loss(
        _ codes: Tensor<Int32>, _ condition: MaskCondition, classes: [Int32]? = nil,
        _ context: Context
    ) -> Output {
        let clips = codes.shape[0]
        var draws: [MaskDraw] = []
        var isBare: [Bool] = []
        for _ in 0..<clips {
            let drops = context.random.number() < configuration.unconditionalShare
            isBare.append(drops)
            draws.append(MaskDraw(configuration, condition, random: &context.random))
        }
        return loss(
            codes, condition, classes: classes, draws: draws, isBare: isBare, context)
    }

    package func loss(
        _ codes: Tensor<Int32>, _ condition: MaskCondition, classes: [Int32]?, draws: [MaskDraw],
        isBare: [Bool], _ context: Context
    ) -> Output {
        let batch = batch(codes, condition, classes: classes, draws: draws, isBare: isBare)
        let streams = streams(batch.tokens, segments: batch.segments, context)
        let logits = logits(streams[blocks.count], lastNorm, head, context)
        let (samples, own) = losses(logits, batch)
        var loss = samples.mean()
        if let halfDepth, let weight = configuration.halfDepthWeight, context.isTraining {
            let half = self.logits(
                streams[blocks.count / 2], halfDepth.norm, halfDepth.head, context)
            loss = loss + losses(half, batch).samples.mean() * weight
        }
        let scores = scores(own.detached, logits.detached, batch, draws)
        return Output(loss: loss, masked: scores.masked, visible: scores.visible)
    }

    /// Returns the loss of each sample `[N]`, and the log-probabilities of the targets
    /// `[N, cells]`.
    private func losses(
        _ logits: Tensor<Float>, _ batch: Batch
    ) -> (samples: Tensor<Float>, own: Tensor<Float>) {
        let logarithms = logits.logSoftmax()
        let own = logarithms.gatheredAlong(batch.targets.expanded(axis: 2), axis: 2)
            .squeezed(axis: 2)
        let s = configuration.objective.smoothing
        let everything = logarithms.sum(axes: [-1]) * (s / Float(configuration.codes))
        let cells = -(own * (1 - s) + everything)
        let sums = (cells * batch.weights).sum(axes: [1])
        return (sums / (batch.weights.sum(axes: [1]) + 1e-8), own)
    }

    /// The tensors of a training batch.
    package struct Batch {
        /// `[N, 1 + cells]`
        package let tokens: Tensor<Int32>
        package let segments: Tensor<Int32>
        /// `[N, cells]`
        package let targets: Tensor<Int32>
        package let weights: Tensor<Float>
    }

    package func batch(
        _ codes: Tensor<Int32>, _ condition: MaskCondition, classes: [Int32]?,
        draws: [MaskDraw], isBare: [Bool]
    ) -> Batch {
        let (clips, cells) = (codes.shape[0], configuration.cells)
        require(
            codes.count == clips * cells && condition.mode == configuration.condition,
            "MaskedPrior: codes \(codes.shape), grid \(configuration.grid), condition "
                + "\(condition.mode) for \(configuration.condition)")
        let all = codes.scalars
        var (tokens, segments, targets) = ([Int32](), [Int32](), [Int32]())
        var weights: [Float] = []
        for (sample, draw) in draws.enumerated() {
            let own = Array(all[sample * cells..<(sample + 1) * cells])
            var (inputs, marks) = condition.inputs(
                own, masked: draw.masked, maskToken: configuration.maskToken, sample: sample)
            if isBare[sample] {
                for cell in 0..<cells where draw.masked[cell] {
                    (inputs[cell], marks[cell]) = (configuration.maskToken, 0)
                }
            }
            for (cell, code) in draw.replacements.enumerated() {
                if let code { inputs[cell] = code }
            }
            let named = isBare[sample] ? nil : classes?[sample]
            let first = named.map { Int32(configuration.codes) + $0 }
            tokens += [first ?? configuration.unconditionalToken] + inputs
            segments += [0] + marks
            targets += condition.targets(own, sample: sample)
            weights += draw.weights(configuration)
        }
        return Batch(
            tokens: Tensor(shape: [clips, 1 + cells], scalars: tokens),
            segments: Tensor(shape: [clips, 1 + cells], scalars: segments),
            targets: Tensor(shape: [clips, cells], scalars: targets),
            weights: Tensor(shape: [clips, cells], scalars: weights))
    }

    private func scores(
        _ own: Tensor<Float>, _ logits: Tensor<Float>, _ batch: Batch, _ draws: [MaskDraw]
    ) -> (masked: Output.Score?, visible: Output.Score?) {
        let (losses, guesses) = (own.scalars, logits.argmax(axis: 2).scalars)
        let (targets, weights) = (batch.targets.scalars, batch.weights.scalars)
        let cells = configuration.cells
        var sums: [Bool: (loss: Double, right: Int, count: Int)] = [
            false: (0, 0, 0), true: (0, 0, 0),
        ]
        // Cells of weight 0, those of a given region, are not predicted.
        for place in targets.indices where weights[place] > 0 {
            let isMasked = draws[place / cells].masked[place % cells]
            sums[isMasked]!.loss -= Double(losses[place])
            sums[isMasked]!.right += guesses[place] == targets[place] ? 1 : 0
            sums[isMasked]!.count += 1
        }
        func score(_ isMasked: Bool) -> Output.Score? {
            let (loss, right, count) = sums[isMasked]!
            guard count > 0 else { return nil }
            return Output.Score(
                crossEntropy: Float(loss / Double(count)),
                accuracy: Float(right) / Float(count))
        }
        return (score(true), score(false))
    }

    /// Returns the score of the masked cells of clips at one share of the schedule, with nothing
    /// corrupted.
    /// - Parameter ratio: 0, where all free cells are masked, to 1.
    public func maskedScore(
        _ codes: Tensor<Int32>, _ condition: MaskCondition, ratio: Double, random: RandomStream
    ) -> Output.Score {
        var random = random
        let draws = (0..<codes.shape[0]).map { _ in
            let scores: Tensor<Float> = random.uniform([configuration.cells])
            return MaskDraw(
                ratio: ratio, scores: scores.scalars, condition,
                schedule: configuration.objective.schedule)
        }
        let output = loss(
            codes, condition, classes: nil, draws: draws, isBare: draws.map { _ in false },
            .inference)
        guard let score = output.masked else { stop("MaskedPrior: nothing is masked") }
        return score
    }

    /// Returns the parameters without weight decay: tables, biases and norms.
    /// - Parameter path: that of the prior in the model; empty where it is the model.
    public static func undecayed(below path: String = "") -> [ParameterGroup.Selection] {
        let prefix = path.isEmpty ? "" : path + "."
        return [
            .below(["embedding", "positions", "segments"].map { prefix + $0 }), .rank(atMost: 1),
        ]
    }
}
