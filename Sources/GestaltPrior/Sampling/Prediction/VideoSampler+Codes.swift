import GestaltChecks
import GestaltIO
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

extension VideoSampler {
    /// Draws codes for each clip of a condition.
    ///
    /// - Parameters:
    ///   - samples: the number for each clip; an unconditional prior counts as one clip.
    ///   - progress: called after every token; an error it throws ends the sampling.
    /// - Throws: errors of `options.validate()` and `progress`, ``SamplingError``, and
    ///   `CancellationError` when the surrounding task is cancelled.
    public func codes(
        _ condition: PriorCondition, samples: Int = 1,
        options: SamplingOptions = SamplingOptions(), random: RandomStream,
        progress: ProgressHandler? = nil
    ) throws -> SampledCodes {
        let run = SamplingRun(
            sampler: self, condition: condition, samples: samples, options: options,
            random: random)
        return try run.result(progress: progress) { _ in }
    }

    /// Returns the latent frames as a stream while they are drawn, on a task of its own that ends
    /// with the stream's consumer. Errors as for
    /// ``codes(_:samples:options:random:progress:)``.
    public func latentFrames(
        _ condition: PriorCondition, samples: Int = 1,
        options: SamplingOptions = SamplingOptions(), random: RandomStream
    ) -> AsyncThrowingStream<SampledFrame, any Error> {
        let run = SamplingRun(
            sampler: self, condition: condition, samples: samples, options: options,
            random: random)
        return AsyncThrowingStream { continuation in
            let task = Task.detached {
                do {
                    _ = try run.result(progress: nil) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

/// The parameters of one sampling call, without the cache.
struct SamplingRun: Sendable {
    let sampler: VideoSampler
    let condition: PriorCondition
    /// The number for each clip.
    let samples: Int
    let options: SamplingOptions
    let random: RandomStream
    /// The counter of the first token's random number.
    var firstCounter = 0

    private var clips: Int {
        condition.features?.shape[0] ?? condition.classes?.count ?? condition.actions?.shape[0]
            ?? 1
    }
    private var tokens: Int { sampler.weights.configuration.tokens }

    /// - Parameter frame: called after every latent frame.
    func result(
        progress: ProgressHandler?, frame: (SampledFrame) throws -> Void
    ) throws -> SampledCodes {
        require(samples > 0, "VideoSampler: \(samples) samples")
        try options.validate()
        let all = clips * samples
        var codes = [Int32](repeating: 0, count: all * tokens)
        var logProbabilities = [Float](repeating: 0, count: all)
        for first in stride(from: 0, to: all, by: sampler.batch) {
            let rows = first..<min(first + sampler.batch, all)
            try codes.withUnsafeMutableBufferPointer { codes in
                let own = UnsafeMutableBufferPointer(
                    rebasing: codes[rows.lowerBound * tokens..<rows.upperBound * tokens])
                let means = try draw(rows, into: own, progress: progress, frame: frame)
                for (row, mean) in zip(rows, means) { logProbabilities[row] = mean }
            }
        }
        let grid = sampler.weights.configuration.latent.array
        return SampledCodes(
            codes: Tensor(shape: Shape([clips, samples] + grid), scalars: codes),
            logProbabilities: Tensor(shape: [clips, samples], scalars: logProbabilities))
    }

    /// Draws the codes of one batch; returns the mean log-probabilities.
    private func draw(
        _ rows: Range<Int>, into codes: UnsafeMutableBufferPointer<Int32>,
        progress: ProgressHandler?, frame: (SampledFrame) throws -> Void
    ) throws -> [Float] {
        let latent = sampler.weights.configuration.latent
        let frameTokens = latent.height * latent.width
        let cache = DecodingCache(sampler.weights, condition, clips: rows.map { $0 / samples })
        let drawing = BatchDraw(self, rows)
        for token in 0..<tokens {
            try Task.checkCancellation()
            sampler.weights.step(after: drawing.last, cache)
            try drawing.draw(cache, token)
            for row in 0..<rows.count { codes[row * tokens + token] = drawing.last[row] }
            try progress?(
                WorkProgress(
                    done: rows.lowerBound * tokens + (token + 1) * rows.count,
                    total: clips * samples * tokens, unit: "tokens"))
            guard (token + 1) % frameTokens == 0 else { continue }
            let start = token + 1 - frameTokens
            try frame(
                SampledFrame(
                    samples: rows, index: start / frameTokens,
                    codes: Tensor(
                        shape: [rows.count, latent.height, latent.width],
                        scalars: rows.indices.flatMap { row in
                            let first = (row - rows.lowerBound) * tokens + start
                            return codes[first..<first + frameTokens]
                        })))
        }
        return drawing.means
    }
}

/// The draws of a batch of samples, and their summed log-probabilities.
private final class BatchDraw {
    /// The codes drawn last, one for each sample.
    let last: UnsafeMutablePointer<Int32>
    private let run: SamplingRun
    private let first: Int
    private let memory: DecodingMemory
    private let draws: [CodeDraw]
    private let streams: [RandomStream]
    private let sums: UnsafeMutablePointer<Double>
    private var tokens = 0

    init(_ run: SamplingRun, _ rows: Range<Int>) {
        self.run = run
        first = rows.lowerBound
        let codes = run.sampler.weights.configuration.codeCount
        memory = DecodingMemory(
            byteCount: DecodingMemory.padded(4 * rows.count)
                + DecodingMemory.padded(8 * rows.count))
        last = memory.take(4 * rows.count).bindMemory(to: Int32.self, capacity: rows.count)
        sums = memory.take(8 * rows.count).bindMemory(to: Double.self, capacity: rows.count)
        sums.update(repeating: 0, count: rows.count)
        draws = rows.map { _ in CodeDraw(run.options, codes: codes) }
        streams = rows.map { run.random.split(UInt64($0)) }
    }

    var means: [Float] { draws.indices.map { Float(sums[$0] / Double(max(tokens, 1))) } }

    /// Draws a code for each sample from the logits of the last step.
    func draw(_ cache: DecodingCache, _ token: Int) throws {
        let codes = run.sampler.weights.configuration.codeCount
        let (draws, streams, last, sums) = (draws, streams, last, sums)
        cache.withLogits { logits in
            parallelFor(draws.count) { row in
                var stream = streams[row]
                stream.counter = UInt64(run.firstCounter + token)
                let drawn = draws[row].draw(
                    logits.baseAddress! + row * codes, stream.number())
                last[row] = Int32(drawn?.code ?? -1)
                sums[row] += drawn?.logProbability ?? 0
            }
        }
        tokens += 1
        for row in draws.indices where last[row] < 0 {
            throw SamplingError.notFinite(sample: first + row, token: token)
        }
    }
}
