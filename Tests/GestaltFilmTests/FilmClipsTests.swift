import Foundation
import GestaltData
import GestaltFilm
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite(.enabled(if: FilmPrograms.areInstalled, needsPrograms))
struct FilmClipsTests {
    init() { Films.register() }

    @Test("a film is a clip, with the numbers and times of its frames")
    func oneFilm() throws {
        let folder = TemporaryFolder()
        let times = [0, 0.1, 0.2, 0.9, 1.0, 1.5]
        let path = try numberedFilm(6, in: folder, name: "street.mp4", times: times)
        var options = ClipOptions()
        options.stride = 2
        let set = try DataSet.open(path, options: options)
        #expect(set.count == 1)
        let clip = try set.clip(at: 0)
        #expect(clip.name == "street" && clip.frames.shape == [3, 48, 64, 3])
        #expect((0..<3).map { code(clip.frames[$0]) } == [0, 2, 4])
        let timeline = try #require(clip.timeline)
        #expect(timeline.numbers == [0, 2, 4])
        for (found, wanted) in zip(timeline.times, [0, 0.2, 1.0]) {
            #expect(abs(found - wanted) < 0.0005)
        }
        #expect(clip.window(1..<3).timeline?.numbers == [2, 4])
    }

    @Test("the first frames of a film, and the remark that there are more")
    func firstFrames() throws {
        let folder = TemporaryFolder()
        let path = try numberedFilm(20, in: folder)
        var options = ClipOptions()
        (options.frames, options.stride) = (4, 3)
        let set = try DataSet.open(path, options: options)
        #expect(try set.clip(at: 0).timeline?.numbers == [0, 3, 6, 9])
        #expect(set.remarks.contains { $0.contains("only the first 4 frames") })
        options.frames = 7
        #expect(try DataSet.open(path, options: options).remarks.isEmpty)
        let input = try VideoInput(path: path, options: options)
        #expect(input.video.shape == [1, 7, 48, 64, 3])
    }

    @Test("a range of time and a rate choose frames, of films and of GIFs, then comes the stride")
    func times() throws {
        let folder = TemporaryFolder()
        let path = try numberedFilm(50, in: folder)
        let frames = stacked((0..<50).map { numbered($0) }, axis: 0)
        try MovieFormat.write(frames, to: folder.path("a.gif"), framesPerSecond: 25)
        var options = ClipOptions()
        options.times = FilmTimes(start: 0.39, end: 1.61, rate: 5)
        #expect(options.times.frames(of: (0..<50).map { Double($0) / 25 }).count == 7)
        for path in [path, folder.path("a.gif")] {
            let clip = try DataSet.open(path, options: options).clip(at: 0)
            #expect(clip.timeline?.numbers == [10, 15, 20, 25, 30, 35, 40])
            #expect((0..<7).map { code(clip.frames[$0]) } == [10, 15, 20, 25, 30, 35, 40])
        }
        options.stride = 3
        let third = try DataSet.open(path, options: options).clip(at: 0)
        #expect(third.timeline?.numbers == [10, 25, 40])
        let film = try Film(contentsOf: path)
        let part = try film.frames(numbered: 10..<45, rate: 5, stride: 3, in: film.index())
        #expect(part.map(\.number) == [10, 25, 40])
        options.times.start = 100
        options.times.end = nil
        #expect(throws: ClipError.self) { try DataSet.open(path, options: options) }
        try PNG.write(numbered(9), to: folder.path("0.png"))
        #expect(throws: ClipError.self) { try DataSet.open(folder.path("0.png"), options: options) }
    }

