import Foundation
import GestaltFiles
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltTraining
import TestSupport
import Testing

/// What observers are told, in which order, and what those of the library make of it.
@Suite struct ObserverTests {
    /// Writes down every call.
    private final class Recorder: TrainingObserver {
        var calls: [String] = []
        var stopsAt: Int?
        var failsAt: Int?
        var state: [String: Double] { ["calls": Double(calls.count)] }
        var restored: [String: Double] = [:]

        struct Failure: Error {}

        func started(_ event: TrainingEvent) { calls.append("started \(event.step)") }
        func stepped(_ event: TrainingEvent) throws {
            calls.append("stepped \(event.step)")
            #expect(event.metrics.map(\.name).contains("loss"))
            #expect(event.totalSteps == 6)
            if event.step == failsAt { throw Failure() }
            if event.step == stopsAt { event.requestStop("enough") }
        }
        func evaluated(_ event: TrainingEvent) {
            calls.append("evaluated \(event.step)")
            #expect(event.metrics == event.evaluation?.metrics)
        }
        func saved(_ event: TrainingEvent) {
            let name = event.checkpoint?.split(separator: "/").last ?? "none"
            calls.append("saved \(name.prefix(4)) \(event.step)")
        }
        func finished(_ event: TrainingEvent) {
            let ending =
                switch event.ending {
                case .completed: "completed"
                case .stopped(let reason): "stopped, \(reason)"
                case .interrupted: "interrupted"
                case .failed: "failed"
                case nil: "none"
                }
            calls.append("finished \(event.step) \(ending)")
        }
        func restore(_ state: [String: Double]) { restored = state }
    }

    @Test func callsComeInTheOrderOfTheRun() throws {
        let folder = TemporaryFolder()
        let recorder = Recorder()
        try Trainer(
            LineTask(), .line(steps: 6), run: RunFolder(folder.path("run"), resuming: false),
            observers: [recorder]
        ).train("line")
        // The checkpoint of step 3 is written once step 4 was finite.
        #expect(
            recorder.calls == [
                "started 0", "stepped 1", "stepped 2", "stepped 3", "saved last 3", "stepped 4",
                "evaluated 4", "saved best 4", "stepped 5", "stepped 6", "evaluated 6",
                "saved best 6", "saved last 6", "finished 6 completed",
            ])
    }

    @Test func everyEndIsTold() throws {
        let stopping = Recorder()
        stopping.stopsAt = 2
        let trainer = Trainer(LineTask(), .line(steps: 6), observers: [stopping])
        try trainer.train("line")
        #expect(trainer.step == 2 && trainer.evaluation != nil)
        #expect(stopping.calls.suffix(2) == ["evaluated 2", "finished 2 stopped, enough"])

        let interrupted = Recorder()
        #expect(throws: TrainingError.self) {
            try Trainer(
                LineTask(fault: .interruption(at: 1)), .line(steps: 6), observers: [interrupted]
            ).train("line")
        }
        #expect(interrupted.calls.last == "finished 2 interrupted")

        let failing = Recorder()
        failing.failsAt = 3
        #expect(throws: Recorder.Failure.self) {
            try Trainer(LineTask(), .line(steps: 6), observers: [failing]).train("line")
        }
        #expect(failing.calls.suffix(2) == ["stepped 3", "finished 3 failed"])
    }

    @Test func stateTravelsThroughTheCheckpoint() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        #expect(throws: TrainingError.self) {
            try Trainer(
                LineTask(fault: .interruption(at: 1)), .line(steps: 6),
                run: RunFolder(run, resuming: false), observers: [Recorder()]
            ).train("line")
        }
        let recorder = Recorder()
        let second = Trainer(
            LineTask(), .line(steps: 6), run: try RunFolder(run, resuming: true),
            observers: [recorder])
        try second.resume()
        // Started and two steps had been told.
        #expect(recorder.restored == ["calls": 3])
    }

    @Test func aRunWithoutObserversIsTheSame() throws {
        let plain = Trainer(LineTask(), .line(steps: 6))
        let followed = Trainer(
            LineTask(), .line(steps: 6), observers: [Recorder(), MetricHistory()])
        let (one, other) = (try plain.train("line"), try followed.train("line"))
        #expect(one.state.map(\.value) == other.state.map(\.value))
    }

    @Test func historyHoldsEveryNumber() throws {
        let history = MetricHistory()
        let trainer = Trainer(LineTask(), .line(steps: 6), observers: [history])
        try trainer.train("line")
        #expect(history.values(of: "loss").map(\.step) == Array(1...6))
        #expect(history.evaluatedValues(of: "error").map(\.step) == [4, 6])
        #expect(history.evaluatedValues(of: "error").last?.value == trainer.evaluation?.score)
        #expect(history.values(of: "no such metric").isEmpty)
    }

    @Test func progressGoesWhereItIsSent() throws {
        let pipe = Pipe()
        try Trainer(
            LineTask(), .line(steps: 6),
            observers: [ProgressObserver(output: pipe.fileHandleForWriting)]
        ).train("a line")
        try pipe.fileHandleForWriting.close()
        let text = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text.contains("a line 6/6") && text.contains("loss "), "\(text)")
        #expect(!text.contains("learning_rate"))
    }
}

