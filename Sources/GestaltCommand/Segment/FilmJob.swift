import ArgumentParser
import Foundation
import GestaltData
import GestaltFilm
import GestaltFitting
import GestaltIO
import GestaltRecipes
import GestaltSegHeads

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
    let formats: [String]
    let opacity: Float?
    let common: CommonOptions
    private let job: FilmSegmentation
    private(set) var outcomes: [Outcome] = []
    private(set) var failures: [(path: String, reason: String)] = []

    init(
        _ job: FilmSegmentation, output: String, arguments: FilmArguments, formats: [String],
        threshold: Float?, opacity: Float?, common: CommonOptions
    ) {
        (self.output, self.arguments, self.formats) = (output, arguments, formats)
        (self.opacity, self.common) = (opacity, common)
        var job = job
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
    ///   read, or not to their end, become ``failures``.
    mutating func run(_ films: [PictureGroup]) throws {
        for film in films {
            do {
                try run(film.path, film.clipsName ?? film.path)
            } catch let error where error is FilmError || error is NonFiniteScores {
                failures.append((film.path, SegmentJob.reason(error, film.path)))
            }
        }
    }

    private mutating func run(_ path: String, _ name: String) throws {
        let film = try Film(contentsOf: path)
        var options = FilmOptions()
        let (stride, times) = arguments.frames
        (options.stride, options.rate) = (stride, times.rate)
        (options.start, options.end) = (times.start, times.end)
        if let start = options.start, let length = film.info.duration, start >= length {
            throw FilmError.unreadable(
                path: path, expected: "frames from \(start.formatted()) s on",
                found: "a film of \(length.formatted()) s")
        }
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
        for remark in reader.remarks where !remark.isDamage { common.remark("\(remark)") }
        guard count > 0 else {
            return failures.append((path, "no frame lies within the chosen times"))
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        outcomes.append(
            Outcome(
                film: path, frames: count, seconds: seconds, results: outputs.map(\.path)))
        for remark in reader.remarks where remark.isDamage {
            failures.append((path, "\(remark.message); \(count) frames are segmented"))
        }
    }
}
