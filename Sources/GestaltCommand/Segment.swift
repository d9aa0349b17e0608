import ArgumentParser
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// `gestalt segment`: masks of pictures.
struct Segment: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write masks and overlays of pictures of any size.",
        discussion: """
            INPUT is a PNG or JPEG file, a folder of them, or clips as TFRecord or npy. For each \
            picture NAME the output folder gets masks/NAME.png (0 background, 255 foreground; or the \
            number of the class) and overlays/NAME.png.
            """)

    @Argument(help: "A picture, a folder of pictures, a TFRecord or an npy file.") var input: String
    @OptionGroup var model: ModelOptions
    @Option(help: "The folder for masks/ and overlays/.") var output: String
    @OptionGroup var reading: ReadingOptions
    @Option(help: "Probability above which a pixel is foreground, with one class; 0.5 without it.")
    var threshold: Float?

    func validate() throws {
        guard let threshold else { return }
        guard (0...1).contains(threshold) else {
            throw ValidationError("--threshold must lie between 0 and 1, not \(threshold)")
        }
    }

    func run() throws {
        let network = try model.open().segmentation()
        guard !network.seesFuture else {
            throw ValidationError(
                "\(model.model) sees frames after the one it segments: it takes clips")
        }
        guard threshold == nil || network.classes == 1 else {
            throw ValidationError(
                "--threshold is for one class; \(model.model) has \(network.classes), of which the "
                    + "likeliest is taken")
        }
        let pictures = try NamedPictures(path: input, options: reading.options)
        pictures.remarks.forEach(remark)
        for folder in ["masks", "overlays"] {
            for below in pictures.folders { try OutputFolder.make("\(output)/\(folder)/\(below)") }
        }
        Interruption.handleSignals()
        let progress = ProgressBar("segmenting", total: pictures.count, unit: "pictures")
        for (index, name) in pictures.names.enumerated() {
            guard !Interruption.process.isRequested else {
                progress.finish()
                remark("stopped after \(index) of \(pictures.count) pictures")
                throw ExitCode(1)
            }
            let picture = try pictures.picture(at: index)
            let labels = try GestaltSegHeads.labels(
                ofFinite: network.probabilities(image: picture).expanded(axis: 0),
                threshold: threshold ?? 0.5, name: { _ in name }
            ).squeezed(axis: 0)
            let isBinary = network.classes == 1
            let overlay =
                isBinary ? picture.overlaid(mask: labels) : picture.overlaid(labels: labels)
            let mask = "\(output)/masks/\(name).png"
            if isBinary {
                try PNG.write(labels * 255, to: mask)
            } else {
                try PNG.writeIndices(labels, to: mask)
            }
            try PNG.write(overlay, to: "\(output)/overlays/\(name).png")
            progress.update(index + 1)
        }
        progress.finish()
        print("\(output)/masks, \(output)/overlays: \(pictures.count) pictures")
    }
}
