import GestaltChecks
import GestaltNN
import GestaltTensor

extension MaskedPrior {
    /// Returns −ln p of the codes of each clip, in nats, for a decoding that reveals the free cells
    /// in a random order.
    ///
    /// Each pass scores the codes that it reveals given those of the passes before, as many as
    /// ``MaskedDecoding`` keeps in that step, so every free cell is scored once. For one order this
    /// is an exact code length; its mean over orders is an upper bound of −ln p of their mixture
    /// (Jensen's inequality). With more steps fewer codes are scored independently of each other,
    /// so the bound usually falls. The decoding by confidence has no tractable likelihood, since
    /// its order depends on the codes drawn.
    ///
    /// - Parameters:
    ///   - codes: `[N, t, h, w]`.
    ///   - condition: the tokens of the condition clips; its mode is the configuration's.
    ///   - steps: passes, positive.
    ///   - random: the stream of the orders, one for each clip.
    /// - Returns: one length for each clip.
    /// - Precondition: codes of the configuration's grid, a condition of its mode with tokens for
    ///   each clip; `steps` is positive.
    /// - Complexity: at most `steps` passes of the network over all clips at once.
    /// - Source: Uria, Murray and Larochelle, *A Deep and Tractable Density Estimator* (2014);
    ///   Hoogeboom et al., *Autoregressive Diffusion Models* (2021).
    public func codeLengths(
        _ codes: Tensor<Int32>, _ condition: MaskCondition, steps: Int,
        schedule: MaskSchedule = .cosine, random: RandomStream
    ) -> [Double] {
        let cells = configuration.cells
        require(
            codes.rank == 4 && codes.count == codes.shape[0] * cells && steps > 0
                && condition.mode == configuration.condition,
            "MaskedPrior: codes \(codes.shape), grid \(configuration.grid), \(steps) steps, "
                + "condition \(condition.mode) for \(configuration.condition)")
        let rows = (0..<codes.shape[0]).map { codes[$0].scalars }
        let free = (0..<cells).filter(condition.isFree)
        let orders = rows.indices.map { sample -> ArraySlice<Int> in
            var stream = random.split(UInt64(sample))
            let scores: Tensor<Float> = stream.uniform([cells])
            return lowest(free.count, of: free, by: scores.scalars)
        }
        var lengths = [Double](repeating: 0, count: rows.count)
        var known = 0
        for unknown in schedule.unknownCounts(steps: steps, cells: free.count)
        where known < free.count {
            let own = logProbabilities(rows, condition, masked: orders.map { $0[known...] })
            let next = free.count - unknown
            for (sample, order) in orders.enumerated() {
                for cell in order[known..<next] {
                    lengths[sample] -= Double(own[sample * cells + cell])
                }
            }
            known = next
        }
        return lengths
    }

    /// Returns ln p of the code of each cell with some cells masked, `[N · cells]`.
    private func logProbabilities(
        _ rows: [[Int32]], _ condition: MaskCondition, masked: [ArraySlice<Int>]
    ) -> [Float] {
        let cells = configuration.cells
        var (tokens, segments, targets) = ([Int32](), [Int32](), [Int32]())
        for (sample, row) in rows.enumerated() {
            var mask = [Bool](repeating: false, count: cells)
            for cell in masked[sample] { mask[cell] = true }
            let inputs = condition.inputs(
                row, masked: mask, maskToken: configuration.maskToken, sample: sample)
            tokens += [configuration.unconditionalToken] + inputs.tokens
            segments += [0] + inputs.segments
            targets += condition.targets(row, sample: sample)
        }
        let shape: Shape = [rows.count, 1 + cells]
        let logits = logits(
            Tensor(shape: shape, scalars: tokens),
            segments: Tensor(shape: shape, scalars: segments),
            .inference)
        let places = Tensor(shape: [rows.count, cells, 1], scalars: targets)
        return logits.logSoftmax().gatheredAlong(places, axis: 2).scalars
    }
}