/// Observers whose files or decisions must outlive a stop.
@Suite struct ObserverResumptionTests {
    /// Runs `steps` steps in one piece and with a crash in step 8, and returns both folders.
    private func runs(
        _ folder: TemporaryFolder, steps: Int = 12,
        _ observers: () -> [any TrainingObserver]
    ) throws -> (whole: String, parts: String) {
        let (whole, parts) = (folder.path("whole"), folder.path("parts"))
        try Trainer(
            LineTask(), .line(steps: steps), run: RunFolder(whole, resuming: false),
            observers: observers()
        ).train("line")
        _ = try? Trainer(
            LineTask(fault: .loss(at: 8)), .line(steps: steps),
            run: RunFolder(parts, resuming: false), observers: observers()
        ).train("line")
        let second = Trainer(
            LineTask(), .line(steps: steps), run: try RunFolder(parts, resuming: true),
            observers: observers())
        try second.resume()
        #expect(second.step == 6)
        try second.train("line")
        return (whole, parts)
    }

    @Test func tablesHoldEveryStepOnce() throws {
        let folder = TemporaryFolder()
        let (whole, parts) = try runs(folder) { [CSVObserver()] }
        for (name, steps) in [("train", Array(1...12)), ("evaluation", [4, 8, 12])] {
            func rows(_ run: String) throws -> [[String]] {
                try String(contentsOfFile: "\(run)/\(name).csv", encoding: .utf8)
                    .split(separator: "\n")
                    .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
                    .map { fields in fields.enumerated().filter { $0.offset != 1 } }
                    .map { $0.map { String($0.element) } }
            }
            #expect(try rows(whole) == rows(parts))
            #expect(try rows(whole).dropFirst().map { $0[0] } == steps.map(String.init))
        }
        let header = try String(contentsOfFile: whole + "/train.csv", encoding: .utf8)
            .split(separator: "\n")[0]
        #expect(header == "step,seconds,loss,error,gradient_norm,learning_rate")
    }

    @Test func aMetricThatAppearsLaterAddsAColumn() throws {
        let folder = TemporaryFolder()
        var task = ScriptedTask(scores: Array(repeating: 1, count: 10))
        task.extraFrom = 2
        try Trainer(
            model: LineTask.network(), task: task, optimizer: AdamW(), plan: .line(steps: 3),
            interruption: Interruption(), observers: [CSVObserver(folder: folder.path)]
        ).train("line")
        let lines = try String(contentsOfFile: folder.path("train.csv"), encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "step,seconds,loss,gradient_norm,learning_rate,extra")
        #expect(lines[1].hasSuffix(",") && lines[2].hasSuffix(",") && lines[3].hasSuffix(",7.0"))
        #expect(lines.count == 5 && lines[4].isEmpty)
    }

