import ArgumentParser
import Foundation
import GestaltIO
import GestaltTensor
import GestaltTraining

/// The options of every command.
struct CommonOptions: ParsableArguments {
    @Option(
        help: """
            Number of compute threads, 1 to 1024; by default GESTALT_THREADS, or the number of \
            processors of this process.
            """,
        transform: threadCount)
    var threads: Int?

    @Flag(help: "Print no progress and no remarks to standard error, only warnings and errors.")
    var quiet = false

    /// Sets the number of threads, and warns about environment variables that could not be applied.
    /// - Returns: the warnings.
    func apply() -> [String] {
        let warnings = Runtime.warnings
        for warning in warnings { printError("warning: \(warning)") }
        if let threads { Runtime.threads = threads }
        return warnings
    }

    /// Returns a progress line, hidden with `--quiet`.
    func progress(_ title: String, total: Int, unit: String) -> ProgressBar {
        let nowhere = quiet ? FileHandle(forWritingAtPath: "/dev/null") : nil
        return ProgressBar(title, total: total, unit: unit, output: nowhere ?? .standardError)
    }

    /// Prints a line about the work to standard error, unless `--quiet`.
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
