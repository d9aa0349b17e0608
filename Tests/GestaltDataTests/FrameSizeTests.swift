import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltTensor
import Testing

/// Frames of 6 × 8 pixels whose value is 10 · row + column, masks of the same numbers.
@Suite struct FrameSizeTests {
    static func pixel(_ row: Int, _ column: Int) -> UInt8 { UInt8(10 * row + column) }

    static let frame = Tensor<UInt8>(
        shape: [6, 8, 3],
        scalars: (0..<48).flatMap { place in
            [UInt8](repeating: pixel(place / 8, place % 8), count: 3)
        })
    static let mask = Tensor<UInt8>(
        shape: [6, 8], scalars: (0..<48).map { pixel($0 / 8, $0 % 8) })

    static func open(_ sizing: FrameSizing) throws -> DataSet {
        try withTemporaryFolder { root in
            try makeFolder(root + "/masks")
            try PNG.write(frame, to: root + "/0.png")
            try PNG.write(mask, to: root + "/masks/0.png")
            var options = ClipOptions()
            options.ignore = .label(250)
            options.sizing = sizing
            return try DataSet.open(root, options: options)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sizing: FrameSizing
        /// Rows and columns of the source that make up the result, in its order.
        let rows: [Int]
        let columns: [Int]
    }

    static func size(_ text: String) -> FrameSize { FrameSize(rawValue: text)! }

    static let cases = [
        Case(
            testDescription: "crop", sizing: FrameSizing(crop: size("4x4")), rows: [1, 2, 3, 4],
            columns: [2, 3, 4, 5]),
        Case(
            testDescription: "an odd crop", sizing: FrameSizing(crop: size("3x5")),
            rows: [1, 2, 3], columns: [1, 2, 3, 4, 5]),
        Case(
            testDescription: "a crop larger than the frame", sizing: FrameSizing(crop: size("9x4")),
            rows: Array(0..<6), columns: [2, 3, 4, 5]),
        Case(
            testDescription: "pad repeats edges", sizing: FrameSizing(pad: size("8x9")),
            rows: [0, 0, 1, 2, 3, 4, 5, 5], columns: [0, 1, 2, 3, 4, 5, 6, 7, 7]),
        Case(
            testDescription: "a pad smaller than the frame", sizing: FrameSizing(pad: size("2x10")),
            rows: Array(0..<6), columns: [0, 0, 1, 2, 3, 4, 5, 6, 7, 7]),
        Case(
            testDescription: "crop, then pad",
            sizing: FrameSizing(crop: size("2x2"), pad: size("4x2")), rows: [2, 2, 3, 3],
            columns: [3, 4]),
        Case(
            testDescription: "a size cut out", sizing: FrameSizing(size: size("6x4"), fit: .crop),
            rows: Array(0..<6), columns: [2, 3, 4, 5]),
        Case(
            testDescription: "a size filled up", sizing: FrameSizing(size: size("6x10"), fit: .pad),
            rows: Array(0..<6), columns: [0, 0, 1, 2, 3, 4, 5, 6, 7, 7]),
        Case(
            testDescription: "the same size", sizing: FrameSizing(size: size("6x8"), fit: .pad),
            rows: Array(0..<6), columns: Array(0..<8)),
    ]

    @Test(arguments: cases) func pixelsAndIDsMoveTogether(sized: Case) throws {
        let clip = try Self.open(sized.sizing).clips[0]
        let expected = sized.rows.flatMap { row in
            sized.columns.map { Self.pixel(row, $0) }
        }
        #expect(clip.height == sized.rows.count && clip.width == sized.columns.count)
        #expect(clip.masks?.scalars == expected)
        #expect(clip.frames.scalars == expected.flatMap { [$0, $0, $0] })
    }

    @Test(arguments: FrameFit.allCases) func resizedMasksHaveNoNewIDs(fit: FrameFit) throws {
        let set = try Self.open(FrameSizing(size: Self.size("11x13"), fit: fit))
        let clip = set.clips[0]
        #expect(clip.height == 11 && clip.width == 13)
        let ids = Set(try #require(clip.masks).scalars)
        #expect(ids.isSubset(of: Self.mask.scalars))
        #expect(set.remarks.count == 1)
        #expect(set.remarks[0].hasSuffix("frames of 6 × 8 become 11 × 13 (\(fit.rawValue))"))
    }

    @Test(arguments: FrameFit.allCases) func unlabeledFramesStayUnlabeled(fit: FrameFit) throws {
        try withTemporaryFolder { root in
            try makeFolder(root + "/masks")
            for frame in 0..<2 { try PNG.write(Self.frame, to: root + "/\(frame).png") }
            try PNG.write(.init(repeating: 1, shape: [6, 8]), to: root + "/masks/1.png")
            var options = ClipOptions()
            options.sizing = FrameSizing(size: Self.size("16x16"), fit: fit)
            let clip = try DataSet.open(root, options: options).clips[0]
            #expect(clip.labeledFrames == [1])
            #expect(clip.masks?[0].scalars.allSatisfy { $0 == 255 } ?? false)
            #expect(clip.masks?[1].scalars.allSatisfy { $0 == 1 } ?? false)
        }
    }

    /// Clips, and frames of one clip, of several sizes.
    @Test func severalSizesAreOneSetWithASize() throws {
        try withTemporaryFolder { root in
            for (path, height, width) in [("a/0", 6, 8), ("a/1", 12, 16), ("b/0", 7, 5)] {
                try makeFolder(root + "/" + path.prefix(1))
                try PNG.write(
                    .init(repeating: 50, shape: [height, width, 3]), to: root + "/\(path).png")
            }
            let error = #expect(throws: ClipError.self) { try DataSet.open(root) }
            #expect(error?.description.contains("--size") ?? false)
            var options = ClipOptions()
            options.sizing.size = Self.size("4x4")
            let set = try DataSet.open(root, options: options)
            #expect(set.lengths == [2, 1])
            #expect(set.clips.allSatisfy { $0.frames.scalars.allSatisfy { $0 == 50 } })
            #expect(
                set.remarks == ["\(root): frames of 6 × 8, 7 × 5, 12 × 16 become 4 × 4 (resize)"])
        }
    }

    @Test(arguments: [
        (FrameFit.crop, 180, 320, 322, 182), (.pad, 184, 324, 322, 182),
        (.resize, 184, 324, 322, 182),
        (.resize, 180, 320, 321, 181), (.crop, 4, 4, 7, 7), (.pad, 4, 4, 1, 1),
        (.resize, 4, 4, 1, 1),
    ])
    func framesBecomeMultiples(
        fit: FrameFit, height: Int, width: Int, from w: Int, by h: Int
    )
        throws
    {
        let clip = Clip(name: "c", frames: .init(repeating: 7, shape: [1, h, w, 3]))
        let set = try DataSet(name: "set", clips: [clip])
            .fitted(to: .multiple(height: 4, width: 4), fit)
        #expect(set.clips[0].height == height && set.clips[0].width == width)
        #expect(
            set.remarks == [
                "set: frames of \(h) × \(w) become \(height) × \(width) (\(fit.rawValue))"
            ])
    }

