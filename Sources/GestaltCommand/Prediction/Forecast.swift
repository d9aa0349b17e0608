import ArgumentParser
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor

/// `gestalt forecast`: the outputs of a pre-trained dense encoder.
struct ForecastCommand: GestaltCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Draw what a forecaster forecasts from single frames: pictures and maps.")

    @Option(
        help: """
            A forecaster, or a predictor trained with forecasts: its folder, a training run, a \
            checkpoint.
            """,
        completion: .file())
    var model: String
    @OptionGroup var data: DataOptions
    @Option(help: "train, val or test.") var split: Split = .test
    @Option(help: "Number of clips; the middle frame of each is shown.", transform: positive)
    var clips = 6
    @Option(help: "Seed of synthetic clips.") var seed: UInt64 = 0
    @Option(help: "The PNG or JPEG to write.", completion: .file()) var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        guard [".png", ".jpg", ".jpeg"].contains(where: output.lowercased().hasSuffix) else {
            throw ValidationError("--output must end in .png, .jpg or .jpeg")
        }
        try OutputFile.check(output)
        let opened = try openModel(model, [:])
        let forecaster = try opened.forecaster()
        let set = try data.open(split, masks: .ignored, seed: seed, quiet: common.quiet)
        try set.requireOneSize()
        let count = min(clips, set.count)
        let frames = try (0..<count).map { index in
            let clip = try set.clip(at: index)
            return clip.frames[clip.frameCount / 2]
        }
        try OutputFile.makeFolder(of: output)
        let sheet = ForecastSheet(of: stacked(frames, axis: 0), by: forecaster)
        try Image.write(sheet.picture, to: output)
        print("\(output): \(count) frames of \(set)")
    }
}
