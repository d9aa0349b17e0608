import Foundation
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Our pictures against Pillow's.
@Suite(
    .tags(.peer), .enabled(if: OutsideFiles.corpus.isThere, "\(OutsideFiles.corpus.message)"),
    .timeLimit(.minutes(10)))
struct PictureCorpusTests {
    /// How far a value may lie from Pillow's: nothing where a format has one right answer. Decoders
    /// of JPEG differ in rounding, and in how the thinned colors are widened again.
    private static func bound(_ picture: Corpus.Picture) -> Int {
        switch picture.format {
        case "JPEG", "MPO": 4
        // Pillow drops the low byte of 16 bits, we round.
        case "PNG": picture.depth == 16 ? 1 : 0
        case "TIFF":
            picture.compression == .name("jpeg") ? 4 : picture.depth == 16 ? 1 : 0
        default: 0
        }
    }

    /// Files of which we read something else, and why that is right or unavoidable.
    private static let exceptions = [
        "bmp/b/badrle.bmp": "broken on purpose: every reader fills the gaps in its own way",
        "mmap_error.bmp": "its header says that the pixels begin within the palette",
        "8bit.s.tif": "signed: Pillow reads −1 as 255",
    ]

    private static func isException(_ file: Corpus.File) -> Bool {
        exceptions.keys.contains { file.path.hasSuffix("images/" + $0) }
    }

    @Test("colors are those that Pillow reads") func colors() throws {
        var tally = CorpusTally()
        for file in try Corpus.open().files where !file.isArray && !Self.isException(file) {
            let kind = file.picture.map { "\($0.format) \($0.mode)" } ?? "no picture to Pillow"
            let path = try file.absolutePath
            let result = Result { () throws(MediaError) in try Image.read(path) }
            guard let picture = file.picture, let ours = try? result.get() else {
                tally.one(
                    kind, path: file.path, refusal: refusal(of: result),
                    theirs: file.picture?.rgba != nil)
                continue
            }
            guard let rgba = picture.rgba else {
                tally.both(kind, path: file.path, difference: nil, bound: 0)
                continue
            }
            guard Array(ours.shape.dimensions.prefix(2)) == Array(rgba.shape[1...2]) else {
                tally.differs(kind, path: file.path, "\(ours.shape), not \(rgba.shape)")
                continue
            }
            tally.both(
                kind, path: file.path,
                difference: Self.difference(
                    ours, try rgba.bytes, seenOnly: ["GIF", "WEBP"].contains(picture.format)),
                bound: Self.bound(picture))
        }
        print(tally.summary)
        #expect(tally.differences.isEmpty, "\(tally.differences.joined(separator: "\n"))")
        #expect(tally.readByBoth >= 400)
    }

    /// The largest difference of a channel from the first frame of `rgba`; without pixels that
    /// nothing shows, if `seenOnly`: an animation leaves their color open.
    private static func difference(
        _ ours: Tensor<UInt8>, _ rgba: Data, seenOnly: Bool
    ) -> Int {
        let count = ours.shape[0] * ours.shape[1]
        return ours.withScalars { pixels in
            rgba.withUnsafeBytes { (theirs: UnsafeRawBufferPointer) in
                var largest = 0
                for index in 0..<count where !seenOnly || theirs[4 * index + 3] > 0 {
                    for channel in 0..<3 {
                        let a = Int(pixels[3 * index + channel])
                        let b = Int(theirs[4 * index + channel])
                        largest = max(largest, abs(a - b))
                    }
                }
                return largest
            }
        }
    }

    @Test("label ids are those that Pillow reads") func labels() throws {
        var tally = CorpusTally()
        for file in try Corpus.open().files {
            guard let picture = file.picture, let indices = picture.indices,
                Self.exactFormats.contains(picture.format), !Self.isException(file)
            else { continue }
            let kind = "labels \(picture.format) \(picture.mode)"
            let theirs: [Int] = try indices.bytes.withUnsafeBytes { bytes in
                indices.type == "uint16"
                    ? bytes.bindMemory(to: UInt16.self).map { Int($0) }
                    : bytes.bindMemory(to: Int32.self).map { Int($0) }
            }
            let path = try file.absolutePath
            let result = Result { () throws(MediaError) in try Image.readLabels(path) }
            guard let ours = try? result.get() else {
                tally.one(kind, path: file.path, refusal: refusal(of: result), theirs: true)
                continue
            }
            guard [ours.height, ours.width] == indices.shape else {
                tally.differs(kind, path: file.path, "\(ours.height) × \(ours.width)")
                continue
            }
            let largest = zip(ours.ids.scalars, theirs).map { abs(Int($0) - $1) }.max()
            tally.both(kind, path: file.path, difference: largest, bound: 0)
        }
        print(tally.summary)
        #expect(tally.differences.isEmpty, "\(tally.differences.joined(separator: "\n"))")
        #expect(tally.readByBoth >= 150)
    }

    private static let exactFormats = ["PNG", "GIF", "WEBP", "TIFF", "BMP", "DIB"]

    @Test("frames of animations are those that Pillow composes") func animations() throws {
        var tally = CorpusTally()
        for file in try Corpus.open().files {
            guard let picture = file.picture, ["GIF", "WEBP"].contains(picture.format),
                picture.frames > 1, let rgba = picture.rgba
            else { continue }
            let kind = "frames \(picture.format)"
            let path = try file.absolutePath
            let result = Result { () throws(MediaError) in
                var warnings: [MediaWarning] = []
                return try Image.readFrames(path, warnings: &warnings).frames
            }
            guard let ours = try? result.get() else {
                tally.one(kind, path: file.path, refusal: refusal(of: result), theirs: true)
                continue
            }
            guard ours.shape[0] == picture.frames,
                Array(ours.shape.dimensions[1...2]) == Array(rgba.shape[1...2])
            else {
                tally.differs(kind, path: file.path, "\(ours.shape), not \(rgba.shape)")
                continue
            }
            let compared = ours.sliced(0..<rgba.shape[0], axis: 0)
                .reshaped([rgba.shape[0] * rgba.shape[1], rgba.shape[2], 3])
            tally.both(
                kind, path: file.path,
                difference: Self.difference(compared, try rgba.bytes, seenOnly: true), bound: 0)
        }
        print(tally.summary)
        #expect(tally.differences.isEmpty, "\(tally.differences.joined(separator: "\n"))")
        #expect(tally.readByBoth >= 15)
    }
}
