import ArgumentParser
import Foundation
import GestaltData
import GestaltFiles
import GestaltFitting
import GestaltIO
import GestaltMedia
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVQVAE

/// The segmentation of a listing's images: files are read and results written on all processors, a
/// few images at a time, while the network itself uses all threads.
struct SegmentJob {
    struct Options {
        let clips: ClipOptions
        let threshold: Float
        let opacity: Float
        let overlays: Bool
        let skipsExisting: Bool
    }

    let network: any PictureNetwork
    /// The model, where it sees clips: the frames around each picture.
    let clipModel: (any SegmentationModel)?
    let output: String
    let common: CommonOptions
    let options: Options
    private(set) var done = 0
    private(set) var existing = 0
    var failures: [(path: String, reason: String)] = []
    private var total = 0
    private var sizeIsSaid = false
    /// Times of frames of a film by the names of their masks, `FILM/000012`.
    private var times: [(name: String, seconds: Double)] = []
    /// The instances of pictures; nil for a model of none.
    private var instances: InstanceFile?

    /// - Throws: `ModelMismatch`, errors of stored categories.
    init(
        _ opened: OpenedModel, output: String, common: CommonOptions, options: Options
    ) throws {
        if let model = opened.model as? any InstanceModel {
            (network, clipModel) = (InstanceNetwork(model: model), nil)
            instances = InstanceFile(categories: try ModelCategories.of(opened))
        } else {
            let model = try opened.segmentation()
            (network, clipModel) = (MaskNetwork(model: model), model.readsClips ? model : nil)
        }
        self.output = output
        self.common = common
        self.options = options
    }

    /// The input size of the network.
    var size: (height: Int, width: Int) { (network.input.height, network.input.width) }

    /// Images in memory at once: enough for all processors, whatever the images' size.
    private static let chunk = max(2, min(8, ProcessInfo.processInfo.activeProcessorCount))

    /// - Throws: `ExitCode` when a signal stopped it, `FileFailure` when results cannot be written;
    ///   errors in images are collected in `failures`.
    mutating func run(_ groups: [PictureGroup]) throws {
        total = groups.reduce(failures.count) { $0 + ($1.count ?? 0) }
        let progress = common.progress("segmenting", total: total, unit: "pictures")
        defer { progress.finish() }
        for group in groups {
            do {
                if let clipModel {
                    try runClips(group, clipModel, progress)
                } else {
                    try runPictures(group, progress)
                }
            } catch let error where Self.isAboutInput(error) {
                failures.append((group.path, Self.reason(error, group.path)))
            }
            try writeTimes(of: group)
        }
        for problem in try instances?.write(to: output + "/coco.json") ?? [] {
            common.remark("\(problem)")
        }
    }

    /// Writes the times of a film's frames next to the masks, `times/FILM.csv`.
    private mutating func writeTimes(of group: PictureGroup) throws {
        defer { times = [] }
        guard let film = group.clipsName, !times.isEmpty else { return }
        try FrameTimes.write(
            times.compactMap { name, seconds in
                Int(PathParts.name(name)).map { (number: $0, seconds: seconds) }
            }, film: film, folder: output)
    }

    private mutating func runPictures(_ group: PictureGroup, _ progress: ProgressBar) throws {
        let pictures = try group.pictures(options.clips)
        if group.count == nil { total += pictures.count }
        times += pictures.compactMap { picture in picture.time.map { (picture.name, $0) } }
        let missing = pictures.filter { !isThere($0.name) }
        existing += pictures.count - missing.count
        for start in stride(from: 0, to: missing.count, by: Self.chunk) {
            try stopIfAsked(progress)
            try run(Array(missing[start..<min(start + Self.chunk, missing.count)]))
            progress.update(done + existing + failures.count, of: total)
        }
    }

    /// An image that was read, and the same at the network's size.
    private struct ReadPicture {
        let picture: NamedPicture
        let image: Tensor<UInt8>
        let fitted: Tensor<UInt8>
    }

    /// Segments a few images: reads and fits them in parallel, runs the network on all at once, and
    /// finishes them in parallel.
    private mutating func run(_ pictures: [NamedPicture]) throws {
        let good = try read(pictures)
        guard !good.isEmpty else { return }
        saySize(good[0].image)
        let outputs = network.outputs(fitted: stacked(good.map(\.fitted), axis: 0))
        let (folder, options, meaning) = (output, options, network.labels)
        let results = try concurrentMap(count: good.count) { index in
            try Self.finish(good[index], outputs[index], meaning, folder, options)
        }
        for (picture, result) in zip(good, results) {
            switch result {
            case .success(let labels):
                instances?.add(labels, name: picture.picture.fileName)
                done += 1
            case .failure(let error): failures.append((picture.picture.path, "\(error)"))
            }
        }
    }

    /// Reads images and fits them to the network; those that cannot be read become failures.
    private mutating func read(_ pictures: [NamedPicture]) throws -> [ReadPicture] {
        let network = network
        let results = try concurrentMap(count: pictures.count) { index in
            Result { () throws -> ReadPicture in
                let image = try pictures[index].read()
                return ReadPicture(
                    picture: pictures[index], image: image, fitted: network.fitted(image))
            }
        }
        var good: [ReadPicture] = []
        for (picture, result) in zip(pictures, results) {
            switch result {
            case .success(let value): good.append(value)
            case .failure(let error) where Self.isAboutInput(error):
                failures.append((picture.path, Self.reason(error, picture.path)))
            case .failure(let error): throw error
            }
        }
        return good
    }

