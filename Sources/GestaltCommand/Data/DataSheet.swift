import ArgumentParser
import GestaltData
import GestaltMedia

/// `gestalt data`: looking at clips.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at clips.", subcommands: [Sheet.self])

    /// `gestalt data sheet`: a contact sheet.
    struct Sheet: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a contact sheet: clips by rows, frames by columns, masks below.")

        @OptionGroup var data: DataOptions
        @OptionGroup var labels: LabelOptions
        @Option(help: "train, val or test.") var split: Split = .train
        @Option(help: "How many clips.") var clips = 6
        @Option(help: "How many frames of each, spread over its length.") var frames = 7
        @Option(help: "Seed of synthetic clips.") var seed: UInt64 = 0
        @Option(help: "The PNG or JPEG to write.") var output: String

        func validate() throws {
            guard clips > 0, frames > 0 else {
                throw ValidationError("--clips and --frames must be positive")
            }
        }

        func run() throws {
            let set = try data.open(split, labels: labels, seed: seed)
            try Image.write(set.sheet(clips: clips, columns: frames), to: output)
            print("\(output): \(min(clips, set.count)) of \(set.count) clips of \(set.name)")
        }
    }
}
