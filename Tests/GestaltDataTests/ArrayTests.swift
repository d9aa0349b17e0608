import GestaltData
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

    @Test func centredNumbersAreRoundedToBytes() throws {
        let bytes = Tensor<UInt8>(shape: [1, 2, 2, 3], scalars: (0..<12).map { UInt8($0 * 20) })
        let clips = try ArrayClips(bytes.centredPixels(), name: "array")
        #expect(clips.clip(at: 0).frames == bytes)
    }

    @Test(arguments: [[4, 5, 3], [3, 4, 5, 4], [0, 4, 5, 3], [1, 2, 3, 4, 5, 3]])
    func otherShapesAreAnError(shape: [Int]) {
        #expect(throws: ClipError.self) {
            try ArrayClips(Tensor<UInt8>.zeros(Shape(shape)), name: "array")
        }
        #expect(throws: ClipError.self) {
            try ArrayClips(Tensor<Float>.zeros(Shape(shape)), name: "array")
        }
    }

    @Test(arguments: [1, -0.6, 255, Float.nan, .infinity])
    func otherScalesAreAnError(value: Float) {
        var scalars = [Float](repeating: 0, count: 12)
        scalars[3] = value
        let video = Tensor<Float>(shape: [1, 2, 2, 3], scalars: scalars)
        #expect(throws: ClipError.self) { try ArrayClips(video, name: "array") }
    }
}
