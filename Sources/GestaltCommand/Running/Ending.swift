import ArgumentParser
import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltTraining
import GestaltVideo

/// The ending of the program: exit code 0 for success, 1 after a failure, 2 for wrong usage, 130
/// after an orderly stop by Ctrl-C, SIGTERM or SIGHUP.
enum Ending {
    /// The exit code after an orderly stop by a signal.
    static let interrupted: Int32 = 128 + SIGINT

    /// Prints an error to standard error, a usage error with the usage of `command`, and exits.
    static func end(_ error: any Error, in command: any ParsableCommand.Type) -> Never {
        if let usage = usageError(error, in: command) {
            printError("Error: \(usage)\n\(usageHint(for: command))")
            exit(2)
        }
        if let code = error as? ExitCode { exit(code.rawValue) }
        let code = Gestalt.exitCode(for: error)
        let text = Gestalt.fullMessage(for: withFlags(error, of: command))
        if code == .success {
            print(text)
            succeed()
        }
        if !text.isEmpty { printError(text) }
        if case TrainingError.interrupted = error { exit(interrupted) }
        if error is Interrupted { exit(interrupted) }
        exit(code == .validationFailure ? 2 : 1)
    }

    /// Exits with 0, or with 1 when output could not be written.
    static func succeed() -> Never {
        if let failure = Streams.outputFailure {
            printError("Error: \(failure)")
            Foundation.exit(1)
        }
        Foundation.exit(0)
    }

    private static func exit(_ code: Int32) -> Never { Foundation.exit(code) }

    /// Returns the usage error that a command found while running.
    private static func usageError(
        _ error: any Error, in command: any ParsableCommand.Type
    ) -> String? {
        (error as? ValidationError)?.message
    }

    private static func usageHint(for command: any ParsableCommand.Type) -> String {
        let names = CommandTree.path(to: command) ?? [Gestalt._commandName]
        return "Usage: \(Gestalt.usageString(for: command))\n"
            + "  See '\(names.joined(separator: " ")) --help' for more information."
    }

    /// Returns the error with the command's flags in place of the library's names of its inputs.
    private static func withFlags(
        _ error: any Error, of command: any ParsableCommand.Type
    ) -> any Error {
        let trainings = Train.configuration.subcommands + [Fit.self]
        let isTraining = trainings.contains { $0 == command }
        let error = Explanation.of(error, isTraining: isTraining)
        guard let flags = (command as? any GestaltCommand.Type)?.flags else { return error }
        if let error = error as? ModelInputError, let flag = flags[error.input] {
            return ModelInputError(flag, expected: error.expected, found: error.found)
        }
        if let error = error as? ConfigurationError, error.path == nil, let flag = flags[error.key]
        {
            return FlagError(flag: flag, problem: error.problem)
        }
        return error
    }
}

/// A value from the command line that the library rejected.
private struct FlagError: Error, CustomStringConvertible {
    let flag: String
    let problem: ConfigurationError.Problem

    var description: String {
        switch problem {
        case .invalid(let expected, let found): "\(flag): expected \(expected), found \(found)"
        case .wrongType(let expected): "\(flag): expected \(expected)"
        case .refused(let reason), .notJSON(let reason): "\(flag): \(reason)"
        case .missingKey: "\(flag) is needed"
        case .unknownKey(let known): "\(flag): known are \(known.joined(separator: ", "))"
        }
    }
}

/// A command of the program: the common options, and the names of its flags.
protocol GestaltCommand: ParsableCommand {
    var common: CommonOptions { get }
    /// The flag for each of the library's input names: `frames`, `class`, …
    static var flags: [String: String] { get }
}

extension GestaltCommand {
    static var flags: [String: String] { [:] }

    /// Checks settings that the command line determines: those out of range are wrong usage.
    /// - Throws: `ValidationError` that names the flag; other errors of `check`.
    static func requireUsage(_ check: () throws -> Void) throws {
        do {
            try check()
        } catch let error as ConfigurationError {
            let flag = flags[error.key] ?? error.key
            throw ValidationError("\(FlagError(flag: flag, problem: error.problem))")
        }
    }
}
