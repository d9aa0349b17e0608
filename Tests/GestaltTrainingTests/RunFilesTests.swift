import Foundation
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltTensor
import GestaltTraining
import TestSupport
import Testing

/// What a run leaves behind, and what it says when it cannot.
@Suite struct RunFilesTests {
    @Test func logHoldsAllStepsAndEvaluations() throws {
        let folder = TemporaryFolder()
        let run = try RunFolder(folder.path("run"), resuming: false)
        try Trainer(LineTask(), .line(steps: 6), run: run).train("line")
        let lines = try logLines(run.path)
        #expect(lines.filter { $0.contains("kind=train") }.count == 6)
        #expect(lines.filter { $0.contains("kind=evaluation") }.count == 2)
        for key in ["loss=", "error=", "gradient_norm=", "learning_rate=", "step=1"] {
            #expect(lines[0].contains(key), "\(key) in \(lines[0])")
        }
    }

    @Test func eventsAreRecordsThatTensorBoardReads() throws {
        let folder = TemporaryFolder()
        let run = try RunFolder(folder.path("run"), resuming: false)
        try Trainer(LineTask(), .line(steps: 6), run: run).train("line")
        let files = try FileManager.default.contentsOfDirectory(atPath: run.path)
            .filter { $0.hasPrefix("events.out.tfevents.") }
        #expect(files.count == 1)
        let records = try TFRecordReader.records(path: run.path + "/" + files[0])
        #expect(records.count == 1 + 6 + 2)
        let texts = records.map { String(decoding: $0, as: UTF8.self) }
        #expect(texts[0].contains("brain.Event:2"))
        #expect(texts[1].contains("train/loss"))
        #expect(texts.contains { $0.contains("evaluation/error") })
    }

    @Test func aRunIsNotOverwritten() throws {
        let folder = TemporaryFolder()
        let path = folder.path("run")
        try Trainer(LineTask(), .line(steps: 3), run: RunFolder(path, resuming: false)).train(
            "line")
        #expect(throws: TrainingError.runExists(path: path)) {
            try RunFolder(path, resuming: false)
        }
    }

    @Test func aFileInTheFoldersPlaceIsAnError() throws {
        let folder = TemporaryFolder()
        let path = folder.write([1, 2, 3], as: "taken")
        let error = try #require(throws: TrainingError.self) {
            try RunFolder(path, resuming: false)
        }
        #expect("\(error)".hasPrefix(path) && "\(error)".contains("cannot be written"))
        #expect(folder.bytes(of: "taken") == [1, 2, 3])
    }

    @Test(.enabled(if: getuid() != 0, "as root every folder is writable"))
    func anUnwritableFolderIsAnError() throws {
        let folder = TemporaryFolder()
        let path = folder.path("locked")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o500])
        #expect(throws: TrainingError.self) { try RunFolder(path, resuming: false) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
    }

    /// A folder in the checkpoint's place makes its rename fail, as a full disk makes the writing.
    @Test func aCheckpointThatCannotBeWrittenLeavesNoHalfFile() throws {
        let folder = TemporaryFolder()
        let run = try RunFolder(folder.path("run"), resuming: false)
        try FileManager.default.createDirectory(
            atPath: run.bestCheckpoint, withIntermediateDirectories: false)
        #expect(throws: FileError.self) {
            try Trainer(LineTask(), .line(steps: 12), run: run).train("line")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: run.path + "/checkpoints")
        #expect(left.sorted() == ["best.safetensors", "last.safetensors"])
    }

    @Test func aLogThatCannotBeWrittenIsAnError() throws {
        let folder = TemporaryFolder()
        let run = try RunFolder(folder.path("run"), resuming: false)
        try FileManager.default.createSymbolicLink(
            atPath: run.log, withDestinationPath: "/dev/full")
        let error = try #require(throws: TrainingError.self) {
            try Trainer(LineTask(), .line(steps: 3), run: run).train("line")
        }
        guard case .output(let path, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(path == run.log)
    }

    @Test func checkpointsOfOtherRunsAreRefused() throws {
        let folder = TemporaryFolder()
        let run = try RunFolder(folder.path("run"), resuming: false)
        try Trainer(LineTask(), .line(steps: 3), run: run).train("line")
        var otherSeed = TrainingPlan.line(steps: 3)
        otherSeed.seed = 6
        var noAverage = TrainingPlan.line(steps: 3)
        noAverage.averageDecay = nil
        for plan in [otherSeed, noAverage] {
            let error = try #require(throws: TrainingError.self) {
                try Trainer(LineTask(), plan, run: run).resume()
            }
            #expect("\(error)".contains("expected"), "\(error)")
        }
        try SafeTensors.write(
            [(name: "model.0.weight", tensor: Tensor<Float>.zeros([2, 8]))], to: run.lastCheckpoint)
        let error = try #require(throws: TrainingError.self) {
            try Trainer(LineTask(), .line(steps: 3), run: run).resume()
        }
        #expect("\(error)".contains("step"), "\(error)")
        _ = folder.write([1, 2, 3], as: "run/checkpoints/last.safetensors")
        #expect(throws: FileError.self) {
            try Trainer(LineTask(), .line(steps: 3), run: run).resume()
        }
    }
}
