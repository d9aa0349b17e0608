import GestaltData
import GestaltMedia
import GestaltTensor
import Testing

/// Records of other layouts than BAIR's. Frame t is of 4 × 6 pixels of value 20·t + 10.
@Suite struct RecordLayoutTests {
    typealias Features = [String: Example.Feature]

    static func frame(_ t: Int) -> Tensor<UInt8> {
        .init(repeating: UInt8(20 * t + 10), shape: [4, 6, 3])
    }
    static func png(_ t: Int) -> [UInt8] { try! PNG.encode(frame(t)) }
    static func raw(_ t: Int) -> [UInt8] { frame(t).scalars }
    static func mask(_ t: Int) -> [UInt8] {
        try! PNG.encode(.init(repeating: UInt8(t + 1), shape: [4, 6]))
    }

    static func pngs(_ count: Int = 3) -> Example.Feature { .bytes((0..<count).map(png)) }

    static func open(
        _ features: Features, file: String = "a.tfrecord", options: ClipOptions = ClipOptions()
    ) throws -> DataSet {
        try withTemporaryFolder { folder in
            let writer = try TFRecordWriter(path: folder + "/" + file)
            try writer.append(Example(features: features).serialized())
            try writer.finish()
            return try DataSet.open(folder, options: options)
        }
    }

    /// A SequenceExample: frames, masks and commands as feature lists, one step a feature.
    @Test func sequences() throws {
        let record = SequenceExample(
            context: ["id": .bytes([[7]])],
            lists: [
                "frames": (0..<3).map { .bytes([Self.png($0)]) },
                "masks": (0..<3).map { .bytes([Self.mask($0)]) },
                "action": (0..<3).map { .floats([Float($0), 0, 0, 0]) },
            ])
        let set = try withTemporaryFolder { folder in
            let writer = try TFRecordWriter(path: folder + "/a.tfrecord")
            try writer.append(record.serialized())
            try writer.finish()
            return try DataSet.open(folder)
        }
        let clip = try #require(set.clips.first)
        #expect(clip.frames.shape.dimensions == [3, 4, 6, 3])
        #expect((0..<3).map { clip.frames[$0].scalars[0] } == [10, 30, 50])
        #expect((0..<3).map { clip.masks?[$0].scalars[0] } == [1, 2, 3])
        #expect((0..<3).map { clip.actions?[$0].scalars[0] } == [0, 1, 2])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let features: Features
        var key: String?
        var camera = Camera.main
        var size: FrameSize?
        var labeled = 0
        var hasActions = false
    }

    static let cases = [
        Case(
            testDescription: "BAIR's keys with PNG",
            features: [
                "0/image_main/encoded": .bytes([png(0)]), "1/image_main/encoded": .bytes([png(1)]),
                "2/image_main/encoded": .bytes([png(2)]),
            ]),
        Case(
            testDescription: "TensorFlow Datasets",
            features: [
                "image_main": pngs(), "action": .floats([Float](repeating: 1, count: 12)),
                "endeffector_pos": .floats([Float](repeating: 1, count: 9)),
            ], hasActions: true),
        Case(
            testDescription: "TensorFlow Datasets, two cameras",
            features: ["image_main": pngs(), "image_aux1": pngs(2)]),
        Case(
            testDescription: "TensorFlow Datasets, the other camera",
            features: ["image_main": pngs(2), "image_aux1": pngs()], camera: .aux1),
        Case(testDescription: "a video", features: ["video": pngs(), "label": .integers([3])]),
        Case(
            testDescription: "RLDS",
            features: [
                "steps/observation/image": pngs(),
                "steps/observation/state": .floats([1, 2, 3]),
                "steps/action": .floats([Float](repeating: 1, count: 12)),
                "steps/is_first": .integers([1, 0, 0]),
                "steps/language_instruction": .bytes([[97], [98], [99]]),
            ], hasActions: true),
        Case(
            testDescription: "RLDS, two cameras",
            features: [
                "steps/observation/image": pngs(), "steps/observation/wrist_image": pngs(),
            ]),
        Case(
            testDescription: "RLDS, a camera by key",
            features: [
                "steps/observation/image": pngs(2), "steps/observation/wrist_image": pngs(),
            ], key: "steps/observation/wrist_image"),
        Case(
            testDescription: "a camera by the last part of its key",
            features: [
                "steps/observation/left": pngs(), "steps/observation/right": pngs(2),
            ], key: "left"),
        Case(
            testDescription: "actions of seven numbers are left out",
            features: [
                "steps/observation/image": pngs(),
                "steps/action": .floats([Float](repeating: 1, count: 21)),
            ]),
        Case(
            testDescription: "numbers behind a slash",
            features: [
                "images/0": .bytes([png(0)]), "images/1": .bytes([png(1)]),
                "images/2": .bytes([png(2)]),
            ]),
        Case(
            testDescription: "numbers behind an underscore, from 1, padded",
            features: [
                "frame_0001": .bytes([png(0)]), "frame_0002": .bytes([png(1)]),
                "frame_0003": .bytes([png(2)]),
            ]),
        Case(
            testDescription: "masks beside a list of frames",
            features: ["image": pngs(), "mask": .bytes([mask(0), mask(1), mask(2)])], labeled: 3),
        Case(
            testDescription: "masks of a robot's episode",
            features: [
                "steps/observation/image": pngs(),
                "steps/observation/segmentation": .bytes([mask(0), mask(1), mask(2)]),
            ], labeled: 3),
        Case(
            testDescription: "raw frames of a given size",
            features: ["video": .bytes([raw(0), raw(1), raw(2)])],
            size: FrameSize(rawValue: "4x6")),
        Case(
            testDescription: "raw frames that say their size",
            features: [
                "0/image_main/encoded": .bytes([raw(0)]), "1/image_main/encoded": .bytes([raw(1)]),
                "2/image_main/encoded": .bytes([raw(2)]), "height": .integers([4]),
                "width": .integers([6]),
            ]),
        Case(
            testDescription: "JPEG",
            features: [
                "image": .bytes([
                    try! JPEG.encode(frame(0)), try! JPEG.encode(frame(1)),
                    try! JPEG.encode(frame(2)),
                ])
            ]),
    ]

