import GestaltData
import GestaltIO
import GestaltMAGVIT
import GestaltPrior
import GestaltTensor
import GestaltTraining
import GestaltVideo

extension VideoPredictor: LikelihoodPredictor {
    /// The exact length, with the true codes before each as input.
    public func codeLength(on set: DataSet, progress: ProgressHandler?) throws -> CodeLength {
        let sizes = configuration.prior
        let takesActions = sizes.actionWidth != nil
        let coded = try encoded(
            set,
            conditions: ", and actions where the prior is conditioned on some; no classes",
            where: { clip in
                (!takesActions || clip.actionWidth == sizes.actionWidth) && sizes.classes == nil
            })
        let batches = CodedBatches(
            coded, of: set, batchSize: 4, order: .once, given: sizes.conditioning?.frames ?? 0,
            takesActions: takesActions)
        let nll = try nll(over: batches, progress: progress)
        return CodeLength(
            nats: nll * Double(coded.codes.count),
            codes: coded.codes.reshaped([coded.windows.count, -1]),
            method: "exact: each code given all codes before it")
    }
}

extension MaskedPredictor: LikelihoodPredictor {
    /// The length for a decoding in random order in the usual number of steps, an upper bound, and
    /// cross entropy and accuracy of masked cells at four shares of masked cells.
    public func codeLength(on set: DataSet, progress: ProgressHandler?) throws -> CodeLength {
        let sizes = configuration.prior
        let windows = try encoded(
            set, conditions: ", a prior without classes", where: { _ in sizes.classes == 0 })
        let batches = MaskedBatches(
            CodedBatches(
                windows, of: set, batchSize: 4, order: .once, given: 0, takesActions: false),
            still: sizes.condition == .none ? nil : try encoded(set, isStill: true))
        let decoding = MaskedDecoding()
        var nats = 0.0
        for step in 0..<batches.stepsPerPass {
            let lengths = try codeLengths(
                batches.batch(at: step), decoding, random: RandomStream(seed: 0).split(UInt64(step))
            )
            nats += lengths.reduce(0, +)
            try progress?(
                WorkProgress(done: step + 1, total: batches.stepsPerPass, unit: "batches"))
        }
        let given = sizes.condition.fixesRegion ? sizes.sliceCells : 0
        return CodeLength(
            nats: nats,
            codes: windows.codes.reshaped([windows.windows.count, -1])[0..., given...],
            method: "upper bound: codes revealed in random order in \(decoding.steps) steps of the "
                + "\(decoding.schedule) schedule, each given those of the steps before, one order "
                + "per window",
            details: try MaskedPriorTask.metrics(of: self, on: batches))
    }
}
