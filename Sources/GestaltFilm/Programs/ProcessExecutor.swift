import Dispatch

/// A thread of its own for the tasks that start programs and collect their exit codes.
///
/// Swift's pool has as many threads as processors. Callers that block them while they wait for a
/// program, as tests do, would otherwise keep the program from ever being started.
final class ProcessExecutor: TaskExecutor {
    static let shared = ProcessExecutor()
    private let queue = DispatchQueue(label: "gestalt.film.programs")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