    @Test(arguments: cases) func framesAreFound(record: Case) throws {
        var options = ClipOptions(
            camera: record.camera, height: record.size?.height ?? 64,
            width: record.size?.width ?? 64)
        options.arrays.key = record.key
        let clip = try Self.open(record.features, options: options).clips[0]
        #expect(clip.frames.shape == [3, 4, 6, 3])
        for t in 0..<3 { #expect(abs(Int(clip.frames[t].scalars[0]) - (20 * t + 10)) <= 1) }
        #expect(clip.labeledFrames.count == record.labeled)
        if record.labeled > 0 { #expect(clip.masks?[2].scalars[0] == 3) }
        #expect((clip.actions != nil) == record.hasActions)
    }

    @Test func severalCandidatesAreListed() {
        let error = #expect(throws: ClipError.self) {
            try Self.open(["left": Self.pngs(), "right": Self.pngs(2)])
        }
        let text = error?.description ?? ""
        #expect(text.contains("left (3 × ") && text.contains("right (2 × "), "\(text)")
        #expect(text.contains("--key"), "\(text)")
    }

    @Test func recordsWithoutFramesListTheirKeys() {
        let error = #expect(throws: ClipError.self) {
            try Self.open(["text": .bytes([[1], [2]]), "label": .integers([3])])
        }
        let text = error?.description ?? ""
        #expect(text.contains("label (1 integers), text (2 byte strings)"), "\(text)")
    }

    @Test(arguments: [
        ("set.tfrecord-00000-of-00016", true), ("set-train.tfrecord-00003-of-00004", true),
        ("a.tfrecords", true), ("a.TFRecord", true), ("a.tfrecord.gz", true),
        ("a.tfrecord-00000-of-00001.gz", true), ("a.tfrecord-x-of-00001", false),
        ("a.tfrecord-1-2", false), ("a.json-00000-of-00001", false),
    ])
    func shardsAreKnownByName(name: String, isShard: Bool) throws {
        try withTemporaryFolder { folder in
            let writer = try TFRecordWriter(path: folder + "/" + name)
            try writer.append(Example(features: ["image": Self.pngs()]).serialized())
            try writer.finish()
            if isShard {
                #expect(try DataSet.open(folder).count == 1)
            } else {
                #expect(throws: ClipError.self) { try DataSet.open(folder) }
            }
            // A file by itself is known by what it holds.
            #expect(try DataSet.open(folder + "/" + name).count == 1)
        }
    }

    @Test func splitsAreInTheNamesOfShards() throws {
        try withTemporaryFolder { above in
            // As TensorFlow Datasets has it: the version below the name.
            let folder = above + "/robots/1.0.0"
            try makeFolder(folder)
            for (split, count) in [("train", 3), ("test", 2)] {
                for shard in 0..<2 {
                    let writer = try TFRecordWriter(
                        path: folder + "/robots-\(split).tfrecord-0000\(shard)-of-00002")
                    for _ in 0..<count {
                        try writer.append(Example(features: ["image": Self.pngs()]).serialized())
                    }
                    try writer.finish()
                }
            }
            try write(Array("{}".utf8), to: folder + "/dataset_info.json")
            #expect(try DataSet.open(folder, split: .train).count == 6)
            #expect(try DataSet.open(above, split: .train).count == 6)
            #expect(try DataSet.open(folder, split: .test).count == 4)
            #expect(
                throws: ClipError.noSplit(path: folder, split: .validation, found: [.train, .test])
            ) {
                try DataSet.open(folder, split: .validation)
            }
        }
    }

    @Test func sizesOfFramesMustAgree() {
        let error = #expect(throws: ClipError.self) {
            try Self.open([
                "image": .bytes([Self.png(0), PNG.encode(.init(repeating: 1, shape: [5, 6, 3]))])
            ])
        }
        #expect(error?.description.contains("4 × 6") ?? false)
    }
}
