import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltPrior
import GestaltTensor

/// Codes `[B, t, h, w]` from a file; `[t, h, w]` is one clip.
func readCodes(_ path: String) throws -> Tensor<Int32> {
    let codes = try ArrayFile.read(path, as: Int32.self, name: "codes")
    return codes.rank == 3 ? codes.expanded(axis: 0) : codes
}

/// Actions `[B, T, width]` from a file; `[T, width]` is those of one clip.
func readActions(_ path: String) throws -> Tensor<Float> {
    let actions = try ArrayFile.read(path, as: Float.self, name: "actions")
    return actions.rank == 2 ? actions.expanded(axis: 0) : actions
}

/// Whether a path ends like a picture or an animation.
func isPicture(_ path: String) -> Bool {
    [".gif", ".png"].contains { path.lowercased().hasSuffix($0) }
}

/// - Throws: `ModelInputError` for an ending that nothing is written by, before any work is done.
func checkOutput(_ path: String, pictures: Bool) throws {
    guard ArrayFile.isOne(path) || (pictures && isPicture(path)) else {
        let endings = ArrayFile.endings + (pictures ? ["gif", "png"] : [])
        throw ModelInputError(
            "--output",
            expected: "a name ending in " + endings.map { "." + $0 }.joined(separator: ", "),
            found: path)
    }
}

/// Clips `[rows][columns][T, H, W, 3]` as bytes, side by side: an animation, or every fourth frame.
func writePictures(
    _ rows: [[Tensor<UInt8>]], titles: [String], to path: String
) throws {
    let length = rows.joined().map { $0.shape[0] }.max() ?? 0
    func frame(_ clip: Tensor<UInt8>, _ index: Int) -> Tensor<UInt8> {
        clip[min(index, clip.shape[0] - 1)]
    }
    guard path.lowercased().hasSuffix(".gif") else {
        var sheet = ContactSheet(magnification: 2)
        sheet.rowTitles = rows.flatMap { row in row.indices.map { titles[$0] } }
        let pictures = rows.joined().map { clip in
            stride(from: 0, to: length, by: max(1, length / 8)).map { frame(clip, $0) }
        }
        return try PNG.write(sheet.drawn(Array(pictures)), to: path)
    }
    var sheet = ContactSheet(magnification: 2)
    sheet.columnTitles = titles
    let frames = (0..<length).map { index in
        sheet.drawn(rows.map { row in row.map { frame($0, index) } })
    }
    try GIF.write(stacked(frames, axis: 0), to: path, secondsPerFrame: 0.15)
}