    @Test func framesThatDoNotFitNameSizesThatDo() throws {
        let clip = Clip(name: "c", frames: .init(repeating: 7, shape: [1, 182, 322, 3]))
        let set = DataSet(name: "set", clips: [clip])
        let error = #expect(throws: ClipError.self) {
            try set.fitted(to: .multiple(height: 4, width: 4), nil)
        }
        #expect(
            error?.description == "set: frames of 182 × 322 pixels, the model takes sides that 4 "
                + "divides: --fit resize (184 × 324), --fit crop (180 × 320), --fit pad (184 × 324)"
        )
        let fitting = try set.fitted(to: .multiple(height: 2, width: 2), nil)
        #expect(fitting.clips[0].height == 182 && fitting.remarks.isEmpty)
        let tiny = DataSet(
            name: "tiny",
            clips: [Clip(name: "c", frames: .init(repeating: 7, shape: [1, 3, 3, 3]))])
        #expect(throws: ClipError.self) {
            try tiny.fitted(to: .multiple(height: 4, width: 4), .crop)
        }
    }

    @Test(arguments: FrameFit.allCases) func framesBecomeOneSize(fit: FrameFit) throws {
        let clip = Clip(name: "c", frames: .init(repeating: 7, shape: [2, 20, 30, 3]))
        let set = try DataSet(name: "set", clips: [clip])
            .fitted(to: .exactly(height: 8, width: 8), fit)
        #expect(set.clips[0].frames.shape == [2, 8, 8, 3])
        #expect(set.clips[0].frames.scalars.allSatisfy { $0 == 7 })
        #expect(throws: ClipError.self) {
            try DataSet(name: "set", clips: [clip]).fitted(to: .exactly(height: 8, width: 8), nil)
        }
    }

    /// Exact numbers of an array stay so where they are cut or filled up.
    @Test func numbersAreCutExactly() throws {
        try withTemporaryFolder { folder in
            let count = 2 * 6 * 8 * 3
            let values: [Float] = (0..<count).map { Float($0) / 289 - 0.499 }
            let path = folder + "/a.npy"
            try NPY.write(Tensor<Float>(shape: [1, 2, 6, 8, 3], scalars: values), to: path)
            let input = try VideoInput(path: path)
            let cut = try input.fitted(to: .multiple(height: 4, width: 4), .crop)
            #expect(cut.video == input.video.sliced(1..<5, axis: 2))
            let padded = try input.fitted(to: .multiple(height: 4, width: 4), .pad)
            #expect(padded.video.shape == [1, 2, 8, 8, 3])
            #expect(padded.video.sliced(1..<7, axis: 2) == input.video)
            #expect(throws: ClipError.self) {
                try input.fitted(to: .multiple(height: 4, width: 4), nil)
            }
            var options = ClipOptions(masks: .ignored)
            options.sizing.size = Self.size("3x4")
            options.stride = 2
            #expect(try VideoInput(path: path, options: options).video.shape == [1, 1, 3, 4, 3])
        }
    }

    @Test(arguments: [
        "", "64", "64x", "x64", "0x4", "4x0", "-4x4", "4x4x4", "4 x 4", "99999x4", "axb",
    ])
    func otherTextIsNoSize(text: String) { #expect(FrameSize(rawValue: text) == nil) }

    @Test func sheetsStayPicturesOneCanLookAt() throws {
        let clips = (0..<3).map {
            Clip(
                name: "\($0)", frames: .init(repeating: 90, shape: [4, 720, 1280, 3]),
                masks: .init(repeating: 1, shape: [4, 720, 1280]))
        }
        let set = DataSet(name: "large", clips: clips)
        let sheet = try set.sheet(clips: 3, columns: 4)
        #expect(sheet.shape[1] < 4 * 260 + 40 && sheet.shape[0] < 6 * 150 + 60)
        #expect(try set.sheet(clips: 3, columns: 60).count < 3 * 18_000_000)
    }
}
