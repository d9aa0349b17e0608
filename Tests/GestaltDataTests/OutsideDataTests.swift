import Foundation
import GestaltData
import GestaltRobotPush
import GestaltTensor
import TestSupport
import Testing

private let folder = ProcessInfo.processInfo.environment["GESTALT_DATA"]

@Suite(
    .tags(.peer),
    .enabled(if: folder != nil, "set GESTALT_DATA to the folder of recordings to run these"))
struct OutsideDataTests {
    @Test(arguments: [(Split.train, 240, 0.174), (.validation, 30, 0.167), (.test, 60, 0.176)])
    func robotPush(split: Split, count: Int, foreground: Double) throws {
        let path = try #require(folder) + "/robot-push"
        let set = try DataSet.open(path, split: split, options: ClipOptions(masks: .required))
        #expect(set.count == count)
        #expect(set.lengths.allSatisfy { $0 == 30 })
        let share = try #require(set.foregroundShare)
        #expect(abs(share - foreground) < 0.0005, "\(share)")
    }

    /// Shards in natural order: the sample holds the first clips of robot-push.
    @Test func clipsComeInTheOrderOfTheirShards() throws {
        let path = try #require(folder) + "/robot-push"
        let first = try DataSet.open(path, options: ClipOptions(limit: 24))
        let sample = try DataSet.sample()
        for (clip, copy) in zip(first.clips, sample.clips) {
            #expect(clip.frames == copy.frames && clip.masks == copy.masks)
        }
        let all = try RecordClips(path: path + "/train")
        #expect(all.clip(at: 60).name.hasPrefix("traj_60_to_119"))
    }

    @Test(arguments: [Camera.main, .aux1])
    func genuineBAIR(camera: Camera) throws {
        let path = try #require(folder) + "/bair-real/bair-clip-lossless.tfrecords.gz"
        let set = try DataSet.open(path, camera: camera)
        let clip = try #require(set.clips.first)
        #expect(set.count == 1)
        #expect(clip.frames.shape == [30, 64, 64, 3])
        #expect(clip.actions?.shape == [30, 4])
        #expect(clip.positions == nil && clip.masks == nil)
    }

    @Test func genuineBAIRWithOneCameraOnly() throws {
        let path = try #require(folder) + "/bair-real/bair-clips-from-gif.tfrecords.gz"
        #expect(try DataSet.open(path, camera: .aux1).count == 7)
        #expect(throws: ClipError.self) { try DataSet.open(path, camera: .main) }
    }
}
