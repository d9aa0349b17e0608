import Foundation
import GestaltFilm
import GestaltIO
import GestaltMedia
import GestaltTensor

/// A PNG for each frame, `masks/FILM/NUMBER.png`: 0 and 255, or the numbers of classes with their
/// colors as the palette.
final class MaskPictures: MaskOutput {
    let path: String
    private let classes: Int
    private let palette: [Color]

    /// Speed matters more than the last percents of flat pictures.
    private static let compression = 1

    init(_ settings: MaskOutputSettings) throws {
        path = try settings.path("masks")
        try OutputFolder.make(path)
        classes = settings.classes
        palette = settings.categories.enumerated().map {
            $0 == 0 ? .black : $1.value ?? .label(UInt8(clamping: $0))
        }
    }

    /// The name of the picture of a frame.
    static func name(of frame: Int) -> String { String(format: "%06d.png", frame) }

    func append(_ frame: MaskedFrame) throws {
        let file = "\(path)/\(Self.name(of: frame.frame.number))"
        if classes == 1 {
            try PNG.write(frame.labels * 255, to: file, compression: Self.compression)
        } else {
            try PNG.writeIndices(
                frame.labels, palette: palette, to: file, compression: Self.compression)
        }
    }

    func finish() {}

    /// Each picture is complete: those that were written remain.
    func cancel() {}
}

/// The table of frames, `times/FILM.csv`: number, time in seconds, name of the mask.
final class FrameTimes: MaskOutput {
    let path: String
    private let file: AtomicFile

    init(_ settings: MaskOutputSettings) throws {
        path = try settings.path("times", ".csv")
        file = try AtomicFile(path: path)
        try file.write(Array("frame,seconds,mask\n".utf8))
    }

    func append(_ frame: MaskedFrame) throws {
        let (number, time) = (frame.frame.number, frame.frame.time)
        let line = String(format: "%d,%.6f,", number, time) + MaskPictures.name(of: number) + "\n"
        try file.write(Array(line.utf8))
    }

    func finish() throws { try file.commit() }
    func cancel() {}
}
