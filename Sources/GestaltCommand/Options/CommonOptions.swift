import ArgumentParser
import Foundation
import GestaltIO
import GestaltTensor
import GestaltTraining

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(
        help: """
            Threads that compute, 1 to 1024; without it GESTALT_THREADS, or as many as this process \
            has processors.
            """,
        transform: threadCount)
    var threads: Int?

    @Flag(help: "No progress and no remarks on standard error; warnings and errors stay.")
    var quiet = false

    /// Sets the threads; says which environment variables could not be followed.
    /// - Returns: what was said.
    func apply() -> [String] {
        let warnings = Runtime.warnings
        for warning in warnings { printError("warning: \(warning)") }
        if let threads { Runtime.threads = threads }
        return warnings
    }

    /// A progress line, unless quiet.
    func progress(_ title: String, total: Int, unit: String) -> ProgressBar {
        let nowhere = quiet ? FileHandle(forWritingAtPath: "/dev/null") : nil
        return ProgressBar(title, total: total, unit: unit, output: nowhere ?? .standardError)
    }

    /// A line on standard error about how the work is done, unless quiet.
    func remark(_ text: String) {
        if !quiet { printError(text) }
    }
}

@Sendable private func threadCount(_ text: String) throws -> Int {
    guard let count = Int(text), (1...RuntimeSettings.threadLimit).contains(count) else {
        throw ValidationError(
            "a whole number from 1 to \(RuntimeSettings.threadLimit) is expected")
    }
    return count
}
