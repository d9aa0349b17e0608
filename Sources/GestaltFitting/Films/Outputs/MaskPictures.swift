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
        classes = settings.classes
        palette =
            settings.tellsInstances
            ? settings.colors : Array(settings.colors.prefix(settings.categories.count))
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
