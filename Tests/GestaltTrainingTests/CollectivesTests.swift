import Foundation
import GestaltData
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Sums of the workers' parts are added in another order than a sum over the whole batch: a few
/// units in the last place of each of some ten operations a step, times the steps.
private let rounding: Float = 2e-5

/// Several workers against one with the whole batch.
@Suite struct CollectivesTests {
    @Test(arguments: [1, 2, 4])
    func exchangesAreThoseOfTheirNames(_ count: Int) throws {
        let results = try InProcessCollectives.run(workers: count) { collectives in
            let mine = Tensor<Float>([Float(collectives.rank), 1, 0.1])
            let sum = collectives.allReduce(mine)
            collectives.barrier()
            let first = collectives.broadcast(mine, from: 0)
            let last = collectives.broadcast(mine, from: count - 1)
            return [sum, first, last]
        }
        var tenths: Float = 0.1
        for _ in 1..<max(count, 1) { tenths += 0.1 }
        #expect(results.count == count)
        for result in results {
            #expect(
                result[0].scalars
                    == [Float(count * (count - 1) / 2), Float(count), count == 1 ? 0.1 : tenths])
            #expect(result[1].scalars == [0, 1, 0.1])
            #expect(result[2].scalars == [Float(count - 1), 1, 0.1])
        }
    }

    @Test(arguments: [(2, false), (4, false), (2, true), (4, true)])
    func workersTrainAsOneWithTheWholeBatch(_ count: Int, withNorm: Bool) throws {
        let plan = TrainingPlan(
            steps: 8, schedule: .constant(0.05), gradientNorm: 1, averageDecay: 0.9,
            evaluationInterval: 3, seed: 5)
        let alone = PlainTask.trainer(
            PlainTask(batches: WideBatches(parts: 1)), plan, withNorm: withNorm)
        try alone.train("line")
        let models = try InProcessCollectives.run(workers: count) { collectives in
            let task = PlainTask(
                batches: ShardedBatches(WideBatches(parts: 1), among: collectives))
            let trainer = PlainTask<ShardedBatches<WideBatches>>.trainer(
                task, plan, withNorm: withNorm, collectives: collectives)
            _ = try trainer.train("line")
            #expect((trainer.evaluation != nil) == (collectives.rank == 0))
            return trainer.model
        }
        for model in models {
            expectClose(alone.model, model, tolerance: rounding)
            #expect(model.state.map(\.value) == models[0].state.map(\.value))
        }
        // It is no mean of constants: the weights have moved.
        let start = PlainTask<WideBatches>.network(withNorm: withNorm).state[0].value
        #expect((models[0].state[0].value - start).abs().max().scalar > 0.01)
    }

    /// Only rank 0 writes; every rank resumes from what it wrote.
    @Test func workersResumeToTheSameBits() throws {
        let folder = TemporaryFolder()
        let plan = TrainingPlan(
            steps: 6, schedule: .constant(0.05), accumulation: 2, evaluationInterval: 2,
            checkpointInterval: 2, seed: 5)
        @Sendable func run(
            _ collectives: InProcessCollectives, _ path: String, stopping: Int? = nil
        ) throws -> [Tensor<Float>] {
            let run = RunFolder.opened(path)
            let stop = Interruption()
            let batches = StoppingBatches(
                ShardedBatches(WideBatches(parts: 1), among: collectives),
                at: collectives.rank == 1 ? stopping : nil, stop)
            let trainer = Trainer(
                model: PlainTask<WideBatches>.network(withNorm: true),
                task: PlainTask(batches: batches), optimizer: SGD(learningRate: 0.05), plan: plan,
                run: run, interruption: stop, collectives: collectives,
                observers: [LogObserver()])
            try trainer.resume()
            return try trainer.train("line").state.map(\.value)
        }
        let (whole, parts) = (folder.path("whole"), folder.path("parts"))
        for path in [whole, parts] { _ = try RunFolder(path, resuming: false) }
        let direct = try InProcessCollectives.run(workers: 2) { try run($0, whole) }
        // The interruption of one rank stops all.
        #expect(throws: TrainingError.self) {
            try InProcessCollectives.run(workers: 2) { try run($0, parts, stopping: 5) }
        }
        let resumed = try InProcessCollectives.run(workers: 2) { try run($0, parts) }
        #expect(direct[0] == direct[1] && resumed[0] == resumed[1])
        #expect(direct[0] == resumed[0])
        #expect(try logLines(whole) == logLines(parts))
        #expect(
            folder.bytes(of: "whole/checkpoints/last.safetensors")
                == folder.bytes(of: "parts/checkpoints/last.safetensors"))
    }

    @Test func aWorkerThatFailsReleasesTheOthers() throws {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try InProcessCollectives.run(workers: 3) { collectives in
                if collectives.rank == 1 { throw Failure() }
                let task = PlainTask(
                    batches: ShardedBatches(WideBatches(parts: 1), among: collectives))
                let trainer = PlainTask<ShardedBatches<WideBatches>>.trainer(
                    task, .line(steps: 3), withNorm: true, collectives: collectives)
                #expect(throws: TrainingError.abandoned(step: 0)) { try trainer.train("line") }
                try trainer.train("line")
            }
        }
    }

    @Test func aBatchIsDividedInOrder() throws {
        let parts = try InProcessCollectives.group(of: 3).map {
            try ShardedBatches(WideBatches(parts: 1), among: $0).batch(at: 2)
        }
        #expect(parts.map(\.itemCount) == [10, 11, 11])
        #expect(
            concatenated(parts.map(\.x), axis: 0) == WideBatches(parts: 1).batch(at: 2).x)
        let group = InProcessCollectives.group(of: 40)
        #expect(throws: TrainingError.batchTooSmall(items: 32, workers: 40)) {
            try ShardedBatches(WideBatches(parts: 1), among: group[3]).batch(at: 0)
        }
    }
}

