import ArgumentParser
import Foundation
import GestaltFitting
import GestaltTensor

/// `gestalt`: the library from a shell. Results go to standard output, progress and warnings to
/// standard error; the exit code is 0, 1 after a failure, 2 for wrong usage, 130 after an orderly
/// stop by a signal.
struct Gestalt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Program.name,
        abstract: "Video prediction models as visual encoders.",
        discussion: """
            Exit codes: 0 success; 1 failure, also of some of several inputs; 2 wrong usage; \
            130 orderly stop by Ctrl-C, SIGTERM or SIGHUP.
            Environment: GESTALT_THREADS, the number of compute threads (--threads takes \
            precedence); GESTALT_CACHE_LIMIT, memory kept for reuse, as 512M; \
            GESTALT_INSTRUCTION_SET, portable, avx2 or avx512.
            Completions: \(Program.name) --generate-completion-script bash, zsh or fish.
            """,
        version: "0.1.0",
        subcommands: [
            Demo.self, Doctor.self, Train.self, Import.self, Fit.self, Suggest.self, Encode.self,
            Decode.self, Logits.self, Predict.self,
            Features.self, ForecastCommand.self, Convert.self, Reconstruct.self, Segment.self,
            Evaluate.self, Compare.self, StudyCommand.self, Publish.self, Inspect.self,
            DataCommand.self,
        ])

    /// Runs the command of the process's arguments and ends the process.
    /// - Parameter setUp: registers kinds before anything else; its error ends the program with 1.
    static func run(_ setUp: () throws -> Void) -> Never {
        Streams.prepare()
        do { try setUp() } catch { Ending.end(error, in: Gestalt.self) }
        FittingKinds.register()
        if let slip = CommandTree.slip(in: Array(CommandLine.arguments.dropFirst())) {
            Ending.end(ValidationError(slip.message), in: slip.command)
        }
        var command: any ParsableCommand
        do {
            command = try parseAsRoot()
        } catch {
            Ending.end(error, in: Gestalt.self)
        }
        let said = (command as? any GestaltCommand)?.common.apply() ?? []
        let result = Result { try command.run() }
        // Warnings that arose meanwhile: threads that the system refused.
        for warning in Runtime.warnings where !said.contains(warning) && !(command is Doctor) {
            printError("warning: \(warning)")
        }
        if case .failure(let error) = result { Ending.end(error, in: type(of: command)) }
        Ending.succeed()
    }
}

/// The command-line program as a library, so that a program of another package can offer the same
/// commands for its own models.
///
/// ```swift
/// @main struct Own {
///     static func main() {
///         GestaltProgram.run { try ModelKinds.register(PatchTokenizer.self) }
///     }
/// }
/// ```
/// Usages and messages call the program by the name of its executable.
public enum GestaltProgram {
    /// Runs the command in the arguments of the process and ends the process.
    ///
    /// - Parameter setUp: registers the program's own kinds. An error, such as
    ///   `RegistryError.duplicate` for a kind that is taken, is printed and ends the program with
    ///   exit code 1; thrown by `main` it would end in a trap.
    public static func run(_ setUp: () throws -> Void = {}) -> Never { Gestalt.run(setUp) }
}