    @Test("films in folders are clips by their paths; broken ones are left out with a remark")
    func folders() throws {
        let folder = TemporaryFolder()
        for name in ["train/a", "train/b", "val"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(name), withIntermediateDirectories: true)
        }
        _ = try numberedFilm(3, in: folder, name: "train/a/one.mp4")
        _ = try numberedFilm(4, in: folder, name: "train/a/two.mp4")
        _ = try numberedFilm(5, in: folder, name: "val/three.mp4")
        try PNG.write(numbered(9), to: folder.path("train/b/0.png"))
        let cut = Array(folder.bytes(of: "train/a/one.mp4").prefix(100))
        _ = folder.write(cut, as: "train/a/cut.mp4")
        let train = try DataSet.open(folder.path(""), split: .train)
        #expect(train.infos().map(\.name) == ["a/one", "a/two", "b"])
        #expect(train.lengths == [3, 4, 1])
        #expect(train.remarks.contains { $0.contains("cut.mp4") && $0.contains("left out") })
        #expect(try DataSet.open(folder.path(""), split: .validation).lengths == [5])
    }

    @Test("a long film is read part by part, in any order, and a part is what the film has there")
    func parts() throws {
        let folder = TemporaryFolder()
        let path = folder.path("long.mp4")
        // 700 frames of 160 × 240 are more than a part.
        let writer = try FilmWriter(
            path: path, height: 160, width: 240, framesPerSecond: 25, quality: 30)
        for number in 0..<700 {
            try writer.append(numbered(number % 256, height: 160, width: 240))
        }
        try writer.finish()
        let clips = try FilmClips(path: path, name: "long")
        #expect(clips.count == 2)
        #expect(clips.remarks.contains { $0.contains("700 frames are read as 2 clips") })
        for index in [1, 0, 1] {
            let clip = try clips.clip(at: index)
            let numbers = try #require(clip.timeline).numbers
            #expect(numbers == Array(index * 350..<(index + 1) * 350))
            #expect(clip.name == "long/\(index * 350)-\(index * 350 + 349)")
            #expect(
                (0..<clip.frameCount).allSatisfy { code(clip.frames[$0]) == numbers[$0] % 256 })
        }
        var options = ClipOptions()
        options.stride = 2
        options.cache = ClipCache(limit: 0)
        let set = try DataSet.open(path, options: options)
        #expect(set.count == 1 && set.lengths == [350] && !set.isInMemory)
        let pictures = try PictureListing([path]).groups[0].pictures(ClipOptions())
        #expect(pictures.count == 700)
        #expect(pictures[123].name == "long/000123" && pictures[400].name == "long/000400")
        #expect(try code(pictures[400].read()) == 400 - 256)
        #expect(abs((pictures[400].time ?? 0) - 16) < 0.0005)
    }

    @Test("what is no film is named, with films among what can be read")
    func noFilms() throws {
        let folder = TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path("films"), withIntermediateDirectories: true)
        let file = folder.write(Array("no film".utf8), as: "films/none.mp4")
        for path in [file, folder.path("films")] {
            let error = #expect(throws: ClipError.self) { try DataSet.open(path) }
            let text = error?.description ?? ""
            #expect(text.contains("films (avi, ") && text.contains("mp4"), "\(text)")
            #expect(!text.contains("ffmpeg -i"), "\(text)")
        }
    }

    @Test("without ffmpeg the error of a set names the Debian package")
    func missingPrograms() throws {
        let folder = TemporaryFolder()
        let path = try numberedFilm(2, in: folder)
        let programs = FilmPrograms(ffmpeg: "/nonexistent/ffmpeg", ffprobe: "/nonexistent/ffprobe")
        let error = #expect(throws: ClipError.self) {
            try FilmClips(path: path, name: "film", programs: programs)
        }
        #expect(error?.description.contains("ffprobe") ?? false, "\(error as Any)")
    }

    @Test(
        "ranges read by seeking are those of the whole film", .tags(.peer),
        .enabled(if: OutsideFiles.fixtures.isThere, "\(OutsideFiles.fixtures.message)"),
        arguments: FilmCase.unusual)
    func ranges(_ film: FilmCase) throws {
        let opened = try Film(contentsOf: film.path)
        let all = try allFrames(opened.frames())
        let index = try opened.index()
        #expect(index.times == all.map(\.time))
        let start = all.count / 2
        let range = start..<min(start + 5, all.count)
        for stride in [1, 2] {
            let found = try opened.frames(numbered: range, stride: stride, in: index)
            let wanted = range.filter { ($0 - start).isMultiple(of: stride) }
            #expect(found.map(\.number) == wanted)
            #expect(found.map(\.time) == wanted.map { all[$0].time })
            #expect(found.allSatisfy { $0.pixels == all[$0.number].pixels })
        }
    }

    @Test("mp4 is a format of moving pictures beside gif")
    func movieFormats() throws {
        let folder = TemporaryFolder()
        let frames = stacked((0..<4).map { numbered($0) }, axis: 0)
        try MovieFormat.write(frames, to: folder.path("a.mp4"), framesPerSecond: 10)
        try MovieFormat.write(frames, to: folder.path("a.gif"), framesPerSecond: 10)
        for name in ["a.mp4", "a.gif"] {
            let read = try allFrames(Film(contentsOf: folder.path(name)).frames())
            #expect(read.map { code($0.pixels) } == [0, 1, 2, 3])
            for frame in read { #expect(abs(frame.time - Double(frame.number) / 10) < 0.0005) }
        }
        #expect(throws: MediaError.self) {
            try MovieFormat.write(frames, to: folder.path("a.xyz"), framesPerSecond: 10)
        }
        let set = try DataSet.open(folder.path("a.gif"))
        #expect(try set.clip(at: 0).timeline?.numbers == [0, 1, 2, 3])
    }
}
