import CKernels
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A pool of threads that run the tasks of one region at a time, together with the caller.
///
/// A region is published in `ticket`: its generation in the upper half, the next task in the lower.
/// A participant claims a task by incrementing the lower half, and only while the generation is
/// unchanged since it read the region; a worker that wakes late thus claims and accesses nothing.
/// The caller waits for tasks, never for workers: a worker that sleeps through a region does not
/// delay it.
///
/// `@unchecked Sendable`: `generation` and `workers` are accessed only by the thread that holds
/// `busy`; the region's closure is read only after a claim, which the caller outlives; the rest is
/// atomic or inside the POSIX mutex.
final class ThreadPool: @unchecked Sendable {
    static let shared = ThreadPool()

    private typealias Body = (Int) -> Void

    /// The lower half of a ticket whose region is being written: no task can be claimed.
    private static let closed: UInt64 = 0xFFFF_FFFF
    /// The time to spin before sleeping: waking a thread costs several microseconds, and in a chain
    /// of operations the next region follows sooner than this.
    private static let spinNanoseconds: UInt64 = 50_000

    /// The time to yield before sleeping: a sleeping caller is woken on the processor of the worker
    /// that finished last, and must share it in the next region.
    private static let yieldNanoseconds: UInt64 = 1_000_000

    private let busy = Atomic(false)
    private let ticket = Atomic<UInt64>(closed)
    private let bodyAddress = Atomic<UInt>(0)
    private let taskCount = Atomic(0)
    private let finished = Atomic(0)
    private let sleepers = Atomic(0)
    private let callerSleeps = Atomic(false)
    private let callerCPU = Atomic<Int32>(-1)
    /// The index from which on workers end.
    private let workerLimit = Atomic(0)

    private var generation: UInt64 = 0
    private var workers: [pthread_t] = []
    /// The number of requested workers when the system refused one: not tried again until another
    /// number is requested.
    private var refusedCount = 0
    private let refusal = Mutex<Refusal?>(nil)

    /// A number of threads that the system refused.
    struct Refusal: Sendable, Equatable, CustomStringConvertible {
        /// The requested number of threads, including the caller.
        let wanted: Int
        /// The number of running threads.
        let present: Int

        var description: String {
            "The system refused thread \(present + 1) of \(wanted): \(present) "
                + "\(present == 1 ? "thread works" : "threads work"). Raise the limit "
                + "(ulimit -u, pids.max) or set GESTALT_THREADS=\(present)."
        }
    }

