import CKernels
import GestaltChecks

/// Runs `body` for every task 0 ..< taskCount on `Runtime.threads` threads, and returns when all
/// are done.
///
/// Tasks are claimed one by one, so uneven ones balance. The result of a task must depend on its
/// number only: the thread that runs it is arbitrary. Keep sums over tasks per task and add them in
/// task order afterwards. Inside the tasks denormal numbers are flushed to zero, unless
/// `keepsDenormals`: sums of products lose no accuracy by it and are never slowed down by them, but
/// a logarithm or a root of one is an ordinary number.
///
/// From within a task, or while another thread's region occupies the pool, the tasks run in order
/// on the calling thread: the same results, later. A region of two empty tasks costs under half a
/// microsecond, and about two microseconds with sleeping workers.
///
/// - Precondition: `taskCount` is not negative and below 2³².
package func parallelFor(
    _ taskCount: Int, keepsDenormals: Bool = false, _ body: (Int) -> Void
) {
    require(
        taskCount >= 0 && taskCount < 0xFFFF_FFFF, "parallelFor: \(taskCount) tasks")
    guard taskCount > 0 else { return }
    let denormals = keepsDenormals ? gk_denormals_keep() : gk_denormals_flush()
    defer { gk_denormals_restore(denormals) }
    let threads = Runtime.threads
    if threads > 1, taskCount > 1 {
        let done = withoutActuallyEscaping(body) { body in
            guard keepsDenormals else {
                return ThreadPool.shared.run(taskCount, threads: threads, body)
            }
            return ThreadPool.shared.run(taskCount, threads: threads) { task in
                let before = gk_denormals_keep()
                body(task)
                gk_denormals_restore(before)
            }
        }
        if done { return }
    }
    for task in 0..<taskCount { body(task) }
}

/// Divides 0 ..< count into ranges and runs `body` on each, in parallel.
///
/// The division depends on the arguments and `Runtime.threads` alone: at most four ranges per
/// thread (so that a disturbed core costs little), each of at least `minimumChunk` elements and a
/// multiple of `alignment`, except the last. A single range runs on the calling thread.
///
/// - Precondition: `count` is not negative, `minimumChunk` and `alignment` are positive.
package func parallelChunks(
    count: Int, minimumChunk: Int, alignment: Int = 16, keepsDenormals: Bool = false,
    _ body: (Range<Int>) -> Void
) {
    guard count > 0 else { return }
    let chunk = chunkLength(
        count: count, minimumChunk: minimumChunk, alignment: alignment, threads: Runtime.threads)
    let tasks = (count - 1) / chunk + 1
    parallelFor(tasks, keepsDenormals: keepsDenormals) { task in
        body(task * chunk..<min(count, (task + 1) * chunk))
    }
}

/// Returns the length of the ranges of `parallelChunks`.
package func chunkLength(count: Int, minimumChunk: Int, alignment: Int, threads: Int) -> Int {
    require(
        count >= 0 && minimumChunk > 0 && alignment > 0,
        "parallelChunks(count: \(count), minimumChunk: \(minimumChunk), alignment: \(alignment))")
    let rangesPerThread = 4
    guard threads > 1, count > minimumChunk else { return max(count, 1) }
    let ranges = max(1, min(threads * rangesPerThread, count / minimumChunk))
    let even = (count - 1) / ranges + 1
    return (even - 1) / alignment * alignment + alignment
}

/// Returns a number of the calling thread, unique in this process, from 1.
package func currentThreadNumber() -> UInt64 { gk_thread_id() }
