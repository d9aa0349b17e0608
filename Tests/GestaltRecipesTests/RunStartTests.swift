import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltNN
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import TestSupport
import Testing

/// What happens before the first step: what is refused, and what is left then.
@Suite struct RunStartTests {
    @Test("a run that cannot start leaves no folder")
    func leavings() throws {
        let folder = TemporaryFolder()
        let run = folder.path("runs/new")
        func refused(_ change: (inout UNetRecipe) -> Void) {
            var recipe = SmallRecipes.unet(steps: 2)
            change(&recipe)
            #expect(throws: (any Error).self) { try recipe.train(silent(run)) }
            #expect(!FileManager.default.fileExists(atPath: folder.path("runs")))
        }
        refused { $0.data.location = folder.path("nowhere") }
        refused { $0.labels = 10_000 }
        refused { $0.model = folder.path("nothing") }
        refused { $0.optimization.batchSize = 1_000_000_000 }
        refused { $0.steps = 0 }
        var head = SmallRecipes.head(steps: 2)
        head.model = folder.path("nothing.ckpt")
        #expect(throws: (any Error).self) { try head.train(silent(run)) }
        #expect(!FileManager.default.fileExists(atPath: folder.path("runs")))
    }

    @Test("the output is looked at before data and model are opened")
    func outputFirst() throws {
        let folder = TemporaryFolder()
        _ = folder.write([1], as: "file")
        var recipe = SmallRecipes.unet(steps: 2)
        recipe.data.location = folder.path("nowhere")
        recipe.model = folder.path("nothing")
        let error = #expect(throws: TrainingError.self) {
            try recipe.train(silent(folder.path("file/run")))
        }
        #expect(error.map { "\($0)".contains("is not a folder") } == true)
    }

    @Test("a batch that cannot fit is refused with one that does; tried when asked for")
    func memory() throws {
        var recipe = SmallRecipes.unet(steps: 1)
        recipe.optimization.batchSize = 1 << 40
        let error = #expect(throws: TrainingError.self) { try recipe.train(silent()) }
        guard case .memory(let needed, let available, _, let batch, let fitting)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(needed > available && batch == 1 << 40 && fitting > 0 && fitting < batch)
        #expect("\(error!)".contains("a batch of \(fitting) fits"))
        recipe.optimization.batchSize = 2
        var options = silent()
        options.refusesBeyondMemory = false
        #expect(try recipe.train(options).steps == 1)
    }

    @Test("the estimate is said before the first step")
    func notice() throws {
        let notes = Notes()
        var options = silent()
        options.notice = { notes.add($0) }
        _ = try SmallRecipes.unet(steps: 1).train(options)
        #expect(
            notes.all.contains {
                $0.contains("memory: about") && $0.contains("parameters")
                    && $0.contains("time: about")
            })
    }

    @Test("one process at a time; a lock whose process is gone is taken over")
    func locks() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        let stop = Interruption()
        let (began, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let first = Thread {
            var options = silent(run, stop)
            options.notice = { _ in began.signal() }
            _ = try? SmallRecipes.unet(steps: 100_000).train(options)
            ended.signal()
        }
        first.start()
        began.wait()
        while !FileManager.default.fileExists(atPath: run + "/recipe.json") { usleep(1000) }
        let error = #expect(throws: TrainingError.self) {
            try SmallRecipes.unet(steps: 1).train(silent(run))
        }
        #expect("\(error!)".contains("in use: process \(getpid())"))
        #expect(throws: TrainingError.self) { try UNetRecipe.resume(run, silent()) }
        stop.request()
        ended.wait()
        #expect(!FileManager.default.fileExists(atPath: run + "/run.lock"))
        // As a killed process leaves it.
        _ = folder.write(Array("1\n".utf8), as: "run/run.lock")
        let changed = silent()
        var shorter = changed
        shorter.changes.steps = try steps(of: run) + 1
        #expect(try UNetRecipe.resume(run, shorter).steps == shorter.changes.steps)
    }

    private func steps(of run: String) throws -> Int {
        let file = try SafeTensorsFile(contentsOf: run + "/checkpoints/last.safetensors")
        return try #require(file.metadata["step"].flatMap { Int($0) })
    }
}

@Suite struct MemoryTests {
    @Test func estimatesAreLinearInTheBatch() {
        let estimate = MemoryEstimate(fixed: 100, perItem: 10, batch: 8, elsewhere: 150)
        #expect(estimate.bytes == 180)
        #expect(estimate.largestBatch(within: 179) == 7)
        #expect(estimate.largestBatch(within: 149) == 0)
        #expect(estimate.largestBatch(within: 1000) == 8)
        #expect(MemoryEstimate(fixed: 100, perItem: 10, batch: 2, elsewhere: 150).bytes == 150)
        #expect(MemoryEstimate(fixed: 1, perItem: .max / 2, batch: 9).bytes == .max)
    }

    /// Files as Linux has them: a machine, control groups of both versions, a limit of `ulimit -v`.
    static let systems: [([String: String], Int)] = [
        (["proc/meminfo": "MemTotal: 9000 kB\nMemAvailable:   2048 kB\n"], 2048 * 1024),
        (
            [
                "proc/meminfo": "MemAvailable:   8000 kB\n", "proc/self/cgroup": "0::/a/b\n",
                "sys/fs/cgroup/a/memory.max": "5000000\n",
                "sys/fs/cgroup/a/memory.current": "4000000\n",
                "sys/fs/cgroup/a/memory.stat": "anon 3\ninactive_file 500000\nactive_file 7\n",
                "sys/fs/cgroup/a/b/memory.max": "max\n",
                "sys/fs/cgroup/a/b/memory.current": "4000000\n",
            ], 1_500_000
        ),
        (
            [
                "proc/meminfo": "MemAvailable:   8000 kB\n",
                "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/x\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "3000000\n",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000000\n",
            ], 2_000_000
        ),
        (
            [
                "proc/meminfo": "MemAvailable:   8000 kB\n",
                "proc/self/limits":
                    "Limit  Soft Limit  Hard Limit  Units\nMax address space  9000000  unlimited  bytes\n",
                "proc/self/statm": "1000 500 1 1 1 1 1\n",
            ], 9_000_000 - 1000 * Int(getpagesize())
        ),
        (
            [
                "proc/meminfo": "MemAvailable:   8000 kB\n",
                "proc/self/limits": "Max address space     unlimited       unlimited       bytes\n",
            ], 8000 * 1024
        ),
    ]

    @Test(arguments: systems)
    func headroomIsTheLeastOfAllBounds(_ files: [String: String], _ bytes: Int) throws {
        let folder = TemporaryFolder()
        for (path, text) in files {
            let place = URL(filePath: folder.path(path))
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: place)
        }
        #expect(SystemMemory.headroom(root: folder.path)?.bytes == bytes)
    }

    @Test func withoutFilesThereIsNoBound() {
        #expect(SystemMemory.headroom(root: TemporaryFolder().path) == nil)
    }
}

/// What a run says, from whichever thread.
final class Notes: @unchecked Sendable {
    private let lock = NSLock()
    private var notes: [String] = []

    func add(_ note: String) { lock.withLock { notes.append(note) } }
    var all: [String] { lock.withLock { notes } }
}
