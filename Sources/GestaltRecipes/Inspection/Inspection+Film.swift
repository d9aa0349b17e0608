import GestaltFilm
import GestaltModels

extension Inspection {
    /// Describes a film by its head; without `ffprobe` only the remark that it is needed.
    mutating func describeFilm() throws {
        kind = "film"
        let programs: FilmPrograms
        do throws(FilmError) {
            programs = try .installed()
        } catch {
            remarks.append("\(error)")
            return
        }
        let info = try Film(contentsOf: path, programs: programs).info
        what = "a film, \(info.codec), \(info.height) × \(info.width)"
        if let seconds = info.duration { what += ", \(rounded(seconds: seconds)) s" }
        add("size", .sizes([info.height, info.width]))
        add("codec", info.codec)
        add("container", info.container)
        add("pixel_format", info.pixelFormat)
        add("range", info.isFullRange ? "full" : "limited")
        add("matrix", info.matrix ?? "not written in the file; bt601 is assumed")
        add("frames_per_second", info.framesPerSecond.map { .number(thousandths($0)) })
        add("duration", info.duration.map { .number(thousandths($0)) })
        add("claimed_frames", info.claimedFrameCount)
        if info.rotation != 0 { add("rotation", info.rotation) }
        if let aspect = info.pixelAspect, aspect != 1 {
            add("pixel_aspect", .number(thousandths(aspect)))
        }
    }

    private func thousandths(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    private func rounded(seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }
}
