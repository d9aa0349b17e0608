import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltTensor
import Testing

/// Arrays of clips as people store them. Every array holds one clip or two of 2 frames of 5 × 6
/// whose pixel is 40·b + 20·t + 10·c + column, so that each axis shows in the bytes.
@Suite struct VideoArrayTests {
    /// The byte at a place of the standard order.
    static func byte(_ b: Int, _ t: Int, _ column: Int, _ c: Int) -> Int {
        40 * b + 20 * t + 10 * c + column
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let axes: String
        var lengths: [Character: Int] = [:]
        var givesLayout = false
        var testDescription: String { "\(axes) \(lengths)\(givesLayout ? " given" : "")" }

        func length(_ axis: Character) -> Int {
            lengths[axis] ?? ["b": 2, "n": 2, "t": 2, "h": 5, "w": 6, "c": 3][axis]!
        }

        /// Pixels in the order of `axes`.
        var pixels: (shape: [Int], values: [Int]) {
            let shape = axes.map(length)
            let values = (0..<shape.reduce(1, *)).map { flat in
                var (rest, place) = (flat, [Character: Int]())
                for (axis, length) in zip(axes, shape).reversed() {
                    place[axis] = rest % length
                    rest /= length
                }
                let clip = (place["b"] ?? 0) * length("n") + (place["n"] ?? 0)
                return byte(
                    axes.contains("n") ? clip : place["b"] ?? 0, place["t"] ?? 0,
                    place["w"] ?? 0, place["c"] ?? 0)
            }
            return (shape, values)
        }
    }

    static let cases = [
        Case(axes: "thwc"), Case(axes: "bthwc"), Case(axes: "thwc", lengths: ["c": 1]),
        Case(axes: "thwc", lengths: ["c": 4]), Case(axes: "bthwc", lengths: ["c": 4]),
        Case(axes: "bthwc", lengths: ["c": 1]), Case(axes: "thw"), Case(axes: "bthw"),
        Case(axes: "bthw", lengths: ["b": 1, "t": 4]), Case(axes: "tchw"),
        Case(axes: "tchw", lengths: ["c": 1]), Case(axes: "btchw"), Case(axes: "bcthw"),
        Case(axes: "btchw", lengths: ["c": 1]), Case(axes: "bcthw", lengths: ["c": 4]),
        Case(axes: "bnthwc"), Case(axes: "bntchw"),
        // Shapes that do not decide, with --layout.
        Case(axes: "cthw", givesLayout: true), Case(axes: "tbhwc", givesLayout: true),
        Case(axes: "hwc", givesLayout: true), Case(axes: "hwtc", givesLayout: true),
        Case(axes: "tchw", lengths: ["t": 3], givesLayout: true),
        Case(axes: "bthw", lengths: ["b": 3], givesLayout: true),
        Case(axes: "btchw", lengths: ["t": 3], givesLayout: true),
        Case(axes: "thw", lengths: ["t": 3], givesLayout: true),
    ]

    @Test(arguments: cases) func layoutsAreRead(layout: Case) throws {
        let (shape, values) = layout.pixels
        let array = Tensor<UInt8>(shape: Shape(shape), scalars: values.map { UInt8($0) })
        let options = ArrayOptions(
            layout: layout.givesLayout ? VideoLayout(rawValue: layout.axes) : nil)
        let clips = try ArrayClips(array, name: "array", options: options)
        func has(_ axis: Character) -> Int { layout.axes.contains(axis) ? layout.length(axis) : 1 }
        #expect(clips.count == has("b") * has("n"))
        for index in 0..<clips.count {
            let clip = clips.clip(at: index)
            #expect(clip.frames.shape == [has("t"), 5, 6, 3])
            let expected = (0..<has("t")).flatMap { t in
                (0..<5).flatMap { _ in
                    (0..<6).flatMap { column in
                        (0..<3).map { c in
                            UInt8(Self.byte(index, t, column, has("c") == 1 ? 0 : c))
                        }
                    }
                }
            }
            #expect(clip.frames.scalars == expected)
        }
        #expect(clips.remarks.isEmpty == ["thwc", "bthwc"].contains(layout.axes) || has("c") != 3)
    }

