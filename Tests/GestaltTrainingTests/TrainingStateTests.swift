import GestaltData
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltTraining
import Testing

/// What a loss can see of the run it belongs to.
@Suite struct TrainingStateTests {
    /// Pulls a network towards the running average of its weights, as a mean teacher does.
    private struct TeacherTask: StateDependentTask {
        let batches = WideBatches(parts: 1)
        let seen = Seen()

        final class Seen: @unchecked Sendable {
            var steps: [Int] = []
            var distances: [Float] = []
        }

        func loss(
            of model: Sequential, on batch: WideBatches.Batch,
            at state: TrainingState<Sequential>, _ context: Context
        ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
            let prediction = model(batch.x, context)
            let average = try #require(state.average)
            let teacher = average(batch.x, .inference)
            #expect(!teacher.isTracked && state.totalSteps == 6)
            let consistency = (prediction - teacher).squared().mean()
            seen.steps.append(state.step * 10 + state.microBatch)
            seen.distances.append(consistency.scalar)
            return ((prediction - batch.y).squared().mean() + consistency, [])
        }
    }

    @Test func aTeacherIsTheRunningAverage() throws {
        var plan = TrainingPlan.line(steps: 6)
        plan.accumulation = 2
        let task = TeacherTask()
        try Trainer(
            model: PlainTask<WideBatches>.network(), task: task,
            optimizer: AdamW(), plan: plan, interruption: Interruption()
        ).train("teacher")
        #expect(task.seen.steps == [0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51])
        // The average begins as the model and falls behind with the first step.
        #expect(task.seen.distances.prefix(2).allSatisfy { $0 < 1e-12 })
        #expect(task.seen.distances.dropFirst(2).allSatisfy { $0 > 1e-12 })
    }
}
