import Foundation
import GestaltFilm
import GestaltTensor
import TestSupport
import Testing

/// A film with a number and four colors in each frame, and what is to be read.
struct FilmCase: Decodable, Sendable, CustomTestStringConvertible {
    var file: String
    var about: String
    var width: Int?
    var height: Int?
    var codec: String?
    var frames: Int
    var codes: [Int?]
    var times: [Double?]?
    var colours: [[Double]]?
    var damaged: Bool?
    var promised: Int?
    var attachedPicture: Bool?

    var testDescription: String { "\(file): \(about)" }
    var isFolder: Bool { file.hasSuffix("/") }
    var isNoFilm: Bool { frames == 0 || attachedPicture == true }

    static let all: [FilmCase] = {
        struct Table: Decodable { var films: [FilmCase] }
        guard let file = OutsideFiles.fixtures.file("labels/films/expected.json"),
            let bytes = try? Data(contentsOf: file)
        else { return [] }
        return (try? JSONDecoder().decode(Table.self, from: bytes))?.films ?? []
    }()

    /// Films whose times or packets are not those of their frames.
    static let unusual = all.filter { film in
        [
            "vfr.mkv", "h264-b.mp4", "edit-list.mp4", "starts-late.mkv", "stream.ts", "mpeg4-b.avi",
            "vp8-hidden.webm", "delays.gif",
        ].contains { film.file.hasSuffix("/" + $0) }
    }

    var path: String { OutsideFiles.fixtures.file("labels/" + file)?.path ?? "" }
}

@Suite(
    .tags(.peer), .enabled(if: OutsideFiles.fixtures.isThere, "\(OutsideFiles.fixtures.message)"),
    .enabled(if: FilmPrograms.areInstalled, needsPrograms))
struct FilmFixtureTests {
    @Test func theTableIsThere() { #expect(FilmCase.all.count >= 43) }

    @Test(arguments: FilmCase.all.filter { !$0.isFolder && !$0.isNoFilm })
    func framesHaveTheirNumbersTimesAndColors(_ film: FilmCase) throws {
        let opened = try Film(contentsOf: film.path)
        #expect(Film.isFilm(film.path))
        #expect([opened.info.height, opened.info.width] == [film.height, film.width])
        #expect(opened.info.codec == film.codec)
        let reader = try opened.frames()
        let frames = try allFrames(reader)
        let isDamaged = film.damaged ?? false
        if isDamaged {
            #expect(frames.count >= film.frames - 2)
            let promised = try #require(film.promised)
            #expect(
                reader.remarks.contains {
                    $0.isDamage && $0.message.contains("of \(promised) frames")
                }
            )
        } else {
            #expect(frames.count == film.frames)
        }
        #expect(frames.map(\.number) == Array(0..<frames.count))
        let sure = isDamaged ? film.frames - 2 : film.frames
        for (frame, wanted) in zip(frames.prefix(sure), film.codes) {
            #expect(code(frame.pixels) == wanted)
        }
        for (frame, time) in zip(frames, film.times ?? []) {
            if let time { #expect(abs(frame.time - time) < 0.0005, "frame \(frame.number)") }
        }
        try check(film.colours ?? [], frames)
    }

    private func check(_ colors: [[Double]], _ frames: [FilmFrame]) throws {
        let pixels = try #require(frames.first).pixels
        let height = pixels.shape[0]
        for (index, wanted) in colors.enumerated() {
            let found = color(
                pixels, rows: (height - 9)..<(height - 3),
                columns: (16 * index + 4)..<(16 * index + 12))
            for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= 4, "\(found), \(wanted)") }
        }
    }

    @Test(arguments: FilmCase.all.filter { !$0.isFolder && $0.isNoFilm })
    func whatIsNoFilmIsAnError(_ film: FilmCase) {
        let error = #expect(throws: FilmError.self) { try Film(contentsOf: film.path) }
        #expect(error?.path == film.path)
    }

    @Test(arguments: FilmCase.unusual)
    func chosenFramesKeepTheirNumbersAndTimes(_ film: FilmCase) throws {
        let opened = try Film(contentsOf: film.path)
        let all = try allFrames(opened.frames())
        var options = FilmOptions()
        options.stride = 3
        let third = try allFrames(opened.frames(options))
        #expect(third.map(\.number) == Array(stride(from: 0, to: all.count, by: 3)))
        #expect(third.map(\.time) == third.map { all[$0.number].time })
        #expect(third.map { code($0.pixels) } == third.map { film.codes[$0.number] })
        options = FilmOptions()
        let (start, end) = (all[all.count / 3].time, all[all.count * 2 / 3].time)
        (options.start, options.end) = (start, end)
        let middle = try allFrames(opened.frames(options))
        let wanted = all.filter { $0.time >= start && $0.time < end }
        #expect(middle.map(\.number) == wanted.map(\.number))
        #expect(middle.map { code($0.pixels) } == wanted.map { code($0.pixels) })
    }
}
