import Foundation
import GestaltFiles
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltTraining
import TestSupport
import Testing

/// Reconstruction error below which the line counts as found; the start is above 2.
private let foundLine = 0.1

@Suite struct TrainerTests {
    @Test func learnsALine() throws {
        let trainer = Trainer(LineTask(), .line(steps: 150))
        try trainer.train("line")
        let error = try #require(trainer.evaluation?.score)
        #expect(error < foundLine, "mean squared error \(error)")
        #expect(trainer.step == 150)
    }

    @Test func endsWhereTheBatchesEnd() throws {
        let trainer = Trainer(LineTask(stepCount: 7), .line(steps: 12))
        try trainer.train("line")
        #expect(trainer.step == 7)
        #expect(trainer.evaluation != nil)
    }

    @Test func interruptedAndResumedIsBitForBitTheSame() throws {
        let folder = TemporaryFolder()
        let whole = folder.path("whole")
        try Trainer(LineTask(), .line(steps: 12), run: RunFolder(whole, resuming: false))
            .train("line")

        let parts = folder.path("parts")
        let stopping = LineTask(fault: .interruption(at: 4))
        #expect(
            throws: TrainingError.interrupted(
                step: 5, checkpoint: "\(parts)/checkpoints/last.safetensors")
        ) {
            try Trainer(stopping, .line(steps: 12), run: RunFolder(parts, resuming: false))
                .train("line")
        }
        let second = Trainer(
            LineTask(), .line(steps: 12), run: try RunFolder(parts, resuming: true))
        #expect(try second.resume() == nil)
        #expect(second.step == 5)
        try second.train("line")

        for name in ["last", "best"] {
            let file = "checkpoints/\(name).safetensors"
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: "\(whole)/\(file)"))
                    == Data(contentsOf: URL(fileURLWithPath: "\(parts)/\(file)")), "\(name)")
        }
        #expect(try logLines(whole) == logLines(parts))
        let state = try SafeTensorsFile(contentsOf: "\(whole)/checkpoints/last.safetensors").names
        for prefix in ["model.", "optimizer.", "average."] {
            #expect(state.contains { $0.hasPrefix(prefix) }, "\(prefix)")
        }
    }

    /// A process that is killed leaves lines beyond its last checkpoint; they are written again.
    @Test func goesOnFromTheLastCheckpointAfterACrash() throws {
        let folder = TemporaryFolder()
        let (whole, parts) = (folder.path("whole"), folder.path("parts"))
        try Trainer(LineTask(), .line(steps: 12), run: RunFolder(whole, resuming: false))
            .train("line")
        // Stops in step 8, two after a checkpoint, without writing another.
        #expect(throws: TrainingError.self) {
            try Trainer(
                LineTask(fault: .loss(at: 8)), .line(steps: 12),
                run: RunFolder(parts, resuming: false)
            ).train("line")
        }
        let second = Trainer(
            LineTask(), .line(steps: 12), run: try RunFolder(parts, resuming: true))
        try second.resume()
        #expect(second.step == 6)
        try second.train("line")
        #expect(try logLines(whole) == logLines(parts))
        #expect(
            FileManager.default.contents(atPath: "\(whole)/checkpoints/last.safetensors")
                == FileManager.default.contents(atPath: "\(parts)/checkpoints/last.safetensors"))
    }

    /// The log counts from 1; what step 6 ends with is kept only once step 7 was finite.
    @Test(arguments: [
        (LineTask.Fault.loss(at: 7), 8, "6"), (.gradient(at: 7), 8, "6"), (.loss(at: 6), 7, "3"),
        (.gradient(at: 6), 7, "3"),
    ])
    func stopsAtNumbersThatAreNone(_ fault: LineTask.Fault, at bad: Int, kept good: String) throws {
        let folder = TemporaryFolder()
        let run = try RunFolder(folder.path("run"), resuming: false)
        let trainer = Trainer(LineTask(fault: fault), .line(steps: 12), run: run)
        let error = try #require(throws: TrainingError.self) { try trainer.train("line") }
        guard case .notFinite(let step, let what, let checkpoint) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(step == bad)
        #expect(what.contains("loss") || what.contains("gradient"))
        #expect(checkpoint == run.lastCheckpoint)
        let kept = try SafeTensorsFile(contentsOf: run.lastCheckpoint)
        #expect(kept.metadata["step"] == good)
        for name in kept.names {
            let finite = try kept.tensor(name, as: Float.self).scalars.allSatisfy(\.isFinite)
            #expect(finite, "\(name)")
        }
        // The model in memory is the one before the bad step, too.
        for entry in trainer.model.state {
            let finite = entry.value.scalars.allSatisfy(\.isFinite)
            #expect(finite, "\(entry.path)")
        }
    }

    @Test func withoutAFolderAnInterruptionSaysSo() {
        let task = LineTask()
        task.interruption.request()
        #expect(throws: TrainingError.interrupted(step: 0, checkpoint: nil)) {
            try Trainer(task, .line(steps: 12)).train("line")
        }
    }

    @Test func ownThreadGivesItsValue() async throws {
        #expect(try await onOwnThread { 6 * 7 } == 42)
        await #expect(throws: TrainingError.runExists(path: "x")) {
            try await onOwnThread { throw TrainingError.runExists(path: "x") }
        }
    }
}
