import GestaltMedia
import GestaltTensor
import Testing

@Suite struct PixelScaleTests {
    @Test func bytesAreDividedThenShifted() {
        let bytes = Tensor<UInt8>(shape: [16, 16], scalars: Array(0...255))
        #expect(bytes.centeredPixels() == bytes.cast(to: Float.self) / 255 - 0.5)
        #expect(bytes.centeredPixels().scalars == (0..<256).map { Float($0) / 255 - 0.5 })
    }

    @Test func bytesSurviveTheRoundTrip() {
        // Long enough for several threads.
        let bytes = Tensor<UInt8>(
            shape: [400, 512], scalars: (0..<400 * 512).map { UInt8(truncatingIfNeeded: $0) })
        #expect(bytes.centeredPixels().pixelBytes() == bytes)
        #expect(bytes.centeredPixels().scalars[0] == -0.5)
        #expect(bytes.centeredPixels().scalars[255] == 0.5)
    }

    @Test func numbersBeyondTheRangeAreClamped() {
        let odd = Tensor<Float>(shape: [4], scalars: [-7, 7, .nan, .infinity])
        #expect(odd.pixelBytes().scalars == [0, 255, 0, 255])
    }
}
