import GestaltData
import GestaltMedia
import GestaltRobotPush
import GestaltTensor
import Testing

@Suite struct FolderTests {
    /// A picture of one color, and a mask of one id.
    private func picture(_ value: UInt8, height: Int = 4, width: Int = 5) -> Tensor<UInt8> {
        .init(repeating: value, shape: [height, width, 3])
    }

    @Test func aFolderOfFoldersIsOneClipEach() throws {
        try withTemporaryFolder { root in
            for (clip, frames) in [("clip10", 2), ("clip9", 11)] {
                try makeFolder(root + "/" + clip)
                try makeFolder(root + "/masks/" + clip)
                for frame in 0..<frames {
                    try PNG.write(picture(UInt8(frame)), to: root + "/\(clip)/\(frame).png")
                    try PNG.write(
                        .init(repeating: UInt8(frame + 1), shape: [4, 5]),
                        to: root + "/masks/\(clip)/\(frame).png")
                }
            }
            let set = try DataSet.open(root)
            #expect(set.clips.map(\.name) == ["clip9", "clip10"])
            #expect(set.lengths == [11, 2])
            #expect(set.clips[0].frames.scalars[10 * 60] == 10)
            #expect(set.clips[0].masks?.scalars.last == 11)
        }
    }

    @Test func aFlatFolderIsOneClip() throws {
        try withTemporaryFolder { root in
            for frame in 0..<3 { try PNG.write(picture(9), to: root + "/f\(frame).png") }
            let set = try DataSet.open(root)
            #expect(set.lengths == [3] && set.clips[0].masks == nil)
            #expect(throws: ClipError.self) {
                try DataSet.open(root, options: ClipOptions(masks: .required))
            }
        }
    }

    @Test func framesOfOneClipMustBeOfOneSize() throws {
        try withTemporaryFolder { root in
            try PNG.write(picture(1), to: root + "/0.png")
            try PNG.write(picture(1, width: 6), to: root + "/1.png")
            #expect(throws: ClipError.self) { try DataSet.open(root) }
        }
    }

    @Test func clipsOfSeveralSizesAreASetThatSaysSo() throws {
        try withTemporaryFolder { root in
            for (clip, width) in [("a", 5), ("b", 6)] {
                try makeFolder(root + "/" + clip)
                try PNG.write(picture(1, width: width), to: root + "/\(clip)/0.png")
            }
            let set = try DataSet.open(root)
            #expect(set.infos().map(\.width) == [5, 6])
            #expect(set.remarks.contains { $0.contains("frames of 2 sizes") })
            #expect(throws: ClipError.self) { try set.requireOneSize() }
        }
    }

    @Test func splitsAreFolders() throws {
        try withTemporaryFolder { root in
            for (split, frames) in [("train", 2), ("test", 3)] {
                try makeFolder(root + "/" + split)
                for frame in 0..<frames {
                    try PNG.write(picture(1), to: root + "/\(split)/\(frame).png")
                }
            }
            #expect(try DataSet.open(root, split: .train).lengths == [2])
            #expect(try DataSet.open(root, split: .test).lengths == [3])
            #expect(throws: ClipError.self) { try DataSet.open(root, split: .validation) }
        }
    }

    @Test func nothingThereIsNamed() throws {
        let missing = #expect(throws: ClipError.self) { try DataSet.open("/no/such/folder") }
        #expect(missing?.description.contains("/no/such/folder") ?? false)
        try withTemporaryFolder { root in
            let error = #expect(throws: ClipError.self) { try DataSet.open(root) }
            #expect(error?.description.contains("an empty folder") ?? false)
        }
    }

    @Test(arguments: ["synthetic:", "synthetic:0", "synthetic:x", "synthetic:-2", "synthetic:1:2"])
    func syntheticTakesAPositiveNumber(location: String) {
        RobotPush.register()
        #expect(throws: ClipError.self) { try DataSet.open(location) }
    }

    @Test func syntheticSplitsDiffer() throws {
        RobotPush.register()
        let train = try DataSet.open("synthetic:1", split: .train, seed: 3)
        let test = try DataSet.open("synthetic:1", split: .test, seed: 3)
        #expect(train.clips[0].frames != test.clips[0].frames)
        #expect(try DataSet.open("synthetic:1", seed: 3).clips[0].frames == train.clips[0].frames)
    }

    @Test(arguments: [
        ["traj_0_to_59", "traj_60_to_119", "traj_120_to_179"], ["f2", "f10", "f010", "g"],
        ["a", "a1", "a01b", "b"], ["", "0", "00", "7", "a"],
    ])
    func naturalOrder(sorted: [String]) {
        #expect(sorted.reversed().sorted(by: isNaturallyOrdered) == sorted)
    }
}

@Suite struct SheetTests {
    @Test func masksDoubleTheRows() throws {
        let frames = Tensor<UInt8>(repeating: 90, shape: [5, 8, 8, 3])
        let bare = DataSet(name: "bare", clips: [Clip(name: "a", frames: frames)])
        let labeled = DataSet(
            name: "labeled",
            clips: [Clip(name: "a", frames: frames, masks: .init(repeating: 1, shape: [5, 8, 8]))])
        let (short, tall) = (try bare.sheet(columns: 3), try labeled.sheet(columns: 3))
        #expect(short.shape[1] == tall.shape[1] && short.shape[2] == 3)
        #expect(tall.shape[0] >= short.shape[0] + 16)
    }

    @Test func masksOfModelsFollowBelow() throws {
        let frames = Tensor<UInt8>(repeating: 90, shape: [5, 8, 8, 3])
        let set = DataSet(
            name: "labeled",
            clips: [Clip(name: "a", frames: frames, masks: .init(repeating: 1, shape: [5, 8, 8]))])
        let plain = try set.sheet(columns: 3)
        let more = try set.sheet(
            columns: 3,
            masks: [
                SheetMasks(title: "model") { clip, numbers in
                    #expect(clip.name == "a" && numbers == [0, 2, 4])
                    return .init(repeating: 0, shape: [3, 8, 8])
                }
            ])
        #expect(more.shape[0] >= plain.shape[0] + 16 && more.shape[1] > plain.shape[1])
    }

    @Test func ignoredPixelsAndUnlabeledFramesAreShown() throws {
        let frames = Tensor<UInt8>(repeating: 90, shape: [3, 8, 8, 3])
        let plane = Tensor<UInt8>(repeating: 0, shape: [8, 8])
        var half = [UInt8](repeating: 0, count: 64)
        for place in 32..<64 { half[place] = 255 }
        func sheet(_ last: Tensor<UInt8>) throws -> Tensor<UInt8> {
            let masks = stacked([plane, plane, last], axis: 0)
            return try DataSet(name: "a", clips: [Clip(name: "a", frames: frames, masks: masks)])
                .sheet(columns: 3, magnification: 1)
        }
        let plain = try sheet(plane)
        func changed(_ other: Tensor<UInt8>) -> Set<UInt8> {
            Set(zip(plain.scalars, other.scalars).filter { $0 != $1 }.map(\.1))
        }
        #expect(changed(try sheet(Tensor(shape: [8, 8], scalars: half))) == [200])
        // (90 + 2 · 255) / 3, the crosses staying as dark as the frame was.
        #expect(changed(try sheet(.init(repeating: 255, shape: [8, 8]))) == [200])
    }
}
