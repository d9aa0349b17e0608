import ArgumentParser
import Foundation
import GestaltData
import GestaltIO
import GestaltImport
import GestaltLabels
import GestaltMedia
import GestaltTensor
import GestaltTraining

extension DataCommand {
    /// `gestalt data export`: clips as folders of images.
    struct Export: GestaltCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write clips as folders of PNG frames, and their labels in any format.",
            discussion: """
                Writes OUTPUT/SPLIT/CLIP/00000.png and, for frames with labels, \
                OUTPUT/SPLIT/masks/CLIP/00000.png: the folder layout that --data reads. With \
                --format, OUTPUT/SPLIT/annotations in the format of a labeling tool takes the \
                place of label images.
                """)

        @OptionGroup var data: DataOptions
        @OptionGroup var labels: LabelOptions
        @Option(parsing: .singleValue, help: "train, val or test; may be repeated.")
        var split: [Split] = [.train]
        @Option(
            help: "Write the labels of every N-th frame of a clip, from its first; 0 for none.")
        var masksEvery = 1
        @Option(help: "Write annotations of this format, such as coco or cvat, not label images.")
        var format: String?
        @Option(
            help: """
                Number of classes in the label files; 1 writes 0 for background, 255 for \
                foreground. By default the ids of the data are written unchanged.
                """)
        var classes: Int?
        @Option(help: "Seed of synthetic clips.") var seed: UInt64 = 0
        @Option(help: "The folder to create.", completion: .directory) var output: String
        @OptionGroup(title: "Common options") var common: CommonOptions

        func validate() throws {
            guard masksEvery >= 0 else {
                throw ValidationError("--masks-every must not be negative")
            }
            if let classes, !(1...255).contains(classes) {
                throw ValidationError("--classes is 1 to 255, not \(classes)")
            }
            guard let format else { return }
            do { _ = try LabelFormat.written(named: format) } catch {
                throw ValidationError("--format \(format): \(error)")
            }
        }

        func run() throws {
            try OutputFolder.check(output)
            // Old and new frames are not mixed.
            for split in split { try OutputFolder.checkIsNew(output + "/" + split.folder) }
            for split in split {
                let set = try data.open(split, labels: labels, classes: classes, seed: seed)
                let folder = output + "/" + split.folder
                let counts = try write(set, to: folder)
                let labels =
                    try format.map { try annotations(of: set, in: folder, format: $0) }
                    ?? "\(counts.masks) label pictures"
                print("\(folder): \(set.count) clips, \(counts.frames) frames, \(labels)")
            }
        }

        private func write(
            _ set: DataSet, to folder: String
        ) throws -> (frames: Int, masks: Int) {
            let progress = common.progress("writing", total: set.count, unit: "clips")
            defer { progress.finish() }
            var (frames, masks) = (0, 0)
            for (index, name) in folderNames(of: set).enumerated() {
                let clip = try set.clip(at: index)
                try OutputFolder.make("\(folder)/\(name)")
                let labels = masksEvery > 0 && format == nil ? clip.masks : nil
                if labels != nil { try OutputFolder.make("\(folder)/masks/\(name)") }
                for time in 0..<clip.frameCount {
                    let file = "\(name)/\(padded(time)).png"
                    try PNG.write(clip.frames[time], to: "\(folder)/\(file)")
                    frames += 1
                    guard let labels, time % masksEvery == 0, clip.isLabeled(time) else { continue }
                    try PNG.write(try written(labels[time]), to: "\(folder)/masks/\(file)")
                    masks += 1
                }
                progress.update(index + 1)
            }
            return (frames, masks)
        }

        /// Writes the labels of a split next to its frames.
        /// - Returns: their number and file, for output.
        private func annotations(
            of set: DataSet, in folder: String, format name: String
        ) throws -> String {
            let (format, write) = try LabelFormat.written(named: name)
            let folders = folderNames(of: set)
            let labels = try set.labels { clip, frame in
                masksEvery > 0 && frame % masksEvery == 0
                    ? "\(folders[clip])/\(padded(frame)).png" : nil
            }
            for problem in try write(labels, "\(folder)/\(format.fileName)") {
                common.remark("\(problem)")
            }
            return "\(labels.pictures.count) labeled frames in \(format.fileName)"
        }

        /// Returns ids for writing: foreground alone as 255, as in binary masks; 255 among ids is
        /// ignored.
        private func written(_ ids: Tensor<UInt8>) throws -> Tensor<UInt8> {
            guard classes == 1 else { return ids }
            guard !ids.scalars.contains(Clip.ignoredLabel) else {
                throw ValidationError(
                    "--classes 1: some pixels are ignored, which black and white cannot say; "
                        + "export --classes 2")
            }
            return Tensor(shape: ids.shape, scalars: ids.scalars.map { $0 == 0 ? 0 : 255 })
        }

        /// Returns a unique folder name per clip.
        private func folderNames(of set: DataSet) -> [String] {
            var uses: [String: Int] = [:]
            return set.infos().map { clip in
                let name = clip.name.replacingOccurrences(of: "/", with: "-")
                uses[name, default: 0] += 1
                return uses[name] == 1 ? name : "\(name)-\(uses[name]!)"
            }
        }

        private func padded(_ index: Int) -> String {
            let digits = String(index)
            return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        }
    }
}
