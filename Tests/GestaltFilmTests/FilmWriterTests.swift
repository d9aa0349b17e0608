import Foundation
import GestaltFilm
import GestaltTensor
import TestSupport
import Testing

@Suite(.enabled(if: FilmPrograms.areInstalled, needsPrograms))
struct FilmWriterTests {
    @Test("what was written is read: numbers, times, colors, sizes")
    func roundTrip() throws {
        let folder = TemporaryFolder()
        let film = try Film(contentsOf: numberedFilm(30, in: folder))
        #expect(folder.names == ["film.mp4"])
        #expect(film.info.codec == "h264" && film.info.pixelFormat == "yuv420p")
        #expect(film.info.matrix == "bt709" && !film.info.isFullRange)
        #expect(film.info.framesPerSecond == 25 && film.info.claimedFrameCount == 30)
        let frames = try allFrames(film.frames())
        #expect(frames.map { code($0.pixels) } == Array(0..<30))
        for frame in frames {
            #expect(abs(frame.time - Double(frame.number) / 25) < 0.0005)
            let found = color(frame.pixels, rows: 24..<44, columns: 8..<56)
            for (a, b) in zip(found, [200.0, 40, 60]) { #expect(abs(a - b) <= 4) }
        }
    }

    @Test("times that vary are kept, and the film lasts as long as its frames")
    func variableTimes() throws {
        let folder = TemporaryFolder()
        let times = [3, 3.04, 3.08, 3.5, 3.533367, 3.566733, 5, 5.04]
        let path = try numberedFilm(times.count, in: folder, times: times)
        let film = try Film(contentsOf: path)
        let frames = try allFrames(film.frames())
        #expect(frames.map { code($0.pixels) } == Array(0..<times.count))
        for (frame, time) in zip(frames, times) { #expect(abs(frame.time - (time - 3)) < 0.0005) }
        #expect(abs((film.info.duration ?? 0) - 2.08) < 0.001)
    }

    @Test("odd sizes are made even by repeating the last row and column")
    func oddSizes() throws {
        let folder = TemporaryFolder()
        let film = try Film(contentsOf: numberedFilm(3, in: folder, height: 53, width: 75))
        #expect(film.info.height == 54 && film.info.width == 76)
        let frames = try allFrames(film.frames())
        #expect(frames.map { code($0.pixels) } == [0, 1, 2])
        let edge = color(frames[0].pixels, rows: 20..<54, columns: 74..<76)
        for (a, b) in zip(edge, [200.0, 40, 60]) { #expect(abs(a - b) <= 4) }
    }

    @Test("a film that is not finished leaves nothing")
    func nothingIsLeft() throws {
        let folder = TemporaryFolder()
        do {
            let writer = try FilmWriter(
                path: folder.path("a.mp4"), height: 48, width: 64, framesPerSecond: 10)
            for number in 0..<20 { try writer.append(numbered(number)) }
            writer.cancel()
            _ = try FilmWriter(
                path: folder.path("b.mp4"), height: 48, width: 64, framesPerSecond: 10)
        }
        #expect(folder.names.isEmpty)
        let writer = try FilmWriter(
            path: folder.path("c.mp4"), height: 48, width: 64, framesPerSecond: 10)
        #expect(throws: FilmError.self) { try writer.finish() }
        #expect(folder.names.isEmpty)
    }

    @Test("times that do not rise and folders that are missing are errors")
    func wrongTimesAndPlaces() throws {
        let folder = TemporaryFolder()
        let writer = try FilmWriter(
            path: folder.path("a.mp4"), height: 48, width: 64, framesPerSecond: 10)
        try writer.append(numbered(0), time: 1)
        #expect(throws: FilmError.self) { try writer.append(numbered(1), time: 1) }
        #expect(throws: FilmError.self) { try writer.append(numbered(1), time: .nan) }
        writer.cancel()
        let error = #expect(throws: FilmError.self) {
            let writer = try FilmWriter(
                path: folder.path("none/a.mp4"), height: 48, width: 64, framesPerSecond: 10)
            for number in 0..<200 { try writer.append(numbered(number)) }
            try writer.finish()
        }
        #expect(error?.description.contains("No such file") ?? false, "\(error as Any)")
    }

    @Test("a browser can begin before it has the whole film: the index comes first")
    func indexIsInFront() throws {
        let folder = TemporaryFolder()
        _ = try numberedFilm(5, in: folder)
        let bytes = folder.bytes(of: "film.mp4")
        func place(_ name: String) -> Int? {
            bytes.firstRange(of: Array(name.utf8))?.lowerBound
        }
        #expect(try #require(place("moov")) < #require(place("mdat")))
    }
}
