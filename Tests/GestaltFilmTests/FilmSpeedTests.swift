import Foundation
import GestaltFilm
import GestaltTensor
import TestSupport
import Testing

/// Reading a minute of 640 × 360 against `ffmpeg -f null`, in turns. Alone on the machine:
///
///     GESTALT_FILM_SPEED=1 swift test -c release --disable-testable-imports \
///         --filter FilmSpeedTests
@Suite(
    .tags(.slow),
    .enabled(
        if: ProcessInfo.processInfo.environment["GESTALT_FILM_SPEED"] != nil,
        "set GESTALT_FILM_SPEED to measure"),
    .enabled(if: FilmPrograms.areInstalled, needsPrograms))
struct FilmSpeedTests {
    @Test("frames come at 0.8 or more of ffmpeg's own decoding, in memory that does not grow")
    func speed() throws {
        let folder = TemporaryFolder()
        let path = folder.path("minute.mp4")
        try make([
            "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=60", "-pix_fmt", "yuv420p", "-c:v",
            "libx264", path,
        ])
        let film = try Film(contentsOf: path)
        func seconds(_ body: () throws -> Void) rethrows -> Double {
            let clock = ContinuousClock()
            return try clock.measure(body) / .seconds(1)
        }
        var (own, bare): ([Double], [Double]) = ([], [])
        var resident: [Int] = []
        for _ in 0..<6 {
            bare.append(try seconds { try make(["-i", path, "-map", "0:v:0", "-f", "null", "-"]) })
            var sum = 0
            own.append(
                try seconds {
                    let reader = try film.frames()
                    while let frame = try reader.next() { sum += frame.number }
                })
            #expect(sum == 1499 * 1500 / 2)
            resident.append(residentKilobytes())
        }
        // The first turn fills caches.
        let (ours, theirs) = (median(own.dropFirst()), median(bare.dropFirst()))
        print(
            "ffmpeg -f null \(theirs) s \(bare.dropFirst()), reading \(ours) s \(own.dropFirst()), "
                + "speed \(theirs / ours); resident \(resident) kB")
        #expect(theirs / ours >= 0.8)
        #expect(resident[5] - resident[1] < 20_000)
    }

    private func median(_ values: ArraySlice<Double>) -> Double {
        values.sorted()[values.count / 2]
    }

    private func residentKilobytes() -> Int {
        let status = FileManager.default.contents(atPath: "/proc/self/status") ?? Data()
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
