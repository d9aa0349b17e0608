import ArgumentParser
import Foundation
import GestaltIO
import GestaltRecipes
import GestaltTensor
import GestaltTraining

/// `gestalt demo`: the pre-trained models in seconds, the complete workflow in a few minutes.
struct Demo: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Use the pre-trained models, train others on the sample, and compare.",
        discussion: """
            In seconds the models of the package segment a frame and predict its future. Then a \
            tokenizer, a head on its latents and a U-Net are trained on the sample, and a U-Net and \
            the pre-trained encoder on ten labels; a table compares all on unseen clips.
            """)

    @Option(
        help: "The folder for models, table and images; that of an earlier demo is replaced.",
        completion: .directory)
    var output = "out"
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        let begin = ContinuousClock.now
        Interruption.handleSignals()
        try OutputFolder.make(output)
        let models = Demonstration.models(in: output)
        if FileManager.default.fileExists(atPath: models) {
            try FileManager.default.removeItem(atPath: models)
        }
        print(Runtime.description)
        let report = try Demonstration().run(
            into: output, showsProgress: !common.quiet, show: { print($0) })
        print("\n" + report.table)
        print(
            """

            The U-Net on ten labels and the pre-trained encoder are one network with the same \
            augmentation and steps; the encoder has also seen 240 clips, without labels. Minutes on \
            24 clips are only a start: `make models` trains the models of the package on 240.
            """)
        print(
            "In \(output): picture.png, foreground.png, future.gif, segmentation.png, "
                + "reconstruction.gif, reconstruction.png, table.txt;")
        print("the models in \(models). \(ProgressBar.time((.now - begin) / .seconds(1))) in all.")
        guard report.shortfalls.isEmpty else {
            for shortfall in report.shortfalls { printError("demo: " + shortfall) }
            throw ExitCode(1)
        }
    }
}