    @Test func theBestAreKeptAndTheRestRemoved() throws {
        let folder = TemporaryFolder()
        let (whole, parts) = try runs(folder, steps: 24) { [BestCheckpoints(count: 2)] }
        func files(_ run: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").sorted()
        }
        #expect(try files(whole) == files(parts))
        #expect(try files(whole).filter { $0.hasPrefix("step-") }.count == 2)
        for name in try files(whole) {
            #expect(
                folder.bytes(of: "whole/checkpoints/\(name)")
                    == folder.bytes(of: "parts/checkpoints/\(name)"), "\(name)")
        }
    }

    @Test func ofScoresTheBestAreKept() throws {
        let folder = TemporaryFolder()
        let best = BestCheckpoints(count: 2, folder: folder.path("kept"))
        try Self.trainer(scores: [0.5, 0.2, .nan, 0.9, 0.2, 0.7], [best]).train("line")
        #expect(
            best.paths == [
                folder.path("kept/step-4-score-0.9.safetensors"),
                folder.path("kept/step-6-score-0.7.safetensors"),
            ])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("kept")).sorted()
                == ["step-4-score-0.9.safetensors", "step-6-score-0.7.safetensors"])
        #expect(try SafeTensorsFile(contentsOf: best.paths[0]).metadata["step"] == "4")
    }

    private static func trainer(
        scores: [Double], _ observers: [any TrainingObserver], run: RunFolder? = nil,
        fault: Int? = nil
    ) -> Trainer<ScriptedTask> {
        var plan = TrainingPlan.line(steps: scores.count)
        (plan.evaluationInterval, plan.checkpointInterval) = (1, 1)
        var task = ScriptedTask(scores: scores)
        task.fault = fault
        return Trainer(
            model: LineTask.network(), task: task, optimizer: AdamW(), plan: plan, run: run,
            interruption: Interruption(), observers: observers)
    }

    @Test(arguments: [
        (0.0, 4), (0.15, 3),
    ])
    func stopsWhenNothingImproves(_ delta: Double, after steps: Int) throws {
        let stopping = EarlyStopping(patience: 2, minimumDelta: delta)
        let trainer = Self.trainer(scores: [0.5, 0.6, 0.6, .nan, 0.9], [stopping])
        try trainer.train("line")
        #expect(trainer.step == steps)
        #expect(trainer.evaluation != nil)
    }

    @Test func lossesImproveDownwards() throws {
        let stopping = EarlyStopping(metric: "score", patience: 1, largerIsBetter: false)
        let trainer = Self.trainer(scores: [0.5, 0.4, 0.3, 0.35, 0.1], [stopping])
        try trainer.train("line")
        #expect(trainer.step == 4 && stopping.best == 0.3)
        #expect(throws: TrainingError.unknownMetric(name: "IoU", known: ["score"])) {
            try Self.trainer(scores: [1, 1], [EarlyStopping(metric: "IoU", patience: 1)])
                .train("line")
        }
    }

    @Test func patienceSurvivesACrash() throws {
        let folder = TemporaryFolder()
        let scores = [0.5, 0.9, 0.8, 0.7, 0.6, 0.95]
        let whole = Self.trainer(
            scores: scores, [EarlyStopping(patience: 3)],
            run: try RunFolder(folder.path("whole"), resuming: false))
        try whole.train("line")
        #expect(whole.step == 5)
        // Ends in step 5; the checkpoint is of step 3, with one evaluation counted.
        #expect(throws: TrainingError.self) {
            try Self.trainer(
                scores: scores, [EarlyStopping(patience: 3)],
                run: try RunFolder(folder.path("parts"), resuming: false), fault: 4
            ).train("line")
        }
        for _ in 0..<2 {
            // The second time it has stopped already, and does no step.
            let parts = Self.trainer(
                scores: scores, [EarlyStopping(patience: 3)],
                run: try RunFolder(folder.path("parts"), resuming: true))
            try parts.resume()
            try parts.train("line")
            #expect(parts.step == 5)
            #expect(
                folder.bytes(of: "whole/checkpoints/last.safetensors")
                    == folder.bytes(of: "parts/checkpoints/last.safetensors"))
        }
    }
}

/// The line with evaluations that are written down beforehand.
private struct ScriptedTask: StateDependentTask {
    let batches = LineBatches(stepCount: nil)
    let scores: [Double]
    /// The step, from 0, whose loss is not finite.
    var fault: Int?
    /// The first step, from 0, with one more metric.
    var extraFrom = Int.max
    private let line = LineTask()
    private let step = StepCounter()

    final class StepCounter: @unchecked Sendable {
        var value = 0
    }

    init(scores: [Double]) { self.scores = scores }

    func loss(
        of model: Sequential, on batch: LineBatches.Batch, at state: TrainingState<Sequential>,
        _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        #expect(state.step == batch.step)
        step.value = state.step + 1
        let loss = try line.loss(of: model, on: batch, context).loss
        return (
            state.step == fault ? loss * Float.nan : loss,
            state.step >= extraFrom ? [Metric("extra", 7.0)] : []
        )
    }

    func evaluate(_ model: Sequential) throws -> Evaluation? {
        let score = scores[max(0, step.value - 1)]
        return Evaluation([Metric("score", score)], score: score)
    }
}
