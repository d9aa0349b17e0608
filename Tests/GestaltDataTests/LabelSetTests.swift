import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltRobotPush
import GestaltTensor
import Testing

/// Sets in which some frames have masks.
@Suite struct LabelSetTests {
    /// `frames` pictures of 2 × 3, and a mask for each of `labeled` whose first pixel has an id.
    private func write(
        _ root: String, frames: Int, labeled: [Int: UInt8], _ corner: UInt8 = 0
    ) throws {
        try makeFolder(root + "/masks")
        for frame in 0..<frames {
            try PNG.write(
                .init(repeating: UInt8(frame), shape: [2, 3, 3]), to: root + "/\(frame).png")
            guard let id = labeled[frame] else { continue }
            try PNG.write(
                Tensor(shape: [2, 3], scalars: [id, 0, 0, 0, 0, corner]),
                to: root + "/masks/\(frame).png")
        }
    }

    @Test func framesWithoutMaskAreUnlabeled() throws {
        try withTemporaryFolder { root in
            try write(root, frames: 30, labeled: [4: 1, 5: 1, 11: 1, 29: 1])
            let set = try DataSet.open(root, options: ClipOptions(masks: .required))
            let clip = set.clips[0]
            #expect(clip.labeledFrames == [4, 5, 11, 29] && set.labeledFrameCount == 4)
            #expect(!clip.isLabeled(0) && clip.isLabeled(29))
            #expect(clip.masks?[0].scalars == [255, 255, 255, 255, 255, 255])
            #expect(clip.window(4..<7).labeledFrames == [0, 1])
            #expect(set.labelRemarks(classes: 1) == [root + ": 4 of 30 frames labeled"])
            #expect(set.foregroundShare == 4.0 / 24)
            #expect(
                LabeledFrames.labeled(in: set).map(\.frame) == [4, 5, 11, 29])
            #expect(LabeledFrames.labeled(in: set, apart: 5).map(\.frame) == [4, 11, 29])
            #expect(LabeledFrames.spread(2, of: set).map(\.frame) == [4, 11])
            #expect(LabeledFrames.spread(4, of: set).map(\.frame) == [4, 5, 11, 29])
        }
    }

    @Test func withAllFramesLabeledNothingChanges() throws {
        RobotPush.register()
        let set = try DataSet.open("synthetic:3")
        #expect(LabeledFrames.spread(40, of: set) == LabeledFrames.spread(40, over: set.lengths))
        #expect(
            LabeledFrames.labeled(in: set, apart: 7) == LabeledFrames.every(7, of: set.lengths))
    }

    @Test func masksWithoutTheirFramesAreNamed() throws {
        try withTemporaryFolder { root in
            try write(root, frames: 2, labeled: [:])
            let options = ClipOptions(masks: .required)
            let none = #expect(throws: ClipError.self) { try DataSet.open(root, options: options) }
            #expect(none?.description.contains("belong in a folder masks") ?? false)
            try PNG.write(
                Tensor(shape: [2, 3], scalars: [1, 0, 0, 0, 0, 0]), to: root + "/masks/x.png")
            let other = #expect(throws: ClipError.self) { try DataSet.open(root, options: options) }
            #expect(other?.description.contains("masks/x.png") ?? false, "\(other as Any)")
        }
    }

    @Test func aMaskOfAnotherSizeIsNamedWithBothSizes() throws {
        try withTemporaryFolder { root in
            try write(root, frames: 2, labeled: [0: 1])
            try PNG.write(.init(repeating: UInt8(1), shape: [3, 2]), to: root + "/masks/1.png")
            let error = #expect(throws: ClipError.self) { try DataSet.open(root) }
            #expect(
                error?.description
                    == root + "/masks/1.png: expected 2 × 3 pixels like its frame, found 3 × 2")
        }
    }

    /// 255 is read alike in all splits, though one of them holds nothing but 0 and 255.
    @Test(arguments: Split.allCases) func allSplitsDecide(split: Split) throws {
        try withTemporaryFolder { root in
            try write(root + "/train", frames: 1, labeled: [0: 2], 255)
            try write(root + "/val", frames: 1, labeled: [0: 0], 255)
            try write(root + "/test", frames: 1, labeled: [0: 255], 255)
            let set = try DataSet.open(root, split: split)
            #expect(set.clips[0].masks?.scalars.last == Clip.ignoredLabel)
        }
    }

    @Test func theMeaningIsTheSources() throws {
        RobotPush.register()
        #expect(try DataSet.open("synthetic:1").labelMeaning == .instances)
        #expect(try DataSet.sample().labelMeaning == .instances)
        try withTemporaryFolder { root in
            try write(root, frames: 1, labeled: [0: 7])
            #expect(try DataSet.open(root).labelMeaning == .classes)
            var options = ClipOptions()
            options.classes = 3
            #expect(throws: ClipError.self) { try DataSet.open(root, options: options) }
            options.labelMeaning = .instances
            let set = try DataSet.open(root, options: options)
            #expect(try set.classified(into: 3).clips[0].masks?.scalars.first == 2)
        }
    }

    @Test func idsBecomeClasses() throws {
        let frames = Tensor<UInt8>(repeating: 9, shape: [1, 2, 3, 3])
        let masks = Tensor<UInt8>(shape: [1, 2, 3], scalars: [0, 1, 2, 3, 254, 255])
        let clips = [Clip(name: "a", frames: frames, masks: masks)]
        let things = DataSet(name: "things", clips: clips, labelMeaning: .instances)
        #expect(try things.classified(into: 2).clips[0].masks?.scalars == [0, 1, 1, 1, 1, 255])
        #expect(try things.classified(into: 3).clips[0].masks?.scalars == [0, 1, 2, 2, 2, 255])
        #expect(try things.classified(into: 1).clips[0].masks?.scalars == masks.scalars)
        let classes = DataSet(name: "classes", clips: clips)
        let error = #expect(throws: ClipError.self) { try classes.classified(into: 3) }
        #expect(error?.description.contains("classes, a, frame 0: label 3") ?? false)
        #expect(try classes.classified(into: 255).clips[0].masks?.scalars == masks.scalars)
    }

    struct Stored: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let ids: [UInt8]?
        let write: @Sendable (String) throws -> Void
    }

    static let arrays = [
        Stored(testDescription: "bytes", ids: [0, 2, 255]) {
            try NPY.write(Tensor<UInt8>(shape: [1, 1, 3], scalars: [0, 2, 255]), to: $0)
        },
        Stored(testDescription: "black and white", ids: [0, 0, 1]) {
            try NPY.write(Tensor<UInt8>(shape: [1, 1, 3], scalars: [0, 0, 255]), to: $0)
        },
        Stored(testDescription: "64-bit ids", ids: [0, 3, 1]) {
            try NPY.write(Tensor<Int64>(shape: [1, 1, 3], scalars: [0, 3, 1]), to: $0)
        },
        Stored(testDescription: "Booleans", ids: [0, 1, 0]) {
            try NPY.write(Tensor<Bool>(shape: [1, 1, 3], scalars: [false, true, false]), to: $0)
        },
        Stored(testDescription: "an id above 255", ids: nil) {
            try NPY.write(Tensor<Int64>(shape: [1, 1, 3], scalars: [0, 300, 1]), to: $0)
        },
        Stored(testDescription: "a negative id", ids: nil) {
            try NPY.write(Tensor<Int32>(shape: [1, 1, 3], scalars: [0, -1, 1]), to: $0)
        },
        Stored(testDescription: "fractions", ids: nil) {
            try NPY.write(Tensor<Float>(shape: [1, 1, 3], scalars: [0, 0.5, 1]), to: $0)
        },
    ]

    @Test(arguments: arrays) func arraysHoldWholeNumbers(_ stored: Stored) throws {
        try withTemporaryFolder { root in
            try NPY.write(Tensor<UInt8>(repeating: 7, shape: [1, 1, 3, 3]), to: root + "/v.npy")
            try makeFolder(root + "/masks")
            try stored.write(root + "/masks/v.npy")
            for path in [root, root + "/v.npy"] {
                guard let ids = stored.ids else {
                    let error = #expect(throws: FileError.self) { try DataSet.open(path) }
                    #expect(error?.description.contains("masks/v.npy") ?? false)
                    continue
                }
                #expect(try DataSet.open(path).clips[0].masks?.scalars == ids)
            }
        }
    }

    @Test func recordsMayLackMasks() throws {
        var features = RecordTests.features(frames: [0, 1, 2])
        features["1/mask/encoded"] = nil
        let clip = try RecordTests.open([features], masks: .required).clips[0]
        #expect(clip.labeledFrames == [0, 2])
        #expect(clip.masks?[1].scalars == [255, 255, 255, 255, 255, 255])
        #expect(clip.masks?[2].scalars == [0, 1, 2, 0, 1, 2])
    }

    @Test func recordsOfBlackAndWhiteAreForeground() throws {
        var features = RecordTests.features(frames: [0, 1])
        features["0/mask/encoded"] = .bytes([[0, 255, 0, 0, 0, 255]])
        features["1/mask/encoded"] = nil
        let clip = try RecordTests.open([features]).clips[0]
        #expect(clip.masks?[0].scalars == [0, 1, 0, 0, 0, 1] && clip.labeledFrames == [0])
    }
}
