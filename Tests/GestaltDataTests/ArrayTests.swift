import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltTensor
import Testing

@Suite struct ArrayTests {
    @Test(arguments: [[2, 3, 4, 5, 3], [3, 4, 5, 3]]) func bytesBecomeClips(shape: [Int]) throws {
        let bytes = (0..<shape.reduce(1, *)).map { UInt8($0 % 256) }
        let clips = try ArrayClips(
            Tensor<UInt8>(shape: Shape(shape), scalars: bytes), name: "array")
        #expect(clips.count == (shape.count == 5 ? 2 : 1))
        for index in 0..<clips.count {
            let clip = clips.clip(at: index)
            #expect(clip.frames.shape == [3, 4, 5, 3])
            #expect(clip.frames.scalars == Array(bytes[index * 180..<(index + 1) * 180]))
        }
    }

    @Test func centeredNumbersAreRoundedToBytes() throws {
        let bytes = Tensor<UInt8>(shape: [1, 2, 2, 3], scalars: (0..<12).map { UInt8($0 * 20) })
        let clips = try ArrayClips(bytes.centeredPixels(), name: "array")
        #expect(clips.clip(at: 0).frames == bytes)
    }

    @Test(arguments: [[4, 5], [3, 5, 5, 5, 2], [0, 4, 5, 3], [1, 2, 3, 4, 5, 3, 1]])
    func otherShapesAreAnError(shape: [Int]) {
        #expect(throws: ClipError.self) {
            try ArrayClips(Tensor<UInt8>.zeros(Shape(shape)), name: "array")
        }
        #expect(throws: ClipError.self) {
            try ArrayClips(Tensor<Float>.zeros(Shape(shape)), name: "array")
        }
    }

    @Test(arguments: [-1.7, 256, -1.1, 0, Float.nan, .infinity])
    func otherScalesAreAnError(value: Float) {
        var scalars = [Float](repeating: 0, count: 12)
        scalars[3] = value
        let video = Tensor<Float>(shape: [1, 2, 2, 3], scalars: scalars)
        #expect(throws: ClipError.self) { try ArrayClips(video, name: "array") }
    }

    @Test func filesAreOpenedByTheirEnding() throws {
        try withTemporaryFolder { folder in
            let video = Tensor<UInt8>(repeating: 51, shape: [2, 3, 4, 5, 3])
            try NPY.write(video, to: folder + "/v10.npy")
            try NPY.write(video.centeredPixels().sliced(0..<1, axis: 0), to: folder + "/v9.npy")
            try makeFolder(folder + "/masks")
            try NPY.write(
                Tensor<UInt8>(repeating: 2, shape: [2, 3, 4, 5]), to: folder + "/masks/v10.npy")
            let set = try DataSet.open(folder)
            #expect(set.count == 3)
            #expect(set.clips.allSatisfy { $0.frames.scalars.allSatisfy { $0 == 51 } })
            #expect(set.clips.map { $0.masks != nil } == [false, true, true])
            #expect(try DataSet.open(folder + "/v9.npy").count == 1)
            #expect(set.labeledFrameCount == 6)
            #expect(try DataSet.open(folder, options: ClipOptions(masks: .required)).count == 3)
            #expect(throws: ClipError.self) {
                try DataSet.open(folder + "/v9.npy", options: ClipOptions(masks: .required))
            }
        }
    }

    @Test func otherFilesAreErrors() throws {
        try withTemporaryFolder { folder in
            try NPY.write(
                Tensor<Int32>(repeating: 256, shape: [1, 2, 2, 3]), to: folder + "/whole.npy")
            #expect(throws: ClipError.self) { try DataSet.open(folder + "/whole.npy") }
            try write([1, 2, 3], to: folder + "/broken.npy")
            #expect(throws: FileError.self) { try DataSet.open(folder + "/broken.npy") }
            try NPY.write(Tensor<UInt8>.zeros([1, 2, 2, 3]), to: folder + "/good.npy")
            try makeFolder(folder + "/masks")
            try NPY.write(Tensor<UInt8>.zeros([1, 2, 3]), to: folder + "/masks/good.npy")
            #expect(throws: ClipError.self) { try DataSet.open(folder + "/good.npy") }
        }
    }
}
