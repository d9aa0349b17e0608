import Foundation
import GestaltData
import GestaltIO
import GestaltTensor
import Synchronization
import TestSupport
import Testing

/// The library's one form of progress and of cancellation.
@Suite struct ProgressTests {
    /// Clips of one frame, made when they are read.
    private struct Clips: ClipSource {
        let count: Int
        var description: String { "clips" }
        func clip(at index: Int) -> Clip {
            Clip(name: "\(index)", frames: .zeros([1, 4, 4, 3]))
        }
    }

    @Test func readingReportsEveryClipOnce() throws {
        let seen = Mutex<[WorkProgress]>([])
        _ = try DataSet(Clips(count: 12)) { progress in seen.withLock { $0.append(progress) } }
        #expect(
            seen.withLock { $0 }
                == (1...12).map { WorkProgress(done: $0, total: 12, unit: "clips") })
    }

    @Test func anInterruptionEndsTheReading() throws {
        let interruption = Interruption()
        #expect(throws: Interrupted()) {
            _ = try DataSet(Clips(count: 12)) { progress in
                if progress.done == 5 { interruption.request() }
                try interruption.check()
            }
        }
        interruption.clear()
        try interruption.check()
    }

    @Test func aBarShowsWhatWorkReports() throws {
        let pipe = Pipe()
        let bar = ProgressBar(
            "reading", total: 0, unit: "clips", output: pipe.fileHandleForWriting)
        bar.update(WorkProgress(done: 2, note: "from the first file"))
        bar.update(WorkProgress(done: 3, total: 8))
        bar.finish()
        try pipe.fileHandleForWriting.close()
        let text = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text.contains("reading 3/8") && text.contains("from the first file"), "\(text)")
    }

    @Test(arguments: [
        (0.4, "0 s"), (59.4, "59 s"), (61.0, "1:01"), (3727.0, "1:02:07"), (-1.0, "0 s"),
    ])
    func timesReadWell(_ seconds: Double, _ text: String) {
        #expect(ProgressBar.time(seconds) == text)
    }

    @Test func aBarThatCountedNothingLeavesNoLine() throws {
        for (count, isSilent) in [(0, true), (3, false)] {
            let pipe = Pipe()
            let bar = ProgressBar("head", total: 10, output: pipe.fileHandleForWriting)
            if count > 0 { bar.update(count) }
            bar.finish()
            try pipe.fileHandleForWriting.close()
            let text = String(
                decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(text.isEmpty == isSilent, "\(count): \(text)")
        }
    }

    @Test func theProgressLineTellsShareRateAndTimeLeft() {
        func line(_ count: Int, of total: Int, in seconds: Double, bar: Int) -> String {
            ProgressBar.line(
                title: "head", count: count, total: total, unit: "steps", done: count,
                seconds: seconds, note: "loss 0.5", barWidth: bar)
        }
        #expect(
            line(5, of: 10, in: 2, bar: 4) == "head ██░░ 5/10  2.50 steps/s  2 s left  loss 0.5")
        #expect(
            line(10, of: 10, in: 65, bar: 0) == "head 10/10  0.15 steps/s  1:05 in all  loss 0.5")
        #expect(line(0, of: 10, in: 0, bar: 0) == "head 0/10  loss 0.5")
    }
}
