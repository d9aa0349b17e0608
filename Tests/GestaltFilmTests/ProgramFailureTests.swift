import Foundation
import GestaltFilm
import GestaltTensor
import TestSupport
import Testing

/// Films through programs that fail: missing, killed, hanging ones.
@Suite(.enabled(if: FilmPrograms.areInstalled, needsPrograms))
struct ProgramFailureTests {
    @Test("without the programs the error names the Debian package")
    func missing() throws {
        for path in ["", "/nonexistent:relative"] {
            let error = #expect(throws: FilmError.self) {
                try FilmPrograms.installed(searchPath: path)
            }
            #expect(error?.description.contains("apt-get install ffmpeg") ?? false)
            #expect(error?.description.contains("\n") == false)
        }
    }

    /// Scripts in the place of the programs; `ffprobe` finds a film of 64 × 48.
    private func programs(
        _ lines: String, _ folder: TemporaryFolder, silence: Double = 60
    ) throws -> FilmPrograms {
        let answer = """
            echo '{"streams": [{"index": 0, "codec_type": "video", "codec_name": "h264", \
            "width": 64, "height": 48, "pix_fmt": "yuv420p", "avg_frame_rate": "25/1"}]}'
            """
        var programs = FilmPrograms(
            ffmpeg: try script(lines, in: folder, as: "ffmpeg"),
            ffprobe: try script(answer, in: folder, as: "ffprobe"))
        programs.silence = silence
        return programs
    }

    /// A report of a frame and its bytes, as shell commands.
    private let frame = """
        echo '[showinfo@all @ 0x1] [info] config in time_base: 1/25, frame_rate: 25/1' >&2
        echo '[showinfo@all @ 0x1] [info] n:   0 pts:      0 s:64x48 iskey:1 ' >&2
        head -c 4608 /dev/zero
        """

    @Test("a program that is killed is an error, after the frames before")
    func killed() throws {
        let folder = TemporaryFolder()
        let path = try numberedFilm(3, in: folder)
        let programs = try programs(frame + "\nkill -9 $$", folder)
        let reader = try Film(contentsOf: path, programs: programs).frames()
        #expect(try reader.next()?.number == 0)
        let error = #expect(throws: FilmError.self) { try reader.next() }
        #expect(error?.description.contains("signal 9") ?? false, "\(error as Any)")
        #expect(error?.description.contains("after 1 frame:") ?? false)
        #expect(try reader.next() == nil)
    }

    @Test("half a frame is an error")
    func halfAFrame() throws {
        let folder = TemporaryFolder()
        let path = try numberedFilm(3, in: folder)
        let programs = try programs(frame + "\nhead -c 100 /dev/zero", folder)
        let reader = try Film(contentsOf: path, programs: programs).frames()
        #expect(try reader.next() != nil)
        let error = #expect(throws: FilmError.self) { try reader.next() }
        #expect(error?.description.contains("100 of 4608 bytes") ?? false)
    }

    @Test("a program that hangs is ended after the time, with all that it started")
    func hanging() throws {
        let folder = TemporaryFolder()
        let path = try numberedFilm(3, in: folder)
        let mark = "60.\(Int.random(in: 100_000...999_999))"
        let programs = try programs(frame + "\nsleep \(mark)", folder, silence: 4)
        let start = ContinuousClock.now
        let reader = try Film(contentsOf: path, programs: programs).frames()
        #expect(try reader.next() != nil)
        let error = #expect(throws: FilmError.self) { try reader.next() }
        #expect(error?.description.contains("hangs") ?? false)
        #expect(ContinuousClock.now - start < .seconds(40))
        #expect(!processes().contains { $0.contains(mark) })
    }

    @Test("a writer whose program dies or hangs throws, and no signal ends this process")
    func writing() throws {
        let folder = TemporaryFolder()
        for (lines, word) in [
            ("echo '[error] no such encoder' >&2; exit 3", "no such encoder"),
            ("kill -9 $$", "signal 9"), ("exec sleep 60", "hangs"),
        ] {
            let error = #expect(throws: FilmError.self) {
                let writer = try FilmWriter(
                    path: folder.path("a.mp4"), height: 256, width: 256, framesPerSecond: 10,
                    programs: programs(lines, folder, silence: word == "hangs" ? 4 : 60))
                for _ in 0..<100 {
                    try writer.append(Tensor(repeating: 7, shape: [256, 256, 3]))
                }
                try writer.finish()
            }
            #expect(error?.description.contains(word) ?? false, "\(error as Any)")
        }
        #expect(folder.names == ["ffmpeg", "ffprobe"])
    }

    @Test("readers that are dropped or closed leave neither processes nor zombies")
    func zombies() throws {
        let folder = TemporaryFolder()
        let path = try numberedFilm(200, in: folder, height: 240, width: 320)
        let film = try Film(contentsOf: path)
        for _ in 0..<5 {
            let reader = try film.frames()
            #expect(try reader.next()?.number == 0)
        }
        let reader = try film.frames()
        _ = try reader.next()
        reader.close()
        reader.close()
        #expect(try reader.next() == nil)
        _ = try allFrames(film.frames())
        #expect(!processes().contains { $0.contains(path) })
        #if os(Linux)
            let own = "\(ProcessInfo.processInfo.processIdentifier)"
            let zombies = states().filter { $0.parent == own && $0.state == "Z" }
            // Other suites read films, too; their programs are gone a moment later.
            if !zombies.isEmpty {
                Thread.sleep(forTimeInterval: 1)
                let later = states().filter { $0.parent == own && $0.state == "Z" }
                #expect(Set(later.map(\.id)).isDisjoint(with: zombies.map(\.id)))
            }
        #endif
    }

    /// The command lines of all processes.
    private func processes() -> [String] {
        identifiers().compactMap { FileManager.default.contents(atPath: "/proc/\($0)/cmdline") }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The states of the processes that read and write films.
    private func states() -> [(id: String, state: String, parent: String)] {
        identifiers().compactMap { id in
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(id)/stat") else {
                return nil
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.contains("(ff"), let end = text.lastIndex(of: ")") else { return nil }
            let words = text[text.index(after: end)...].split(separator: " ")
            return (id, String(words[0]), String(words[1]))
        }
    }

    private func identifiers() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [])
            .filter { Int($0) != nil }
    }
}
