import GestaltFilm
import GestaltIO
import GestaltMedia
import GestaltTensor

/// A film with the colors of the categories over its frames, `overlays/FILM.mp4`.
final class OverlayFilm: MaskOutput {
    let path: String
    private let framesPerSecond: Double
    private let blending: [Blending]
    private let tellsInstances: Bool
    private var writer: FilmWriter?
    private var firstTime: Double?

    /// A color over a pixel: `before · keep + color`, in units of 1/256.
    private struct Blending {
        let keep: Int
        let color: (Int, Int, Int)
    }

    init(_ settings: MaskOutputSettings) throws {
        path = try settings.path("overlays", ".mp4")
        try OutputFile.check(path)
        framesPerSecond = settings.framesPerSecond
        let share = Int(settings.opacity * 256)
        tellsInstances = settings.tellsInstances
        // Label 0 is never blended.
        blending = settings.colors.map { color in
            Blending(
                keep: 256 - share,
                color: (Int(color.red) * share, Int(color.green) * share, Int(color.blue) * share))
        }
    }

    func append(_ frame: MaskedFrame) throws {
        let shape = frame.frame.pixels.shape
        let writer =
            try writer
            ?? FilmWriter(
                path: path, height: shape[0], width: shape[1], framesPerSecond: framesPerSecond,
                effort: .low)
        self.writer = writer
        let first = firstTime ?? frame.frame.time
        firstTime = first
        try writer.append(drawn(frame), time: frame.frame.time - first)
    }

    /// Returns the frame with colors over its labels.
    private func drawn(_ frame: MaskedFrame) -> Tensor<UInt8> {
        var picture = frame.frame.pixels
        let blending = blending
        picture.withMutableScalars { pixels in
            frame.labels.withScalars { labels in
                for (place, label) in labels.enumerated() where label != 0 {
                    let change = blending[Int(label)]
                    let first = 3 * place
                    pixels[first] = UInt8(
                        truncatingIfNeeded: (Int(pixels[first]) * change.keep + change.color.0)
                            >> 8)
                    pixels[first + 1] = UInt8(
                        truncatingIfNeeded: (Int(pixels[first + 1]) * change.keep + change.color.1)
                            >> 8)
                    pixels[first + 2] = UInt8(
                        truncatingIfNeeded: (Int(pixels[first + 2]) * change.keep + change.color.2)
                            >> 8)
                }
            }
        }
        // Outlines divide objects that touch.
        return tellsInstances ? picture.outlined(labels: frame.labels) : picture
    }

    func finish() throws { try writer?.finish() }
    func cancel() { writer?.cancel() }
}
