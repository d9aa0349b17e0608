import Foundation
import GestaltMedia
import GestaltTraining
import TestSupport
import Testing

/// Trainers that take up a run another one left, for whatever reason.
@Suite struct ResumptionTests {
    @Test func theClockDecidesWhenAStateIsKeptNotWhatTheRunBecomes() throws {
        let folder = TemporaryFolder()
        var plan = TrainingPlan.line(steps: 12)
        plan.checkpointInterval = 1000
        let whole = folder.path("whole")
        try Trainer(LineTask(), plan, run: RunFolder(whole, resuming: false)).train("line")
        plan.checkpointPeriod = .zero
        let parts = folder.path("parts")
        // Stops in step 8 without writing: the state of step 7 is there by the clock alone.
        #expect(throws: TrainingError.self) {
            try Trainer(
                LineTask(fault: .loss(at: 8)), plan, run: RunFolder(parts, resuming: false)
            ).train("line")
        }
        let second = Trainer(LineTask(), plan, run: try RunFolder(parts, resuming: true))
        try second.resume()
        #expect(second.step == 7)
        try second.train("line")
        #expect(
            folder.bytes(of: "whole/checkpoints/last.safetensors")
                == folder.bytes(of: "parts/checkpoints/last.safetensors"))
    }

    /// After a crash TensorBoard's files hold every step once, a torn record is dropped.
    @Test func events() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        #expect(throws: TrainingError.self) {
            try Trainer(
                LineTask(fault: .loss(at: 8)), .line(steps: 12),
                run: RunFolder(run, resuming: false)
            ).train("line")
        }
        let first = try #require(try eventFiles(run).first)
        let handle = try FileHandle(forWritingTo: URL(filePath: first))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([40, 0, 0, 0, 0, 0]))
        try handle.close()
        // Another program's file stays as it is.
        _ = folder.write([1, 2, 3], as: "run/events.out.tfevents.1.other")
        let second = Trainer(
            LineTask(), .line(steps: 12), run: try RunFolder(run, resuming: true))
        try second.resume()
        try second.train("line")
        #expect(folder.bytes(of: "run/events.out.tfevents.1.other") == [1, 2, 3])
        let steps = try eventFiles(run).flatMap { path in
            try TFRecordReader.records(path: path).filter { record in
                String(decoding: record, as: UTF8.self).contains("train/loss")
            }.map(step)
        }
        #expect(steps == Array(1...12))
    }

    private func eventFiles(_ run: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: run)
            .filter { $0.hasPrefix("events.out.tfevents.") && $0.contains("gestalt") }
            .map { run + "/" + $0 }
            .sorted { ($0.count, $0) < ($1.count, $1) }
    }

    /// Field 2 of an event, behind nine bytes of the time.
    private func step(_ record: [UInt8]) -> Int {
        record[9] == 0x10 ? Int(record[10]) : 0
    }
}