    /// The last number of threads that the system refused; nil when all requested threads run.
    var lastRefusal: Refusal? { refusal.withLock { $0 } }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let work = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(work, nil)
        pthread_cond_init(done, nil)
    }

    /// Runs `body` for 0 ..< count on up to `threads` threads and returns when all are done;
    /// returns false, without any effect, when the pool is busy.
    func run(_ count: Int, threads: Int, _ body: @escaping (Int) -> Void) -> Bool {
        guard !busy.load(ordering: .relaxed),
            busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
        else { return false }
        defer { busy.store(false, ordering: .releasing) }
        if workers.count != threads - 1, refusedCount != threads - 1 { resize(to: threads - 1) }
        withUnsafePointer(to: body) { address in
            publish(address, count)
            wakeSleepers(count - 1)
            let own = claimTasks(of: generation)
            if finished.wrappingAdd(own, ordering: .acquiringAndReleasing).newValue < count {
                waitForFinish(count)
            }
        }
        return true
    }

    // MARK: The caller's side

    private func publish(_ address: UnsafePointer<(Int) -> Void>, _ count: Int) {
        generation = (generation + 1) & 0xFFFF_FFFF
        let first = generation << 32
        ticket.store(first | Self.closed, ordering: .releasing)
        bodyAddress.store(UInt(bitPattern: address), ordering: .releasing)
        taskCount.store(count, ordering: .releasing)
        finished.store(0, ordering: .releasing)
        callerCPU.store(gk_current_cpu(), ordering: .relaxed)
        ticket.store(first, ordering: .sequentiallyConsistent)
    }

    private func wakeSleepers(_ wanted: Int) {
        let asleep = sleepers.load(ordering: .sequentiallyConsistent)
        guard asleep > 0 else { return }
        pthread_mutex_lock(mutex)
        if wanted >= asleep {
            pthread_cond_broadcast(work)
        } else {
            for _ in 0..<wanted { pthread_cond_signal(work) }
        }
        pthread_mutex_unlock(mutex)
    }

    private func waitForFinish(_ count: Int) {
        if spin(until: { finished.load(ordering: .acquiring) == count }) { return }
        let start = gk_nanoseconds()
        repeat {
            if finished.load(ordering: .acquiring) == count { return }
            sched_yield()
        } while gk_nanoseconds() - start < Self.yieldNanoseconds
        pthread_mutex_lock(mutex)
        callerSleeps.store(true, ordering: .sequentiallyConsistent)
        while finished.load(ordering: .sequentiallyConsistent) != count {
            pthread_cond_wait(done, mutex)
        }
        callerSleeps.store(false, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
    }

    // MARK: Both sides

    /// Claims and runs tasks until none is left; returns their number. Not inlined, so that its
    /// reference to the closure is released before the caller observes the end of the tasks.
    @inline(never)
    private func claimTasks(of generation: UInt64) -> Int {
        let address = bodyAddress.load(ordering: .acquiring)
        let count = UInt64(taskCount.load(ordering: .acquiring))
        var claimed = 0
        var current = ticket.load(ordering: .relaxed)
        while current >> 32 == generation, current & Self.closed < count {
            let claim = ticket.weakCompareExchange(
                expected: current, desired: current + 1, ordering: .acquiringAndReleasing)
            current = claim.original
            guard claim.exchanged else { continue }
            UnsafePointer<Body>(bitPattern: address)!.pointee(Int(current & Self.closed))
            claimed += 1
            current = ticket.load(ordering: .relaxed)
        }
        return claimed
    }

    /// Spins until the condition holds; returns false when it does not within the spin time.
    @inline(__always)
    private func spin(until condition: () -> Bool) -> Bool {
        let start = gk_nanoseconds()
        repeat {
            for _ in 0..<32 {
                if condition() { return true }
                gk_pause()
            }
        } while gk_nanoseconds() - start < Self.spinNanoseconds
        return false
    }

    // MARK: The workers' side

    private func workLoop(_ index: Int) {
        _ = gk_denormals_flush()
        var seen: UInt64 = 0
        while let next = nextGeneration(after: seen, index) {
            seen = next
            let count = taskCount.load(ordering: .acquiring)
            let own = claimTasks(of: next)
            guard own > 0 else { continue }
            // A successful claim proves that the region is still `next`, and that `count` belongs
            // to it.
            let total = finished.wrappingAdd(own, ordering: .sequentiallyConsistent).newValue
            guard total == count, callerSleeps.load(ordering: .sequentiallyConsistent) else {
                continue
            }
            pthread_mutex_lock(mutex)
            pthread_cond_signal(done)
            pthread_mutex_unlock(mutex)
        }
    }

    /// Waits for a region other than `seen`; nil when this worker is to end.
    private func nextGeneration(after seen: UInt64, _ index: Int) -> UInt64? {
        if !spin(until: { hasNews(seen, index) }) {
            leaveCallerCPU()
            pthread_mutex_lock(mutex)
            sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
            while !hasNews(seen, index) {
                pthread_cond_wait(work, mutex)
            }
            sleepers.wrappingSubtract(1, ordering: .relaxed)
            pthread_mutex_unlock(mutex)
        }
        if index >= workerLimit.load(ordering: .relaxed) { return nil }
        leaveCallerCPU()
        return ticket.load(ordering: .acquiring) >> 32
    }

    /// Moves a worker off the caller's processor. Linux may wake a worker on the caller's own
    /// processor while another is idle (in a guest a halted processor appears busy), where the two
    /// then take turns for milliseconds: regions of two tasks of 1.5 ms took 1.9 to 2.4 times one
    /// task in 8 runs of 12, and with this 1.05 to 1.24 times in 15 of 15.
    private func leaveCallerCPU() {
        let cpu = callerCPU.load(ordering: .relaxed)
        if cpu >= 0, gk_current_cpu() == cpu { gk_leave_cpu(cpu) }
    }

    @inline(__always)
    private func hasNews(_ seen: UInt64, _ index: Int) -> Bool {
        let current = ticket.load(ordering: .sequentiallyConsistent)
        return (current >> 32 != seen && current & Self.closed != Self.closed)
            || index >= workerLimit.load(ordering: .relaxed)
    }

    // MARK: Size

    /// Starts or ends workers until there are `count`, or as many as the system grants. Fewer
    /// workers run the same tasks, so results do not change.
    private func resize(to count: Int) {
        workerLimit.store(count, ordering: .sequentiallyConsistent)
        if workers.count > count {
            pthread_mutex_lock(mutex)
            pthread_cond_broadcast(work)
            pthread_mutex_unlock(mutex)
        }
        while workers.count > count {
            pthread_join(workers.removeLast(), nil)
        }
        refusedCount = 0
        while workers.count < count {
            let index = workers.count
            guard let worker = startThread({ self.workLoop(index) }) else {
                refusedCount = count
                break
            }
            workers.append(worker)
        }
        let present = workers.count + 1
        refusal.withLock {
            $0 = present <= count ? Refusal(wanted: count + 1, present: present) : nil
        }
    }
}

private final class ThreadStart {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }

    static func run(_ argument: UnsafeMutableRawPointer) {
        Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body()
    }
}

/// Starts a joinable thread that runs `body`; returns nil when the system refuses it.
private func startThread(_ body: @escaping () -> Void) -> pthread_t? {
    let argument = Unmanaged.passRetained(ThreadStart(body)).toOpaque()
    #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(
            &thread, nil,
            {
                ThreadStart.run($0)
                return nil
            }, argument)
    #else
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            {
                ThreadStart.run($0!)
                return nil
            }, argument)
    #endif
    guard status == 0 else {
        Unmanaged<ThreadStart>.fromOpaque(argument).release()
        return nil
    }
    return thread
}
