import GestaltData
import GestaltMedia
import GestaltRobotPush
import GestaltTensor
import Testing

@Suite struct SplitTests {
    /// Clips of one frame each whose pixels hold their number.
    static func clips(_ count: Int, at path: String) throws {
        for clip in 0..<count {
            try makeFolder(path + "/c\(clip)")
            try PNG.write(
                .init(repeating: UInt8(clip), shape: [4, 5, 3]), to: path + "/c\(clip)/0.png")
        }
    }

    static func numbers(_ set: DataSet) -> [UInt8] { set.clips.map { $0.frames.scalars[0] } }

    @Test(arguments: [
        ("train", Split.train), ("training", .train), ("Train", .train), ("val", .validation),
        ("valid", .validation), ("validation", .validation), ("dev", .validation),
        ("test", .test), ("TEST", .test), ("testing", .test),
    ])
    func splitsAreFoundByTheirUsualNames(folder: String, split: Split) throws {
        try withTemporaryFolder { root in
            try Self.clips(2, at: root + "/" + folder)
            try Self.clips(1, at: root + "/" + (split == .train ? "test" : "train"))
            let set = try DataSet.open(root, split: split)
            #expect(set.count == 2 && set.scope == .split && set.split == split)
        }
    }

    @Test func aMissingSplitIsNamedWithThoseThatAreThere() throws {
        try withTemporaryFolder { root in
            try Self.clips(2, at: root + "/train")
            try Self.clips(1, at: root + "/test")
            let error = #expect(throws: ClipError.self) {
                try DataSet.open(root, split: .validation)
            }
            #expect(error == .noSplit(path: root, split: .validation, found: [.train, .test]))
            #expect(error?.description == "\(root): no split val, only train, test")
        }
    }

    @Test(arguments: Split.allCases) func dataWithoutSplitsSaySo(split: Split) throws {
        RobotPush.register()
        try withTemporaryFolder { root in
            try Self.clips(3, at: root)
            let set = try DataSet.open(root, split: split)
            #expect(set.count == 3 && set.scope == .whole)
            #expect(set.description == "\(root) (no split, 3 clips)")
            #expect(try !DataSet.hasSplits(root) && DataSet.hasSplits("sample"))
        }
    }

    @Test(arguments: [
        (10, 0.2, 2), (3, 0.2, 1), (2, 0.2, 1), (2, 0.9, 1), (10, 0.01, 1), (10, 0.99, 9),
        (7, 0.5, 4),
    ])
    func heldOutClipsAreNotTrainedOn(count: Int, share: Double, held: Int) throws {
        try withTemporaryFolder { root in
            try Self.clips(count, at: root)
            var options = ClipOptions()
            options.holdout = share
            let train = try DataSet.open(root, split: .train, options: options)
            let val = try DataSet.open(root, split: .validation, options: options)
            let test = try DataSet.open(root, split: .test, options: options)
            #expect(val.count == held && val.scope == .heldOut && train.scope == .split)
            #expect(Self.numbers(val) == Self.numbers(test))
            #expect(
                (Self.numbers(train) + Self.numbers(val)).sorted()
                    == (0..<count).map { UInt8($0) })
            #expect(
                train.remarks == ["\(root): \(held) of \(count) clips are held out of training"])
        }
    }

    @Test func holdoutNeedsClipsToHoldOut() throws {
        RobotPush.register()
        try withTemporaryFolder { root in
            try Self.clips(1, at: root)
            var options = ClipOptions()
            options.holdout = 0.2
            #expect(throws: ClipError.self) { try DataSet.open(root, options: options) }
            #expect(throws: ClipError.self) { try DataSet.open("sample", options: options) }
            try withTemporaryFolder { split in
                try Self.clips(4, at: split + "/train")
                try Self.clips(3, at: split + "/test")
                #expect(try DataSet.open(split, options: options).count == 3)
                #expect(try DataSet.open(split, split: .validation, options: options).count == 1)
                #expect(try DataSet.open(split, split: .test, options: options).count == 3)
                try Self.clips(1, at: split + "/val")
                #expect(throws: ClipError.self) { try DataSet.open(split, options: options) }
            }
        }
    }

    @Test func shortClipsAreLeftOutWithACount() throws {
        try withTemporaryFolder { root in
            for (clip, frames) in [("a", 3), ("b", 5), ("c", 4)] {
                try makeFolder(root + "/" + clip)
                for frame in 0..<frames {
                    try PNG.write(
                        .init(repeating: 1, shape: [4, 5, 3]), to: root + "/\(clip)/\(frame).png")
                }
            }
            let set = try DataSet.open(root).longEnough(for: 4)
            #expect(set.lengths == [5, 4])
            #expect(
                set.remarks
                    == ["\(root): 1 of 3 clips have fewer than 4 frames and are left out"])
            let error = #expect(throws: ClipError.self) { try set.longEnough(for: 6) }
            #expect(error == .tooShort(clip: "\(root), its longest clip", expected: 6, found: 5))
            var first = ClipOptions(masks: .ignored)
            first.frames = 4
            let input = try VideoInput(path: root, options: first, leavesOutShort: true)
            #expect(input.video.shape == [2, 4, 4, 5, 3] && input.remarks.count == 2)
            #expect(throws: ClipError.self) { try VideoInput(path: root, options: first) }
            first.frames = 2
            #expect(try VideoInput(path: root, options: first).video.shape == [3, 2, 4, 5, 3])
            first.stride = 2
            #expect(try DataSet.open(root, options: first).lengths == [2, 2, 2])
            var options = ClipOptions(limit: 2)
            options.stride = 2
            #expect(try DataSet.open(root, options: options).lengths == [2, 3])
        }
    }
}
