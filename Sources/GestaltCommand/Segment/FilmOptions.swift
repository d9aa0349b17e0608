import ArgumentParser
import Foundation
import GestaltData
import GestaltFitting
import GestaltIO

/// Options of the segmentation of films.
struct FilmArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Results of films, separated by commas: "
                + MaskOutputs.registry.names.joined(separator: ", ")
                + "; by default \(MaskOutputs.usual.joined(separator: ",")). times is always written.",
            valueName: "names"))
    var formats: String?
    @Option(
        help: ArgumentHelp(
            """
            Divide frames into overlapping tiles of HxW pixels, each seen by the network as a \
            picture of its own; for small things in large pictures.
            """,
            valueName: "HxW"))
    var tile: FrameSize?
    @Option(
        help: ArgumentHelp(
            "Average probabilities over about N frames along motion, where colors agree.",
            valueName: "N"))
    var smooth: Double?
    @Option(help: "Segment every N-th frame of a film or clip.", transform: positive)
    var every: Int?
    @Option(
        help: ArgumentHelp(
            "Begin a film at this time: seconds, M:SS or H:MM:SS.", valueName: "time"))
    var from: FilmTime?
    @Option(help: ArgumentHelp("End a film before this time.", valueName: "time"))
    var to: FilmTime?
    @Option(
        help: ArgumentHelp("At most this many frames a second of a film.", valueName: "frames"))
    var frameRate: Double?
    @Option(
        help: "Number of frames that the network sees at once; 4 by default.", transform: positive)
    var batch: Int?

    func validate() throws {
        if let smooth, !(smooth >= 1 && smooth.isFinite) {
            throw ValidationError("--smooth must be 1 or more, not \(smooth)")
        }
        if let frameRate, !(frameRate > 0 && frameRate.isFinite) {
            throw ValidationError("--frame-rate must be a number above 0")
        }
        if let from, let to, from.seconds >= to.seconds {
            throw ValidationError("--from must lie before --to")
        }
        if let names, names.isEmpty { throw ValidationError("--formats names no result") }
        for name in names ?? [] where MaskOutputs.registry[name] == nil {
            throw ValidationError(
                "--formats has no '\(name)'; there are "
                    + MaskOutputs.registry.names.joined(separator: ", "))
        }
    }

    /// The results by name; nil where none are chosen.
    var names: [String]? {
        formats?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// The choice of frames of films and clips.
    var frames: (stride: Int, times: FilmTimes) {
        (every ?? 1, FilmTimes(start: from?.seconds, end: to?.seconds, rate: frameRate))
    }

    /// The options of films that are decoded, segmented and written side by side.
    static let filmNames = ["--formats", "--tile", "--smooth", "--batch"]
    /// The options of films alone.
    static let timeNames = ["--from", "--to", "--frame-rate"]
}