    /// Writes the mask and the overlay of an image from a network's output.
    /// - Returns: the labels, or the error of scores from which none follow.
    private static func finish(
        _ read: ReadPicture, _ output: any PictureOutput, _ meaning: PictureLabels.Meaning,
        _ folder: String, _ options: Options
    ) throws -> Result<PictureLabels, NonFiniteScores> {
        let (name, image) = (read.picture.name, read.image)
        let labels: PictureLabels
        do throws(NonFiniteScores) {
            labels = try output.labels(
                height: image.shape[0], width: image.shape[1], threshold: options.threshold,
                name: name)
        } catch {
            return .failure(error)
        }
        try write(labels.ids, meaning, of: image, name, folder, options)
        return .success(labels)
    }

    /// Segments the images of a group as clips, for a head that sees the surrounding frames.
    private mutating func runClips(
        _ group: PictureGroup, _ model: any SegmentationModel, _ progress: ProgressBar
    ) throws {
        let segmenter = FrameSegmenter(model)
        try group.forEachClip(options.clips) { clip, names in
            if group.count == nil { total += names.count }
            if let timeline = clip.timeline { times += zip(names, timeline.times).map { ($0, $1) } }
            saySize(clip.frames[0])
            if model.seesFuture, clip.frameCount < segmenter.window, clip.frameCount == 1 {
                failures.append((names[0], "the model sees clips: 2 frames are needed, this is 1"))
                return
            }
            for start in stride(from: 0, to: names.count, by: Self.chunk) {
                try stopIfAsked(progress)
                try run(
                    start..<min(start + Self.chunk, names.count), of: clip, names, segmenter)
                progress.update(done + existing + failures.count, of: total)
            }
        }
    }

    /// Segments some frames of a clip, unless their results exist.
    private mutating func run(
        _ range: Range<Int>, of clip: Clip, _ names: [String], _ segmenter: FrameSegmenter
    ) throws {
        guard !range.allSatisfy({ isThere(names[$0]) }) else {
            existing += range.count
            return
        }
        let start = range.lowerBound
        let labels = try segmenter.labels(
            of: range, in: clip, threshold: options.threshold, name: { names[start + $0] })
        let (folder, options, meaning) = (output, options, network.labels)
        _ = try concurrentMap(count: range.count) { index in
            try Self.write(
                labels[index], meaning, of: clip.frames[start + index],
                names[start + index], folder, options)
        }
        done += range.count
    }

    private static func write(
        _ labels: Tensor<UInt8>, _ meaning: PictureLabels.Meaning, of image: Tensor<UInt8>,
        _ name: String, _ folder: String, _ options: Options
    ) throws {
        let mask = "\(folder)/masks/\(name).png"
        do {
            try OutputFile.makeFolder(of: mask)
            if options.overlays {
                let overlay = "\(folder)/overlays/\(name).png"
                try OutputFile.makeFolder(of: overlay)
                let drawn =
                    switch meaning {
                    case .foreground: image.overlaid(mask: labels, opacity: options.opacity)
                    case .classes: image.overlaid(labels: labels, opacity: options.opacity)
                    // Outlines divide instances that touch.
                    case .instances:
                        image.overlaid(labels: labels, opacity: options.opacity)
                            .outlined(labels: labels)
                    }
                try PNG.write(drawn, to: overlay)
            }
            // The mask last: its existence marks an image as done.
            if meaning == .foreground {
                try PNG.write(labels * 255, to: mask)
            } else {
                try PNG.writeIndices(labels, to: mask)
            }
        } catch {
            throw ResultError(description: "\(error)")
        }
    }

    /// A result that cannot be written, which ends the work, unlike an image that cannot be read.
    private struct ResultError: Error, CustomStringConvertible {
        let description: String
    }

    private func isThere(_ name: String) -> Bool {
        options.skipsExisting
            && FileManager.default.fileExists(atPath: "\(output)/masks/\(name).png")
    }

    private func stopIfAsked(_ progress: ProgressBar) throws {
        guard Interruption.process.isRequested else { return }
        progress.finish()
        printError("stopped after \(done) of \(total) pictures")
        throw ExitCode(Ending.interrupted)
    }

    private mutating func saySize(_ image: Tensor<UInt8>) {
        guard !sizeIsSaid, [image.shape[0], image.shape[1]] != [size.height, size.width] else {
            return
        }
        sizeIsSaid = true
        common.remark(
            "the network sees pictures at \(size.height) × \(size.width); masks are resized back to "
                + "\(image.shape[0]) × \(image.shape[1])")
    }

    /// Whether an error is due to an image, so that the others can continue.
    private static func isAboutInput(_ error: any Error) -> Bool {
        switch error {
        case is MediaError, is ClipError, is FileError, is NonFiniteScores: true
        default: false
        }
    }

    /// Returns the error message without its leading path.
    static func reason(_ error: any Error, _ path: String) -> String {
        let text = "\(error)"
        return text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text
    }
}

extension NamedPicture {
    /// The name in label files: with the ending of the picture's file, for frames of clips that of
    /// their masks.
    fileprivate var fileName: String {
        let ending = URL(filePath: path).pathExtension
        guard Image.pathExtensions.contains(ending.lowercased()) else { return name + ".png" }
        // Names keep their endings where two would be the same.
        return name.hasSuffix("." + ending) ? name : "\(name).\(ending)"
    }
}
