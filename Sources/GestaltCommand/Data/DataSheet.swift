import ArgumentParser
import GestaltData
import GestaltIO
import GestaltMedia

/// `gestalt data`: looking at clips.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at clips, write them as pictures.",
        subcommands: [Sheet.self, Export.self])

    /// `gestalt data sheet`: a contact sheet.
    struct Sheet: GestaltCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a contact sheet: clips by rows, frames by columns, masks below.")

        @OptionGroup var data: DataOptions
        @OptionGroup var labels: LabelOptions
        @Option(help: "train, val or test.") var split: Split = .train
        @Option(help: "How many clips.", transform: positive) var clips = 6
        @Option(help: "How many frames of each, spread over its length.", transform: positive)
        var frames = 7
        @Option(help: "Seed of synthetic clips.") var seed: UInt64 = 0
        @Option(help: "The PNG or JPEG to write.", completion: .file()) var output: String
        @OptionGroup(title: "Common options") var common: CommonOptions

        func run() throws {
            guard [".png", ".jpg", ".jpeg"].contains(where: output.lowercased().hasSuffix) else {
                throw ValidationError("--output wants a name ending in .png, .jpg or .jpeg")
            }
            try OutputFile.check(output)
            let set = try data.open(split, labels: labels, seed: seed, quiet: common.quiet)
            try OutputFile.makeFolder(of: output)
            try Image.write(set.sheet(clips: clips, columns: frames), to: output)
            print("\(output): \(min(clips, set.count)) of \(set.count) clips of \(set.name)")
        }
    }
}
