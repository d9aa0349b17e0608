import GestaltData
import GestaltIO
import GestaltRobotPush
import GestaltTensor
import TestSupport
import Testing

@Suite struct SampleTests {
    @Test(arguments: [(Split.train, 24, 0.178), (.test, 8, 0.154)])
    func clipsAreThere(split: Split, count: Int, foreground: Double) throws {
        RobotPush.register()
        let set = try DataSet.open("sample", split: split)
        #expect(set.count == count)
        for clip in set.clips {
            #expect(clip.frames.shape == [30, 64, 64, 3])
            #expect(clip.masks?.shape == [30, 64, 64])
            #expect(clip.actions?.shape == [30, 4])
            #expect(clip.positions?.shape == [30, 3])
        }
        let share = try #require(set.foregroundShare)
        #expect(abs(share - foreground) < 0.0005, "\(share)")
    }

    @Test func otherCameraIsInTheFirstClipOnly() throws {
        RobotPush.register()
        let first = try DataSet.open("sample", options: ClipOptions(camera: .aux1, limit: 1))
        #expect(first.count == 1)
        // The labels are those of the main camera.
        #expect(first.clips[0].masks == nil)
        let error = #expect(throws: ClipError.self) {
            try DataSet.open("sample", camera: .aux1)
        }
        guard case .missingCamera(_, 1, .aux1, let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            found == ["t/action", "t/endeffector_pos", "t/image_main/encoded", "t/mask/encoded"])
    }

    @Test func masksOfTheOtherCameraCannotBeRequired() {
        RobotPush.register()
        #expect(throws: ClipError.self) {
            try DataSet.open(
                "sample", options: ClipOptions(camera: .aux1, masks: .required, limit: 1))
        }
    }

    @Test func masksCanBeLeftOut() throws {
        RobotPush.register()
        let set = try DataSet.open("sample", options: ClipOptions(masks: .ignored, limit: 2))
        #expect(set.count == 2 && set.clips.allSatisfy { $0.masks == nil })
        #expect(throws: ClipError.self) { try set.requireMasks() }
    }

    @Test func thereIsNoValidationSplit() {
        #expect(throws: ClipError.self) { try DataSet.sample(.validation) }
    }

    @Test func progressCountsEveryClip() throws {
        let counter = Counter()
        _ = try DataSet.sample(.test) { counter.see($0.done) }
        #expect(counter.seen == Array(1...8))
    }
}
