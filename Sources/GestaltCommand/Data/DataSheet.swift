import ArgumentParser
import Foundation
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor

/// `gestalt data`: inspection and export of clips.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Show clips, export them as images.",
        subcommands: [Sheet.self, Export.self])

    /// `gestalt data sheet`: a contact sheet.
    struct Sheet: GestaltCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw a contact sheet: clips by rows, frames by columns, masks below.",
            discussion: """
                With --model, the masks of segmentation models follow below those of the data; \
                of models that tell objects apart, the objects.
                """)

        @OptionGroup var data: DataOptions
        @OptionGroup var labels: LabelOptions
        @Option(help: "train, val or test.") var split: Split = .train
        @Option(help: "Number of clips.", transform: positive) var clips = 6
        @Option(help: "Number of frames of each, spread over its length.", transform: positive)
        var frames = 7
        @Option(help: "Seed of synthetic clips.") var seed: UInt64 = 0
        @Option(
            help: "A segmentation model whose masks are drawn, too; may be repeated.",
            completion: .file())
        var model: [String] = []
        @Option(help: "The caption of a --model, in their order; by default its name.")
        var title: [String] = []
        @Option(help: "The PNG or JPEG to write.", completion: .file()) var output: String
        @OptionGroup(title: "Common options") var common: CommonOptions

        func validate() throws {
            guard title.isEmpty || title.count == model.count else {
                throw ValidationError("\(title.count) --title for \(model.count) --model")
            }
        }

        func run() throws {
            try checkPictureOutput(output)
            let masks = try zip(model, title.isEmpty ? model.map(Self.name) : title).map {
                try Self.masks(of: $0, title: $1)
            }
            let set = try data.open(split, labels: labels, seed: seed, quiet: common.quiet)
            try OutputFile.makeFolder(of: output)
            try Image.write(set.sheet(clips: clips, columns: frames, masks: masks), to: output)
            print("\(output): \(min(clips, set.count)) of \(set.count) clips of \(set.name)")
        }

        private static func masks(of path: String, title: String) throws -> SheetMasks {
            let opened = try openModel(path, [:], for: .segmentation)
            if let model = opened.model as? any InstanceModel {
                return SheetMasks(title: title) { clip, frames in
                    stacked(
                        try frames.map { frame in
                            try model.instances(
                                image: clip.frames[frame].contiguous(),
                                name: "\(clip.name), frame \(frame)"
                            ).ids
                        })
                }
            }
            let segmenter = FrameSegmenter(try opened.segmentation())
            return SheetMasks(title: title) { clip, frames in
                let parts = try frames.map { try segmenter.labels(of: $0..<($0 + 1), in: clip) }
                return concatenated(parts, axis: 0)
            }
        }

        private static func name(of path: String) -> String {
            URL(filePath: path).lastPathComponent
        }
    }
}
