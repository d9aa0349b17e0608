import GestaltTensor
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

extension RuntimeTests {
    @Suite struct ThreadPoolTests {
        @Test(arguments: [0, 1, 2, 3, 7, 1000])
        func everyTaskRunsOnce(_ count: Int) {
            let runs = Counters(count)
            parallelFor(count) { runs.increment($0) }
            #expect(runs.values == Array(repeating: 1, count: count))
        }

        #if os(Linux)
            /// In a process of its own, as a user whom the limit on processes binds.
            @Test func refusedThreadsAreDoneWithout() async {
                await #expect(processExitsWith: .success) {
                    if getuid() == 0 {
                        setgid(65534)
                        setuid(65534)
                    }
                    var limit = rlimit(rlim_cur: 1, rlim_max: 1)
                    setrlimit(__rlimit_resource_t(6), &limit)  // RLIMIT_NPROC
                    Runtime.threads = 4
                    for _ in 0..<2 {
                        let runs = Counters(8)
                        parallelFor(8) { runs.increment($0) }
                        precondition(runs.values == Array(repeating: 1, count: 8))
                    }
                    let warning = Runtime.warnings.last ?? ""
                    precondition(warning.contains("refused thread 2 of 4: 1 thread works"))
                    precondition(Runtime.description.contains("note: The system refused thread"))
                    // What is not wanted any more is not missed.
                    Runtime.threads = 1
                    parallelFor(8) { _ in }
                }
            }
        #endif

        @Test func nestedRegionsRunInline() {
            let runs = Counters(8 * 8)
            parallelFor(8) { outer in
                parallelFor(8) { inner in runs.increment(outer * 8 + inner) }
            }
            #expect(runs.values == Array(repeating: 1, count: 64))
        }

        /// Regions of several threads at once: one has the pool, the others run inline.
        @Test(arguments: [2, 4])
        func manySmallRegionsFromManyThreads(_ callers: Int) async {
            let regions = 100_000 / callers
            let sums = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<callers {
                    group.addTask {
                        let sum = Atomic(0)
                        for region in 0..<regions {
                            parallelFor(3) { sum.wrappingAdd(region + $0, ordering: .relaxed) }
                        }
                        return sum.load(ordering: .relaxed)
                    }
                }
                return await group.reduce(into: [Int]()) { $0.append($1) }
            }
            let expected = 3 * regions * (regions - 1) / 2 + 3 * regions
            #expect(sums == Array(repeating: expected, count: callers))
        }

        /// Partial sums that belong to tasks give the same bits whoever computes them.
        @Test func partialSumsAreTheSameInEveryRun() {
            let values = (0..<100_000).map { 1 / Float($0 + 1) }
            func sum() -> Float {
                let length = chunkLength(
                    count: values.count, minimumChunk: 64, alignment: 16, threads: 4)
                let partial = Mutex([Int: Float]())
                parallelFor((values.count - 1) / length + 1) { task in
                    let range = task * length..<min(values.count, (task + 1) * length)
                    let part = values[range].reduce(0, +)
                    partial.withLock { $0[task] = part }
                }
                return partial.withLock {
                    $0.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
                }
            }
            let first = sum()
            for _ in 0..<50 { #expect(sum().bitPattern == first.bitPattern) }
        }

        /// In a process of its own, since the number of threads is everybody's.
        @Test func threadsCanBeChanged() async {
            await #expect(processExitsWith: .success) {
                for threads in [1, 2, 3, 5, 2, 1, 4] {
                    Runtime.threads = threads
                    let ran = Mutex(Set<UInt64>())
                    let runs = Counters(64)
                    for _ in 0..<200 {
                        parallelFor(64) { task in
                            runs.increment(task)
                            let thread = currentThreadNumber()
                            ran.withLock { _ = $0.insert(thread) }
                        }
                    }
                    precondition(runs.values == Array(repeating: 200, count: 64))
                    precondition(ran.withLock { $0.count } <= threads)
                }
            }
        }

        @Test func denormalsAreZeroInsideAndBackAfterwards() {
            #expect(halfOfSmallestNormal() != 0)
            for count in [1, 2, 16] {
                let survivors = Atomic(0)
                parallelFor(count) { _ in
                    if halfOfSmallestNormal() != 0 {
                        survivors.wrappingAdd(1, ordering: .relaxed)
                    }
                }
                #expect(survivors.load(ordering: .relaxed) == 0)
                #expect(halfOfSmallestNormal() != 0, "after a region of \(count) tasks")
            }
        }
    }

    @Suite struct ChunkTests {
        struct Case: Sendable, CustomTestStringConvertible {
            let count, minimum, alignment, threads, expected: Int
            var testDescription: String {
                "\(count) by at least \(minimum), aligned to \(alignment), \(threads) threads"
            }
        }

        @Test(arguments: [
            Case(count: 0, minimum: 16, alignment: 16, threads: 2, expected: 1),
            Case(count: 10, minimum: 16, alignment: 16, threads: 2, expected: 10),
            Case(count: 31, minimum: 16, alignment: 16, threads: 2, expected: 32),
            Case(count: 1000, minimum: 1, alignment: 16, threads: 1, expected: 1000),
            Case(count: 1000, minimum: 1, alignment: 16, threads: 2, expected: 128),
            Case(count: 1000, minimum: 400, alignment: 16, threads: 2, expected: 512),
            Case(count: 9, minimum: 1, alignment: 1, threads: 2, expected: 2),
        ])
        func lengthOfChunks(_ test: Case) {
            let length = chunkLength(
                count: test.count, minimumChunk: test.minimum, alignment: test.alignment,
                threads: test.threads)
            #expect(length == test.expected)
        }

        @Test(arguments: [0, 1, 15, 16, 17, 1000, 4097])
        func chunksTileTheRange(_ count: Int) {
            let runs = Counters(count)
            parallelChunks(count: count, minimumChunk: 8) { range in
                for index in range { runs.increment(index) }
            }
            #expect(runs.values == Array(repeating: 1, count: count))
        }
    }
}

/// A counter per task.
final class Counters: Sendable {
    private let counts: Mutex<[Int]>

    init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }

    func increment(_ index: Int) { counts.withLock { $0[index] += 1 } }

    var values: [Int] { counts.withLock { $0 } }
}

/// Half of the smallest normal number: computed where it is called, as the operands come from
/// memory that the optimizer must read.
func halfOfSmallestNormal() -> Float {
    Float(bitPattern: smallestNormal.load(ordering: .relaxed)) * 0.5
}

private let smallestNormal = Atomic(Float.leastNormalMagnitude.bitPattern)
