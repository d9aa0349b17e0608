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
        let bytes =
            classes == 1
            ? try PNG.encode(frame.labels * 255, compression: Self.compression, name: file)
            : try PNG.encodeIndices(
                frame.labels, palette: palette, compression: Self.compression, name: file)
        try Self.write(bytes, to: file)
    }

    /// Writes a file as a whole, and does not wait for the disk as `AtomicFile` does: a flush for
    /// each frame would hold up the film.
    private static func write(_ bytes: [UInt8], to path: String) throws(FileFailure) {
        func failure(_ action: FileFailure.Action) -> FileFailure {
            FileFailure(path: path, action: action, reason: String(cString: strerror(errno)))
        }
        let temporary = path + ".part"
        guard let file = fopen(temporary, "wb") else { throw failure(.create) }
        let count = bytes.withUnsafeBytes { fwrite($0.baseAddress!, 1, $0.count, file) }
        guard fclose(file) == 0, count == bytes.count else {
            defer { unlink(temporary) }
            throw failure(.write)
        }
        guard rename(temporary, path) == 0 else {
            defer { unlink(temporary) }
            throw failure(.rename)
        }
    }

    func finish() {}

    /// Each picture is complete: those that were written remain.
    func cancel() {}
}
