import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltPrior
import GestaltTensor
import GestaltTraining

/// Reads actions `[B, T, width]` from a file; `[T, width]` is those of one clip.
func readActions(_ path: String) throws -> Tensor<Float> {
    let actions = try ArrayFile.read(path, as: Float.self, name: "actions", warn: remark)
    return actions.rank == 2 ? actions.expanded(axis: 0) : actions
}

/// Whether a path has the extension of an image or of moving pictures.
func isPicture(_ path: String) -> Bool {
    path.lowercased().hasSuffix(".png") || MovieFormat.format(of: path) != nil
}

/// Parses a frame rate in frames per second: the pauses of a GIF are whole hundredths.
@Sendable func frameRate(_ text: String) throws -> Double {
    guard let rate = Double(text), (0.1...50).contains(rate) else {
        throw ValidationError("frames per second from 0.1 to 50 are expected")
    }
    return rate
}

/// Frames per second of moving pictures by default.
let usualFrameRate = 1 / 0.15

func checkFrameRate(_ fps: Double?, _ output: String) throws {
    guard fps == nil || MovieFormat.format(of: output) != nil else {
        throw ValidationError(
            "--fps requires an --output that ends in "
                + MovieFormat.registry.names.map { "." + $0 }.joined(separator: " or "))
    }
}

/// Checks before any work that `path` has an extension that can be written, and that it is
/// writable.
/// - Throws: `ValidationError`, `FileFailure`.
func checkOutput(_ path: String, pictures: Bool) throws {
    guard ArrayFile.isOne(path) || (pictures && isPicture(path)) else {
        let endings = ArrayFile.endings + (pictures ? MovieFormat.registry.names + ["png"] : [])
        throw ValidationError(
            "--output must end in " + endings.map { "." + $0 }.joined(separator: ", ")
                + ", not '\(path)'")
    }
    try OutputFile.check(path)
}

/// Checks before any work that `path` has the extension of a still image that can be written, and
/// that it is writable.
/// - Throws: `ValidationError`, `FileFailure`.
func checkPictureOutput(_ path: String, option: String = "--output") throws {
    guard [".png", ".jpg", ".jpeg"].contains(where: path.lowercased().hasSuffix) else {
        throw ValidationError("\(option) must end in .png, .jpg or .jpeg")
    }
    try OutputFile.check(path)
}

/// Creates the folder of the result and handles Ctrl-C; called after all checks.
func beginWork(_ output: String) throws {
    try OutputFile.makeFolder(of: output)
    Interruption.handleSignals()
}

/// Writes clips `[rows][columns][T, H, W, 3]` as bytes, in a grid: an animation, or every fourth
/// frame.
func writePictures(
    _ rows: [[Tensor<UInt8>]], titles: [String], fps: Double?, to path: String
) throws {
    let length = rows.joined().map { $0.shape[0] }.max() ?? 0
    func frame(_ clip: Tensor<UInt8>, _ index: Int) -> Tensor<UInt8> {
        clip[min(index, clip.shape[0] - 1)]
    }
    guard MovieFormat.format(of: path) != nil else {
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
    try MovieFormat.write(
        stacked(frames, axis: 0), to: path, framesPerSecond: fps ?? usualFrameRate)
}
