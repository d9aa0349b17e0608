import Foundation
import GestaltFilm
import GestaltIO

/// The table of frames, `times/FILM.csv`: number, time in seconds, name of the mask.
package final class FrameTimes: MaskOutput {
    public let path: String
    private let file: AtomicFile

    init(_ settings: MaskOutputSettings) throws {
        path = try settings.path("times", ".csv")
        file = try AtomicFile(path: path)
        try file.write(Array("frame,seconds,mask\n".utf8))
    }

    /// Writes the table of a film whose masks are written elsewhere.
    package static func write(
        _ frames: [(number: Int, seconds: Double)], film: String, folder: String
    ) throws {
        let table = try FrameTimes(
            MaskOutputSettings(film: film, folder: folder, categories: [], classes: 1))
        for frame in frames { try table.append(frame.number, frame.seconds) }
        try table.finish()
    }

    public func append(_ frame: MaskedFrame) throws {
        try append(frame.frame.number, frame.frame.time)
    }

    private func append(_ number: Int, _ seconds: Double) throws {
        let line = String(format: "%d,%.6f,", number, seconds) + MaskPictures.name(of: number)
        try file.write(Array((line + "\n").utf8))
    }

    public func finish() throws { try file.commit() }
    public func cancel() {}
}