/// A codebook whose latents are divided among workers.
@Suite struct SharedCodebookTests {
    /// Drawn rows of which every code takes some of the latents.
    private static func codebook(usage: Float) -> Codebook {
        var random = RandomStream(seed: 7)
        var codebook = Codebook(codes: 4, width: 3, random: &random)
        codebook.isInitialized.value = Tensor(1)
        codebook.usage.value = Tensor(repeating: usage, shape: [4])
        codebook.sums.value = codebook.embeddings.value * usage
        return codebook
    }

    private static var latents: Tensor<Float> {
        var random = RandomStream(seed: 8)
        return random.normal([16, 1, 2, 2, 3])
    }

    /// One training pass over a rank's part of the latents.
    private static func pass(
        _ codebook: Codebook, seed: UInt64, _ collectives: any Collectives
    ) -> (codebook: Codebook, perplexity: Float) {
        var codebook = codebook
        let size = 16 / collectives.size
        let part = latents.sliced(
            collectives.rank * size..<(collectives.rank + 1) * size, axis: 0)
        let context = Context.training(random: RandomStream(seed: seed))
        context.collectives = collectives
        let step = valueAndGradients(of: codebook, context) { codebook, context in
            let output = codebook(part, context)
            return (output.loss, output.perplexity)
        }
        step.commitBuffers(to: &codebook)
        return (codebook, step.auxiliary)
    }

    @Test(arguments: [2, 4])
    func followsTheLatentsOfAllRanks(_ count: Int) throws {
        // Usage well above the threshold: no code is redrawn.
        let start = Self.codebook(usage: 16)
        let alone = Self.pass(start, seed: 1, LocalCollectives())
        let shared = try InProcessCollectives.run(workers: count) {
            Self.pass(start, seed: UInt64($0.rank), $0)
        }
        for one in shared {
            expectClose(alone.codebook, one.codebook, tolerance: rounding)
            #expect(one.codebook.state.map(\.value) == shared[0].codebook.state.map(\.value))
            #expect(one.perplexity == alone.perplexity)
        }
        #expect(shared[0].codebook.embeddings.value != start.embeddings.value)
    }

    /// First rows and redrawn ones are latents of rank 0, the same on every rank.
    @Test(arguments: [2, 4])
    func drawsComeFromRankZero(_ count: Int) throws {
        var fresh = Self.codebook(usage: 16)
        fresh.isInitialized.value = Tensor(0)
        for start in [fresh, Self.codebook(usage: 0.01)] {
            let shared = try InProcessCollectives.run(workers: count) {
                Self.pass(start, seed: UInt64($0.rank), $0).codebook
            }
            for one in shared {
                #expect(one.state.map(\.value) == shared[0].state.map(\.value))
            }
        }
        let redrawn = try InProcessCollectives.run(workers: count) {
            Self.pass(Self.codebook(usage: -1e6), seed: UInt64($0.rank), $0).codebook
        }
        let own = Self.latents.sliced(0..<16 / count, axis: 0).reshaped([-1, 3])
        for row in 0..<4 {
            let distances = (own - redrawn[0].embeddings.value[row]).abs().sum(axes: [1])
            #expect(distances.min().scalar == 0, "row \(row) is no latent of rank 0")
        }
    }
}

/// The entropy of the mean distribution is that of all workers' latents.
@Suite struct SharedEntropyTests {
    private struct Latents: Module {
        var all: Tensor<Float> = .sample([16, 6], seed: 9, in: -0.05...0.05)

        mutating func visit(_ visitor: inout some ParameterVisitor) {
            visitor.parameter("all", &all)
        }

        func pass(_ collectives: any Collectives) -> (loss: Float, gradient: Tensor<Float>) {
            let size = 16 / collectives.size
            let part = collectives.rank * size..<(collectives.rank + 1) * size
            let context = Context.training(random: RandomStream(seed: 0))
            context.collectives = collectives
            let quantizer = LookupFreeQuantizer(.init(bits: 6, commitment: 0))
            let step = valueAndGradients(of: self, context) { model, context in
                (quantizer(model.all[part], context).loss, ())
            }
            return (step.loss, step.gradients[path: "all"]!)
        }
    }

    @Test(arguments: [2, 4]) func lossAndGradientOfTheJoinedBatch(_ count: Int) throws {
        let alone = Latents().pass(LocalCollectives())
        let shared = try InProcessCollectives.run(workers: count) { Latents().pass($0) }
        let loss = shared.reduce(0) { $0 + $1.loss } / Float(count)
        #expect(abs(loss - alone.loss) <= rounding * abs(alone.loss))
        let sum = shared.map(\.gradient).reduce(.zeros([16, 6])) { $0 + $1 }
        #expect(relativeDeviation(sum / Float(count), from: alone.gradient) <= rounding)
    }
}

/// Requests a stop when it makes the batch of a given number.
private struct StoppingBatches<Source: BatchSource>: BatchSource {
    let source: Source
    let stop: Int?
    let interruption: Interruption

    init(_ source: Source, at stop: Int?, _ interruption: Interruption) {
        self.source = source
        self.stop = stop
        self.interruption = interruption
    }

    var stepsPerPass: Int { source.stepsPerPass }
    var stepCount: Int? { source.stepCount }

    func batch(at step: Int) throws -> Source.Batch {
        if step == stop { interruption.request() }
        return try source.batch(at: step)
    }
}

extension RunFolder {
    /// A folder that was made before.
    fileprivate static func opened(_ path: String) -> RunFolder? {
        try? RunFolder(path, resuming: true)
    }
}
