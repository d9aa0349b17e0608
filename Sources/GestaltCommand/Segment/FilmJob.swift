import ArgumentParser
import Foundation
import GestaltData
import GestaltFilm
import GestaltFitting
import GestaltIO
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor

/// The segmentation of the films among the inputs, one after the other.
struct FilmJob {
    /// A segmented film.
    struct Outcome {
        let film: String
        let frames: Int
        let seconds: Double
        let results: [String]

        var framesPerSecond: Double { Double(frames) / max(seconds, 1e-9) }

        var line: String {
            "\(results.joined(separator: ", ")): \(frames) frames, "
                + String(format: "%.1f", framesPerSecond) + " a second"
        }

        var object: [String: Any] {
            [
                "film": film, "frames": frames, "seconds": seconds,
                "frames_per_second": framesPerSecond, "results": results,
            ]
        }
    }

    let output: String
    let arguments: FilmArguments
    let clips: ClipOptions
    let formats: [String]
    let opacity: Float?
    let common: CommonOptions
    private let job: FilmSegmentation
    private(set) var outcomes: [Outcome] = []
    private(set) var failures: [(path: String, reason: String)] = []

    init(
        _ network: any SegmentationModel, categories: [ModelCategory], output: String,
        arguments: FilmArguments, clips: ClipOptions, formats: [String], threshold: Float?,
        opacity: Float?,
        common: CommonOptions
    ) throws {
        (self.output, self.arguments, self.formats) = (output, arguments, formats)
        self.clips = clips
        (self.opacity, self.common) = (opacity, common)
        var job = try FilmSegmentation(of: network, categories: categories)
        job.threshold = threshold ?? job.threshold
        job.batch = arguments.batch ?? job.batch
        job.tiling = arguments.tile.map { Tiling(size: $0) }
        job.smoothing = arguments.smooth.map { MotionSmoothing(frames: $0) }
        self.job = job
    }

    /// Whether pictures are the frames of a film; an animated GIF is a clip of pictures.
    static func isFilm(_ group: PictureGroup) -> Bool {
        group.clipsName != nil && !group.path.lowercased().hasSuffix(".gif")
            && Film.isFilm(group.path)
    }

    /// - Throws: `Interrupted`; `FileFailure` where results cannot be written. Films that cannot be
    ///   read become ``failures``.
    mutating func run(_ films: [PictureGroup]) throws {
        for film in films {
            do {
                try run(film.path, film.clipsName ?? film.path)
            } catch let error as FilmError {
                failures.append((film.path, "\(error)"))
            }
        }
    }

    private mutating func run(_ path: String, _ name: String) throws {
        let film = try Film(contentsOf: path)
        var options = FilmOptions()
        options.stride = arguments.every ?? clips.stride
        options.start = arguments.from?.seconds ?? clips.times.start
        options.end = arguments.to?.seconds ?? clips.times.end
        options.rate = clips.times.rate
        let reader = try film.frames(options)
        let every = (film.info.framesPerSecond ?? 25) / Double(options.stride)
        let rate = min(every, options.rate ?? every)
        let outputs = try job.outputs(
            formats, film: name, folder: output, framesPerSecond: rate, opacity: opacity)
        let total = film.info.duration.map { duration in
            let length = min(options.end ?? duration, duration) - (options.start ?? 0)
            return max(0, Int(length * rate))
        }
        let bar = common.progress(
            URL(filePath: path).lastPathComponent, total: total ?? 0, unit: "frames")
        defer { bar.finish() }
        let begin = ContinuousClock.now
        let count = try job.run(reader, to: outputs) { progress in
            bar.update(progress.done)
            try Interruption.process.check()
        }
        bar.finish()
        reader.remarks.forEach(common.remark)
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        outcomes.append(
            Outcome(
                film: path, frames: count, seconds: seconds, results: outputs.map(\.path)))
    }
}
