import ArgumentParser
import Foundation

/// `gestalt`: the library from a shell. Results go to standard output, progress and warnings to
/// standard error; exit code 0, 1 when something failed, 2 for wrong usage.
@main
struct Gestalt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gestalt",
        abstract: "Video prediction models as visual encoders.",
        version: "0.1.0",
        subcommands: [
            Demo.self, Doctor.self, Train.self, Encode.self, Decode.self, Logits.self, Predict.self,
            Features.self, Convert.self, Reconstruct.self, Segment.self, Evaluate.self,
            Inspect.self, DataCommand.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure {
            let error = Explanation.of(failure)
            // ArgumentParser would end with its own code for usage; ours is 2.
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if code == .success {
                print(text)
                Gestalt.exit()
            }
            FileHandle.standardError.write(Data((text + "\n").utf8))
            Foundation.exit(code == .validationFailure ? 2 : 1)
        }
    }
}