    @Test(arguments: [
        [1, 3, 8, 8], [3, 16, 8, 8], [3, 3, 8, 8], [2, 3, 3, 8, 8], [2, 1, 3, 8, 8], [8, 8, 3],
        [3, 8, 8],
    ])
    func shapesThatDoNotDecideNameTheOption(shape: [Int]) {
        let error = #expect(throws: ClipError.self) {
            try ArrayClips(Tensor<UInt8>.zeros(Shape(shape)), name: "array")
        }
        #expect(error?.description.contains("--layout") ?? false)
    }

    struct Numbers: Sendable, CustomTestStringConvertible {
        let values: [Float]
        var range: String?
        /// The bytes they become; nil for an error that names --range.
        let bytes: [UInt8]?
        var testDescription: String { "\(values) \(range ?? "")" }
    }

    static let numbers = [
        Numbers(values: [0, 0.2, 1], bytes: [0, 51, 255]),
        Numbers(values: [-0.5, -0.3, 0.5], bytes: [0, 51, 255]),
        Numbers(values: [-1, -0.6, 1], bytes: [0, 51, 255]),
        Numbers(values: [0, 51, 255], bytes: [0, 51, 255]),
        Numbers(values: [0, 50.6, 255], bytes: [0, 51, 255]),
        Numbers(values: [0, 1, 0], bytes: [0, 255, 0]),
        Numbers(values: [0, 2, 7], bytes: [0, 2, 7]),
        Numbers(values: [-0.5004, 0, 0.5004], bytes: [0, 128, 255]),
        Numbers(values: [0, 0.2, 0.4], bytes: nil), Numbers(values: [0, 0, 0], bytes: nil),
        Numbers(values: [-0.4, 0, 0.9], bytes: nil), Numbers(values: [0, 0.5, 1.4], bytes: nil),
        Numbers(values: [-2, 0, 2.1], bytes: nil), Numbers(values: [0, 1, 4000], bytes: nil),
        Numbers(values: [0, 0.2, 0.4], range: "0..1", bytes: [0, 51, 102]),
        Numbers(values: [-0.4, 0, 0.6], range: "-1..1", bytes: [77, 128, 204]),
        Numbers(values: [0, 13107, 65535], range: "0..65535", bytes: [0, 51, 255]),
        Numbers(values: [0, 0.25, 0.5], range: "-0.5..0.5", bytes: [128, 191, 255]),
        Numbers(values: [0, 1, 1], range: "0..255", bytes: [0, 1, 1]),
        Numbers(values: [0, 1, 1.2], range: "0..1", bytes: nil),
    ]

    @Test(arguments: numbers) func numbersDecideTheirRange(numbers: Numbers) throws {
        let array = Tensor<Float>(
            shape: [1, 2, 2, 3], scalars: (0..<4).flatMap { _ in numbers.values })
        let options = ArrayOptions(range: numbers.range.flatMap(PixelRange.init(rawValue:)))
        guard let bytes = numbers.bytes else {
            let error = #expect(throws: ClipError.self) {
                try ArrayClips(array, name: "array", options: options)
            }
            #expect(error?.description.contains("--range") ?? false)
            return
        }
        let clip = try ArrayClips(array, name: "array", options: options).clip(at: 0)
        #expect(clip.frames.scalars == (0..<4).flatMap { _ in bytes })
    }

    @Test(arguments: ["", "0", "0..", "..1", "1..0", "0..0", "0...1", "a..b", "0..nan", "0..inf"])
    func otherRangesAreNone(text: String) { #expect(PixelRange(rawValue: text) == nil) }

    @Test(arguments: ["", "thc", "bthwcc", "xyz", "tw", "TCHW"])
    func otherLayoutsAreNone(text: String) { #expect(VideoLayout(rawValue: text) == nil) }

    /// Integers of every width, 0…255.
    @Test func integersAreBytes() throws {
        try withTemporaryFolder { folder in
            let values: [Int] = (0..<60).map { $0 * 4 }
            let shape: Shape = [1, 4, 5, 3]
            let (a, b) = (folder + "/a.npy", folder + "/b.npy")
            try NPY.write(Tensor<Int32>(shape: shape, scalars: values.map { Int32($0) }), to: a)
            try NPY.write(Tensor<Int64>(shape: shape, scalars: values.map { Int64($0) }), to: b)
            for path in [a, b] {
                let video = try VideoInput(path: path).video
                #expect(video.pixelBytes().scalars == values.map { UInt8($0) })
            }
            try NPY.write(Tensor<Int32>(shape: shape, scalars: values.map { Int32($0) * 9 }), to: a)
            let error = #expect(throws: ClipError.self) { try VideoInput(path: a) }
            #expect(error?.description.contains("--range") ?? false)
            try NPY.write(Tensor<Bool>(repeating: true, shape: [1, 4, 5, 3]), to: a)
            #expect(try VideoInput(path: a).video.scalars.allSatisfy { $0 == 0.5 })
        }
    }

    struct Element: Sendable, CustomTestStringConvertible {
        /// NumPy's name of the type.
        let testDescription: String
        let bytes: @Sendable (Int) -> [UInt8]
    }

    static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static let elements = [
        Element(testDescription: "|u1") { [UInt8($0)] },
        Element(testDescription: "|i1") { [UInt8($0)] },
        Element(testDescription: "<u2") { little(UInt16($0)) },
        Element(testDescription: ">u2") { little(UInt16($0)).reversed() },
        Element(testDescription: "<i2") { little(Int16($0)) },
        Element(testDescription: ">i2") { little(Int16($0)).reversed() },
        Element(testDescription: "<u4") { little(UInt32($0)) },
        Element(testDescription: "<i4") { little(Int32($0)) },
        Element(testDescription: ">i4") { little(Int32($0)).reversed() },
        Element(testDescription: "<u8") { little(UInt64($0)) },
        Element(testDescription: "<i8") { little(Int64($0)) },
        Element(testDescription: ">i8") { little(Int64($0)).reversed() },
        Element(testDescription: "<f4") { little(Float($0).bitPattern) },
        Element(testDescription: ">f4") { little(Float($0).bitPattern).reversed() },
        Element(testDescription: "<f8") { little(Double($0).bitPattern) },
    ]

    /// Bytes 0…118 as numbers of every type that NumPy stores.
    @Test(arguments: elements) func numbersOfEveryTypeAreRead(element: Element) throws {
        try withTemporaryFolder { folder in
            let text =
                "{'descr': '\(element.testDescription)', 'fortran_order': False, "
                + "'shape': (4, 5, 3), }"
            let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
            let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]
            try write(
                magic + Array(header.utf8) + (0..<60).flatMap { element.bytes($0 * 2) },
                to: folder + "/a.npy")
            var options = ClipOptions(masks: .ignored)
            options.arrays.layout = VideoLayout(rawValue: "hwc")
            let video = try VideoInput(path: folder + "/a.npy", options: options).video
            #expect(video.pixelBytes().scalars == (0..<60).map { UInt8($0 * 2) })
        }
    }

    /// Exact numbers stay exact: only ranges other than −0.5…0.5 are rescaled.
    @Test func floatsAreNotRounded() throws {
        try withTemporaryFolder { folder in
            let values = (0..<60).map { Float($0) / 61 - 0.49 }
            let path = folder + "/a.npy"
            try NPY.write(Tensor<Float>(shape: [1, 4, 5, 3], scalars: values), to: path)
            #expect(try VideoInput(path: path).video.scalars == values)
            try NPY.write(
                Tensor<Float>(shape: [1, 4, 5, 3], scalars: values.map { $0 + 0.5 }), to: path)
            let shifted = try VideoInput(path: path).video.scalars
            #expect(zip(shifted, values).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test func arraysAreFoundByName() throws {
        try withTemporaryFolder { folder in
            let (dark, bright) = (
                AnyTensor(Tensor<UInt8>(repeating: 20, shape: [2, 4, 5, 3])),
                AnyTensor(Tensor<UInt8>(repeating: 220, shape: [2, 4, 5, 3]))
            )
            let masks = AnyTensor(Tensor<UInt8>(repeating: 1, shape: [2, 4, 5]))
            let (usual, other) = (folder + "/usual.npz", folder + "/other.safetensors")
            try NPZ.write(
                [
                    (name: "depth", tensor: bright), (name: "frames", tensor: dark),
                    (name: "masks", tensor: masks),
                ], to: usual)
            try SafeTensors.write(
                [(name: "left", tensor: dark), (name: "right", tensor: bright)], to: other)
            let set = try DataSet.open(usual)
            #expect(set.clips[0].frames.scalars[0] == 20 && set.clips[0].masks?.scalars[0] == 1)
            let error = #expect(throws: ClipError.self) { try VideoInput(path: other) }
            #expect(error?.description.contains("--key") ?? false)
            #expect(error?.description.contains("left, right") ?? false)
            var options = ClipOptions(masks: .ignored)
            options.arrays.key = "right"
            #expect(
                try VideoInput(path: other, options: options).video.pixelBytes()[0][0][0][0].scalars
                    == [220, 220, 220])
            options.arrays.key = "middle"
            #expect(throws: FileError.self) { try VideoInput(path: other, options: options) }
        }
    }
}
