import Foundation
import GestaltFilm
import GestaltTensor
import TestSupport
import Testing

/// The message of tests that are skipped without the programs.
let needsPrograms: Comment = "install the Debian package ffmpeg to test films"

/// Reads all frames.
func allFrames(_ reader: FilmReader) throws -> [FilmFrame] {
    var frames: [FilmFrame] = []
    while let frame = try reader.next() { frames.append(frame) }
    return frames
}

/// A frame that shows its number: eight cells of 8 × 8 pixels are its bits, the first row as they
/// are, the second inverted; below is a color.
func numbered(_ number: Int, height: Int = 48, width: Int = 64) -> Tensor<UInt8> {
    var bytes = [UInt8](repeating: 0, count: height * width * 3)
    for row in 0..<height {
        for column in 0..<width {
            let place = (row * width + column) * 3
            if row < 16, column < 64 {
                let bit = number >> (7 - column / 8) & 1
                let value: UInt8 = (row < 8) == (bit == 1) ? 255 : 0
                for channel in 0..<3 { bytes[place + channel] = value }
            } else {
                (bytes[place], bytes[place + 1], bytes[place + 2]) = (200, 40, 60)
            }
        }
    }
    return Tensor(shape: [height, width, 3], scalars: bytes)
}

/// The number that a frame shows; nil where the two rows do not agree.
func code(_ pixels: Tensor<UInt8>) -> Int? {
    let width = pixels.shape[1]
    return pixels.withScalars { bytes in
        func isBright(_ row: Int, _ cell: Int) -> Bool {
            var sum = 0
            for y in (row * 8 + 2)..<(row * 8 + 6) {
                for x in (cell * 8 + 2)..<(cell * 8 + 6) {
                    for channel in 0..<3 { sum += Int(bytes[(y * width + x) * 3 + channel]) }
                }
            }
            return sum > 127 * 48
        }
        var number = 0
        for cell in 0..<8 {
            guard isBright(0, cell) != isBright(1, cell) else { return nil }
            number = number << 1 | (isBright(0, cell) ? 1 : 0)
        }
        return number
    }
}

/// The mean color of a rectangle.
func color(_ pixels: Tensor<UInt8>, rows: Range<Int>, columns: Range<Int>) -> [Double] {
    let width = pixels.shape[1]
    return pixels.withScalars { bytes in
        (0..<3).map { channel in
            var sum = 0
            for row in rows {
                for column in columns { sum += Int(bytes[(row * width + column) * 3 + channel]) }
            }
            return Double(sum) / Double(rows.count * columns.count)
        }
    }
}

/// Writes a film of numbered frames and returns its path.
func numberedFilm(
    _ count: Int, in folder: TemporaryFolder, name: String = "film.mp4", height: Int = 48,
    width: Int = 64, times: [Double]? = nil
) throws -> String {
    let path = folder.path(name)
    let writer = try FilmWriter(path: path, height: height, width: width, framesPerSecond: 25)
    for number in 0..<count {
        try writer.append(
            numbered(number, height: height, width: width), time: times.map { $0[number] })
    }
    try writer.finish()
    return path
}

/// Runs ffmpeg itself, to make films that ``FilmWriter`` does not.
func make(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: try FilmPrograms.installed().ffmpeg)
    process.arguments = ["-v", "error", "-nostdin", "-y"] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
}

/// Writes a shell script in the place of a program.
func script(_ lines: String, in folder: TemporaryFolder, as name: String) throws -> String {
    let path = folder.write(Array("#!/bin/sh\n\(lines)\n".utf8), as: name)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
}
