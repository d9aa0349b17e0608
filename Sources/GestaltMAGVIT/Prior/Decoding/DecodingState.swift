import GestaltNN
import GestaltTensor

/// The state of one sample during decoding: its codes, and which of them are unknown.
package struct DecodingState {
    /// The values of a step, for tests.
    package struct Trace {
        package let inputs: [Int32]
        package let segments: [Int32]
        package let tokens: [Int32]
        package let logProbabilities: [Float]
        package let confidences: [Float]
        package let unknownBefore: [Bool]
        package let unknownAfter: [Bool]
    }

    /// Standard Gumbel numbers of a step.
    package struct Noise {
        /// `[cells, K]`
        package let tokens: Tensor<Float>
        package let scores: [Float]

        package init(tokens: Tensor<Float>, scores: [Float]) {
            self.tokens = tokens
            self.scores = scores
        }

        /// Draws a step's noise.
        init(cells: Int, codes: Int, random: RandomStream) {
            func gumbel(_ shape: Shape, _ index: UInt64) -> Tensor<Float> {
                var stream = random.split(index)
                // Within the open interval, so that both logarithms are finite.
                let u: Tensor<Float> = stream.uniform(shape, in: 1e-9..<1)
                return -(-u.clamped(max: 1 - 1e-7).log()).log()
            }
            tokens = gumbel([cells, codes], 0)
            scores = gumbel([cells], 1).scalars
        }
    }

    let prior: MaskedPrior
    let condition: MaskCondition
    let options: MaskedDecoding
    let sample: Int
    private let firstToken: Int32
    private let freeCount: Int
    package private(set) var tokens: [Int32]
    private var unknown: [Bool]

    /// - Parameters:
    ///   - sample: the row of the condition's tokens.
    ///   - label: a class; nil for none.
    package init(
        _ prior: MaskedPrior, _ condition: MaskCondition, sample: Int, label: Int32?,
        _ options: MaskedDecoding
    ) {
        let configuration = prior.configuration
        self.prior = prior
        self.condition = condition
        self.options = options
        self.sample = sample
        firstToken =
            label.map { Int32(configuration.codes) + $0 } ?? configuration.unconditionalToken
        let cells = configuration.cells
        unknown = (0..<cells).map(condition.isFree)
        freeCount = unknown.count { $0 }
        tokens = condition.targets([Int32](repeating: 0, count: cells), sample: sample)
    }

    /// Runs a step of one sample.
    package mutating func step(_ step: Int, _ noise: Noise) throws(MaskedDecodingError) -> Trace {
        var states = [self]
        let traces = try Self.step(&states, step, [noise])
        self = states[0]
        return traces[0]
    }

    /// Runs a step of several samples of one prior in one pass: draws the unknown codes, keeps the
    /// confident ones. Known codes never change.
    /// - Precondition: at least one sample, all with the same options.
    static func step(
        _ states: inout [DecodingState], _ step: Int, _ noise: [Noise]
    ) throws(MaskedDecodingError) -> [Trace] {
        let (prior, options) = (states[0].prior, states[0].options)
        let maskToken = prior.configuration.maskToken
        let queries = states.map {
            $0.condition.inputs(
                $0.tokens, masked: $0.unknown, maskToken: maskToken, sample: $0.sample)
        }
        var logits = prior.logits(
            rows(zip(states, queries).map { [$0.firstToken] + $1.tokens }),
            segments: rows(queries.map { [0] + $0.segments }), .inference)
        if options.guidance > 0 {
            let bare = states.map { state in
                [prior.configuration.unconditionalToken]
                    + state.tokens.indices.map { state.unknown[$0] ? maskToken : state.tokens[$0] }
            }
            let blank = bare.map { [Int32](repeating: 0, count: $0.count) }
            let blind = prior.logits(rows(bare), segments: rows(blank), .inference)
            logits = logits + (logits - blind) * options.guidance
        }
        var traces: [Trace] = []
        for index in states.indices {
            traces.append(
                try states[index].advance(
                    step, noise[index], logits[index], queries[index].tokens,
                    queries[index].segments))
        }
        return traces
    }

    private static func rows(_ values: [[Int32]]) -> Tensor<Int32> {
        Tensor(shape: [values.count, values[0].count], scalars: values.flatMap { $0 })
    }

    /// Draws the unknown codes from logits `[cells, K]`.
    private mutating func advance(
        _ step: Int, _ noise: Noise, _ logits: Tensor<Float>, _ inputs: [Int32],
        _ segments: [Int32]
    ) throws(MaskedDecodingError) -> Trace {
        guard logits.sum().scalar.isFinite else {
            throw .notFinite(sample: sample, step: step)
        }
        let before = unknown
        let drawn = (filtered(logits / options.temperature) + noise.tokens).argmax(axis: 1)
        let sampled = drawn.scalars
        for cell in tokens.indices where unknown[cell] { tokens[cell] = sampled[cell] }
        let logProbabilities = logits.logSoftmax()
            .gatheredAlong(Tensor(tokens).expanded(axis: 1), axis: 1).scalars
        let progress = Double(step + 1) / Double(options.steps)
        let spread = options.confidenceNoise * Float(1 - progress)
        let confidences = tokens.indices.map {
            unknown[$0] ? logProbabilities[$0] + spread * noise.scores[$0] : .infinity
        }
        unknown = stillUnknown(after: step, confidences)
        return Trace(
            inputs: inputs, segments: segments, tokens: tokens,
            logProbabilities: logProbabilities, confidences: confidences, unknownBefore: before,
            unknownAfter: unknown)
    }

    /// The unknown cells of lowest confidence, strictly fewer than before.
    private func stillUnknown(after step: Int, _ confidences: [Float]) -> [Bool] {
        var after = [Bool](repeating: false, count: tokens.count)
        let cells = tokens.indices.filter { unknown[$0] }
        let count = options.schedule.unknownCounts(steps: options.steps, cells: freeCount)[step]
        for cell in lowest(count, of: cells, by: confidences) { after[cell] = true }
        return after
    }

    /// Returns the logits with codes outside of top-k or top-p at −∞.
    private func filtered(_ logits: Tensor<Float>) -> Tensor<Float> {
        if let k = options.topK {
            let least = logits.topK(k).values[0..., (k - 1)..<k]
            return logits.replacing(with: -.infinity, where: logits .< least)
        }
        guard let p = options.topP, p < 1 else { return logits }
        let sorted = logits.sorted(descending: true).values
        // Before a code that is kept, less than p is cumulated.
        let before = sorted.softmax().cumulativeSum(axis: 1) - sorted.softmax()
        let least = sorted.replacing(with: .infinity, where: before .>= p)
            .min(axes: [1], keepingAxes: true)
        return logits.replacing(with: -.infinity, where: logits .< least)
    }
}
