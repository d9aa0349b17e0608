import Foundation
import GestaltData
import GestaltFilm
import GestaltTensor
import TestSupport
import Testing

@Suite(.enabled(if: FilmPrograms.areInstalled, needsPrograms))
struct FilmReaderTests {
    @Test("a rate takes the first frame of each interval and repeats none")
    func rates() throws {
        let folder = TemporaryFolder()
        let film = try Film(contentsOf: numberedFilm(50, in: folder))
        for (rate, wanted) in [
            (5.0, Array(stride(from: 0, to: 50, by: 5))), (100, Array(0..<50)), (0.5, [0]),
            (25, Array(0..<50)),
        ] {
            var options = FilmOptions()
            options.rate = rate
            let frames = try allFrames(film.frames(options))
            #expect(frames.map(\.number) == wanted, "\(rate) frames a second")
            #expect(frames.map { code($0.pixels) } == wanted)
        }
    }

    @Test("a limit ends reading early, a range without frames has none")
    func limits() throws {
        let folder = TemporaryFolder()
        let film = try Film(contentsOf: numberedFilm(50, in: folder))
        var options = FilmOptions()
        options.limit = 7
        #expect(try allFrames(film.frames(options)).map(\.number) == Array(0..<7))
        options.limit = 0
        #expect(try allFrames(film.frames(options)).isEmpty)
        options.limit = nil
        options.start = 100
        #expect(try allFrames(film.frames(options)).isEmpty)
        (options.start, options.end) = (0.5, 0.6)
        #expect(try allFrames(film.frames(options)).map(\.number) == [13, 14])
    }

    @Test("frames are cut, then resized")
    func sizes() throws {
        let folder = TemporaryFolder()
        let film = try Film(contentsOf: numberedFilm(3, in: folder))
        var options = FilmOptions()
        options.crop = .init(top: 0, left: 0, height: 17, width: 64)
        let cut = try allFrames(film.frames(options))
        #expect(cut.allSatisfy { $0.pixels.shape == [17, 64, 3] })
        #expect(cut.map { code($0.pixels) } == [0, 1, 2])
        options.crop = .init(top: 20, left: 3, height: 21, width: 31)
        options.size = FrameSize(height: 7, width: 9)
        let small = try allFrames(film.frames(options))
        #expect(small.allSatisfy { $0.pixels.shape == [7, 9, 3] })
        let found = color(small[0].pixels, rows: 1..<6, columns: 1..<8)
        for (a, b) in zip(found, [200.0, 40, 60]) { #expect(abs(a - b) <= 4) }
    }

    @Test("a film that changes its size keeps numbers and the first size")
    func changingSize() throws {
        let folder = TemporaryFolder()
        for (name, size) in [("a.ts", "64x48"), ("b.ts", "96x64")] {
            try make([
                "-f", "lavfi", "-i", "testsrc2=s=\(size):r=25:d=0.4", "-c:v", "mpeg2video",
                folder.path(name),
            ])
        }
        let bytes = folder.bytes(of: "a.ts") + folder.bytes(of: "b.ts")
        let reader = try Film(contentsOf: folder.write(bytes, as: "both.ts")).frames()
        let frames = try allFrames(reader)
        #expect(frames.count >= 18)
        #expect(frames.map(\.number) == Array(0..<frames.count))
        #expect(frames.allSatisfy { $0.pixels.shape == [48, 64, 3] })
        #expect(reader.remarks.contains { !$0.isDamage && $0.message.contains("several sizes") })
    }

    @Test("a name like an option or an address is the name of a file")
    func oddNames() throws {
        let folder = TemporaryFolder()
        for name in ["-i.mp4", "http:a %05d 'b'.mp4", "ä,[x];y=1.mp4"] {
            let path = try numberedFilm(2, in: folder, name: name)
            #expect(try allFrames(Film(contentsOf: path).frames()).count == 2)
        }
    }

    @Test("a codec that nobody knows is named as the reason")
    func unknownCodec() throws {
        let folder = TemporaryFolder()
        _ = try numberedFilm(3, in: folder)
        var bytes = folder.bytes(of: "film.mp4")
        let place = try #require(bytes.firstRange(of: Array("avc1".utf8), after: 64))
        bytes.replaceSubrange(place, with: Array("zzz1".utf8))
        let path = folder.write(bytes, as: "unknown.mp4")
        let error = #expect(throws: FilmError.self) {
            try allFrames(Film(contentsOf: path).frames())
        }
        #expect(error?.description.contains("codec") ?? false, "\(error as Any)")
    }

    @Test("a film of no frames is an error")
    func noFrames() throws {
        let folder = TemporaryFolder()
        let path = folder.path("none.mkv")
        try make([
            "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=1", "-frames:v", "0", "-c:v", "ffv1",
            path,
        ])
        let error = #expect(throws: FilmError.self) {
            try allFrames(Film(contentsOf: path).frames())
        }
        #expect(error?.path == path)
    }

    @Test("many films at once, read on the threads of Swift's pool")
    func manyAtOnce() async throws {
        let folder = TemporaryFolder()
        let film = try Film(contentsOf: numberedFilm(20, in: folder))
        let counts = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<12 {
                group.addTask { (try? allFrames(film.frames()).count) ?? -1 }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == [Int](repeating: 20, count: 12))
    }

    @Test("sounds, pictures and texts are no films by their bytes")
    func kinds() throws {
        let folder = TemporaryFolder()
        let path = try numberedFilm(2, in: folder)
        #expect(Film.isFilm(path))
        #expect(!Film.isFilm(folder.write(Array("text".utf8), as: "text.mp4")))
        #expect(!Film.isFilm(folder.write([], as: "empty.mp4")))
        #expect(!Film.isFilm(folder.path("missing.mp4")))
    }
}

extension [UInt8] {
    fileprivate func firstRange(of part: [UInt8], after start: Int) -> Range<Int>? {
        self[start...].firstRange(of: part)
    }
}
