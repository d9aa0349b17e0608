import ArgumentParser
import GestaltData
import GestaltIO
import GestaltMedia

/// `gestalt data`: inspection and export of clips.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Show clips, export them as images.",
        subcommands: [Sheet.self, Export.self])

    /// `gestalt data sheet`: a contact sheet.
    struct Sheet: GestaltCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a contact sheet: clips by rows, frames by columns, masks below.")

        @OptionGroup var data: DataOptions
        @OptionGroup var labels: LabelOptions
        @Option(help: "train, val or test.") var split: Split = .train
        @Option(help: "Number of clips.", transform: positive) var clips = 6
        @Option(help: "Number of frames of each, spread over its length.", transform: positive)
        var frames = 7
        @Option(help: "Seed of synthetic clips.") var seed: UInt64 = 0
        @Option(help: "The PNG or JPEG to write.", completion: .file()) var output: String
        @OptionGroup(title: "Common options") var common: CommonOptions

        func run() throws {
            try checkPictureOutput(output)
            let set = try data.open(split, labels: labels, seed: seed, quiet: common.quiet)
            try OutputFile.makeFolder(of: output)
            try Image.write(set.sheet(clips: clips, columns: frames), to: output)
            print("\(output): \(min(clips, set.count)) of \(set.count) clips of \(set.name)")
        }
    }
}
