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

/// Steps of several batches.
@Suite struct AccumulationTests {
    /// Without norm and dropout a step of k batches is one of the joined batch, within rounding.
    @Test(arguments: [2, 4])
    func batchesOfAStepAreAveraged(_ count: Int) throws {
        var plan = TrainingPlan(
            steps: 5, schedule: .constant(0.05), gradientNorm: 1, seed: 5)
        let whole = try PlainTask.trainer(PlainTask(batches: WideBatches(parts: 1)), plan)
            .train("line")
        plan.accumulation = count
        let history = MetricHistory()
        let parts = try PlainTask.trainer(
            PlainTask(batches: WideBatches(parts: count)), plan, observers: [history]
        ).train("line")
        expectClose(whole, parts, tolerance: 1e-5)
        #expect(history.steps.map(\.step) == Array(1...5))
    }

    @Test func aResumedRunHasTheSameBits() throws {
        let folder = TemporaryFolder()
        var plan = TrainingPlan.line(steps: 6)
        plan.accumulation = 3
        let whole = Trainer(
            LineTask(), plan, run: try RunFolder(folder.path("whole"), resuming: false))
        try whole.train("line")
        // Batches 12, 13 and 14 are those of step 5: it ends with its second.
        #expect(throws: TrainingError.self) {
            try Trainer(
                LineTask(fault: .loss(at: 13)), plan,
                run: RunFolder(folder.path("parts"), resuming: false)
            ).train("line")
        }
        let second = Trainer(
            LineTask(), plan, run: try RunFolder(folder.path("parts"), resuming: true))
        try second.resume()
        #expect(second.step == 3)
        try second.train("line")
        #expect(second.step == 6)
        #expect(
            folder.bytes(of: "whole/checkpoints/last.safetensors")
                == folder.bytes(of: "parts/checkpoints/last.safetensors"))
        #expect(try logLines(folder.path("whole")) == logLines(folder.path("parts")))
    }

    @Test func leftOverBatchesAreNotUsed() throws {
        var plan = TrainingPlan.line(steps: 9)
        plan.accumulation = 3
        let trainer = Trainer(LineTask(stepCount: 11), plan)
        try trainer.train("line")
        #expect(trainer.step == 3)
    }

    /// Running statistics take one update a batch; weights, at rate 0, stay.
    @Test func statisticsChain() throws {
        let plan = { (count: Int) in
            TrainingPlan(
                steps: 6 / count, schedule: .constant(0), accumulation: count, seed: 5)
        }
        let buffers = { (plan: TrainingPlan) in
            try Trainer(LineTask(), plan).train("line").state.filter { !$0.isParameter }
        }
        let (single, three) = (try buffers(plan(1)), try buffers(plan(3)))
        #expect(single.count == 2)
        for (one, other) in zip(single, three) { #expect(one.value == other.value, "\(one.path)") }
    }

    /// A codebook follows every batch of a step, from where the one before left it.
    @Test func aCodebookFollowsEveryBatch() throws {
        var random = RandomStream(seed: 1)
        let first = Codebook(codes: 4, width: 3, random: &random)
        let latents: [Tensor<Float>] = (0..<2).map { _ in random.normal([8, 1, 1, 1, 3]) }
        func follow(_ codebook: Codebook, _ latents: Tensor<Float>) -> TrainingStep<Float> {
            valueAndGradients(
                of: codebook, Context.training(random: RandomStream(seed: 2))
            ) { codebook, context in
                let output = codebook(latents, context)
                return (output.loss, output.perplexity)
            }
        }
        var chained = first
        for batch in latents { follow(chained, batch).commitBuffers(to: &chained) }
        var total = follow(first, latents[0])
        var working = first
        total.commitBuffers(to: &working)
        total.add(follow(working, latents[1]))
        var summed = first
        total.commitBuffers(to: &summed)
        #expect(summed.state.map(\.value) == chained.state.map(\.value))
        #expect(summed.isInitialized.value.scalar == 1)
    }
}
