import GestaltData
import GestaltMedia
import GestaltRobotPush
import GestaltTensor
import Testing

@Suite struct DataReportTests {
    @Test func splitsSizesAndLabelsAreCounted() throws {
        try withTemporaryFolder { root in
            // Two clips of different sizes; one frame of three is labeled, another empty.
            for (clip, width) in [("c1", 5), ("c2", 8)] {
                try makeFolder(root + "/train/" + clip)
                try makeFolder(root + "/train/masks/" + clip)
                for frame in 0..<3 {
                    try PNG.write(
                        .init(repeating: 9, shape: [4, width, 3]),
                        to: root + "/train/\(clip)/\(frame).png")
                }
            }
            let mask: [UInt8] = [1, 1, 2, 255, 0] + [UInt8](repeating: 0, count: 15)
            try PNG.write(
                Tensor(shape: [4, 5], scalars: mask), to: root + "/train/masks/c1/0.png")
            try PNG.write(.init(repeating: 0, shape: [4, 5]), to: root + "/train/masks/c1/2.png")
            try write([1], to: root + "/train/notes.txt")
            try makeFolder(root + "/test/c3")
            try PNG.write(.init(repeating: 9, shape: [4, 5, 3]), to: root + "/test/c3/0.png")

            let report = try DataReport(of: root)
            #expect(report.parts.map(\.split) == [.train, .test])
            let train = report.parts[0]
            #expect(train.clips.map(\.name) == ["c1", "c2"])
            #expect(train.clips.map(\.labeledCount) == [2, 0])
            #expect(train.frameCount == 6 && train.labeledCount == 2 && train.emptyCount == 1)
            #expect(train.sizes.map(\.count) == [1, 1])
            #expect(Array(train.pixels.prefix(4)) == [36, 2, 1, 0] && train.ignoredPixels == 1)
            #expect(train.remarks == ["\(root)/train: skipped 1 file: txt"])
            #expect(train.shares.map(\.id) == [0, 1, 2])
            #expect(abs(train.shares[1].share - 2 / 39) < 1e-9)
            #expect(train.labels.remarks(classes: 1) == ["2 of 6 frames labeled"])
            #expect(report.parts[1].labels.labeledCount == 0)
        }
    }

    @Test func dataWithoutSplitsAreOnePart() throws {
        RobotPush.register()
        try withTemporaryFolder { root in
            try PNG.write(.init(repeating: 9, shape: [4, 5, 3]), to: root + "/0.png")
            try write([1, 2], to: root + "/1.png")
            let report = try DataReport(of: root)
            #expect(report.parts.count == 1 && report.parts[0].split == nil)
            #expect(report.parts[0].clips.count == 1 && report.parts[0].remarks.count == 1)
        }
        let sample = try DataReport(of: "sample")
        #expect(sample.parts.map { $0.clips.count } == [24, 8])
    }

    @Test func animationsAreClips() throws {
        try withTemporaryFolder { root in
            let frames = Tensor<UInt8>(
                shape: [3, 4, 5, 3],
                scalars: (0..<3).flatMap { [UInt8](repeating: UInt8($0 * 100), count: 60) })
            try GIF.write(frames, to: root + "/a.gif", secondsPerFrame: 0.1)
            try GIF.write(frames, to: root + "/b.GIF", secondsPerFrame: 0.1)
            let set = try DataSet.open(root)
            #expect(set.clips.map(\.name) == ["a", "b"] && set.lengths == [3, 3])
            let read = set.clips[0].frames
            // 256 colors of a palette.
            #expect(zip(read.scalars, frames.scalars).allSatisfy { abs(Int($0) - Int($1)) <= 8 })
            #expect(try DataSet.open(root + "/a.gif").clips[0].frames == read)
            #expect(try VideoInput(path: root + "/a.gif").video.shape == [1, 3, 4, 5, 3])
            // Among other pictures it is none of them.
            try PNG.write(.init(repeating: 9, shape: [4, 5, 3]), to: root + "/0.png")
            let pictures = try DataSet.open(root)
            #expect(pictures.lengths == [1] && pictures.remarks.count == 1)
            #expect(pictures.remarks.first?.hasSuffix("left out: a.gif, b.GIF") ?? false)
            try write([1, 2, 3], to: root + "/0.png")
            try makeFolder(root + "/c")
            try write(Array("GIF89a".utf8), to: root + "/c/broken.gif")
            #expect(throws: (any Error).self) { try DataSet.open(root + "/c") }
        }
    }

    /// A picture by itself is a clip of one frame.
    @Test func aPictureIsAClip() throws {
        try withTemporaryFolder { root in
            try PNG.write(.init(repeating: 9, shape: [4, 5, 3]), to: root + "/picture")
            #expect(try DataSet.open(root + "/picture").lengths == [1])
            #expect(try VideoInput(path: root + "/picture").video.shape == [1, 1, 4, 5, 3])
        }
    }

    @Test func listsOfSequenceExamplesAreClips() throws {
        try withTemporaryFolder { root in
            let frames = try (0..<4).map {
                Example.Feature.bytes([
                    try PNG.encode(.init(repeating: UInt8($0), shape: [4, 5, 3]))
                ])
            }
            let actions = (0..<4).map { Example.Feature.floats([Float($0), 0, 0, 1]) }
            let writer = try TFRecordWriter(path: root + "/a.tfrecord")
            try writer.append(
                SequenceExample(
                    context: ["id": .bytes([[99]])], lists: ["frames": frames, "action": actions]
                ).serialized())
            try writer.finish()
            let clip = try DataSet.open(root).clips[0]
            #expect(clip.frames.shape == [4, 4, 5, 3] && clip.frames[3].scalars[0] == 3)
            #expect(clip.actions?.scalars[12] == 3)
        }
    }
}
