import Foundation
import GestaltFilm
import GestaltFitting
import GestaltIO
import GestaltMedia
import GestaltSegHeads
import GestaltTensor
import TestSupport
import Testing

/// Segmenting a film of 640 × 360 against the network alone, in turns. Alone on the machine:
///
///     GESTALT_FILM_SPEED=1 swift test -c release --disable-testable-imports \
///         --filter SegmentationSpeedTests
@Suite(
    .serialized, .tags(.slow),
    .enabled(
        if: ProcessInfo.processInfo.environment["GESTALT_FILM_SPEED"] != nil,
        "set GESTALT_FILM_SPEED to measure"),
    .enabled(if: FilmPrograms.areInstalled, "ffmpeg and ffprobe are not installed"))
struct SegmentationSpeedTests {
    private static let seconds = 8
    private static let count = 25 * seconds

    /// The U-Net in the sizes that `fit` chooses for small objects in such a film.
    private func network(height: Int, width: Int) -> Segmenter {
        var random = RandomStream(seed: 4)
        return Segmenter(
            SegmenterConfiguration(
                encoder: DenseEncoderConfiguration(), head: .linear,
                input: PictureInput(height: height, width: width)), random: &random)
    }

    private func time(_ body: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(body) / .seconds(1)
    }

    private func median(_ values: ArraySlice<Double>) -> Double {
        values.sorted()[values.count / 2]
    }

    @Test("a film is segmented at 0.9 or more of the network's own speed", arguments: [144, 216])
    func speed(height: Int) throws {
        let folder = TemporaryFolder()
        let path = folder.path("film.mp4")
        let programs = try FilmPrograms.installed()
        let made = Process()
        made.executableURL = URL(filePath: programs.ffmpeg)
        made.arguments = [
            "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=\(Self.seconds)",
            "-pix_fmt", "yuv420p", "-c:v", "libx264", path,
        ]
        try made.run()
        made.waitUntilExit()
        let network = network(height: height, width: height * 16 / 9)
        let job = try FilmSegmentation(of: network)
        let film = try Film(contentsOf: path)
        let frame = try #require(try film.frames().next())
        let input = network.fitted(frame.pixels).expanded(axis: 0)
        let batch = concatenated([Tensor<UInt8>](repeating: input, count: job.batch), axis: 0)
        var (bare, masks, all): ([Double], [Double], [Double]) = ([], [], [])
        func segment(_ kinds: [String]) throws {
            let outputs = try job.outputs(kinds, film: "film", folder: folder.path("out"))
            #expect(try job.run(film.frames(), to: outputs) == Self.count)
        }
        for _ in 0..<4 {
            bare.append(
                time {
                    for _ in 0..<Self.count / job.batch {
                        _ = network.probabilities(fitted: batch)
                    }
                })
            masks.append(try time { try segment(["masks"]) })
            all.append(try time { try segment(MaskOutputs.usual) })
        }
        // The first turn fills caches.
        let (net, own, usual) = (
            median(bare.dropFirst()), median(masks.dropFirst()), median(all.dropFirst())
        )
        print(
            "\(height) × \(height * 16 / 9): network \(net) s \(bare), masks \(own) s, speed "
                + "\(net / own); masks, overlay, coco \(usual) s, speed \(net / usual)")
        #expect(net / own >= 0.9)
    }
}
