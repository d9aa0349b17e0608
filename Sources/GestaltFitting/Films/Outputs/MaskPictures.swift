import Foundation
import GestaltFilm
import GestaltIO
import GestaltMedia
import GestaltTensor

/// A PNG for each frame, `masks/FILM/NUMBER.png`: 0 and 255, or the numbers of classes with their
/// colors as the palette, or the ids of objects.
final class MaskPictures: MaskOutput {
    let path: String
    private let classes: Int
    private let palette: [Color]

    /// Speed matters more than the last percents of flat pictures.
    private static let compression = 1

    init(_ settings: MaskOutputSettings) throws {
        path = try settings.path("masks")
        try OutputFolder.make(path)
        try Self.removeEarlier(from: path)
        classes = settings.classes
        palette =
            settings.tellsInstances
            ? settings.colors : Array(settings.colors.prefix(settings.categories.count))
    }

    /// Removes the masks of an earlier run, which may be of other frames of the film.
    private static func removeEarlier(from folder: String) throws {
        for file in try FileManager.default.contentsOfDirectory(atPath: folder)
        where file.wholeMatch(of: /[0-9]{6,}\.png/) != nil {
            try FileManager.default.removeItem(atPath: folder + "/" + file)
        }
    }

    /// The name of the picture of a frame.
    static func name(of frame: Int) -> String { String(format: "%06d.png", frame) }

    func append(_ frame: MaskedFrame) throws {
        let file = "\(path)/\(Self.name(of: frame.frame.number))"
        let bytes =
            classes == 1
            ? try PNG.encode(
                frame.labels * 255, compression: Self.compression, isFlat: true, name: file)
            : try PNG.encodeIndices(
                frame.labels, palette: palette, compression: Self.compression, name: file)
        // Waiting for the disk at each frame would hold up the film.
        try AtomicFile.write(bytes, to: file, flushes: false)
    }

    func finish() {}

    /// Each picture is complete: those that were written remain.
    func cancel() {}
}
