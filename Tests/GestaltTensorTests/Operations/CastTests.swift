import GestaltTensor
import TestSupport
import Testing

@Suite struct CastTests {
    @Test func realNumbersToIntegers() {
        let x = Tensor<Float>([-1.9, 1.9, .nan, .infinity, -.infinity, 300, -3e9])
        #expect(x.cast(to: Int32.self).scalars == [-1, 1, 0, .max, .min, 300, .min])
        #expect(x.cast(to: UInt8.self).scalars == [0, 1, 0, 255, 0, 255, 0])
        #expect(x.cast(to: Int64.self).scalars == [-1, 1, 0, .max, .min, 300, -3_000_000_000])
        #expect(x.cast(to: Bool.self).scalars == [true, true, true, true, true, true, true])
        #expect(Tensor<Double>([0.1]).cast(to: Float.self).scalar == 0.1)
        #expect(Tensor<Float>([0.1]).cast(to: Double.self).scalar == Double(Float(0.1)))
    }

    @Test func integersAndTruthValues() {
        let bytes = Tensor<UInt8>((0...255).map(UInt8.init))
        #expect(bytes.cast(to: Float.self).scalars == (0...255).map(Float.init))
        #expect(bytes.cast(to: Int64.self).cast(to: UInt8.self) == bytes)
        #expect(Tensor<Int32>([257, -1]).cast(to: UInt8.self).scalars == [1, 255])
        #expect(Tensor<Bool>([true, false]).cast(to: Float.self).scalars == [1, 0])
        #expect(Tensor<Int32>([0, 5]).cast(to: Bool.self).scalars == [false, true])
    }

    @Test func everyHalf() {
        let halves = Tensor<Float16Bits>((0...UInt16.max).map(Float16Bits.init(bits:)))
        let floats = halves.cast(to: Float.self)
        #expect(difference(floats, Tensor(halves.scalars.map(\.float)), within: 0) == nil)
        let back = floats.cast(to: Float16Bits.self).scalars
        for (half, again) in zip(halves.scalars, back) where !half.float.isNaN {
            #expect(half == again)
        }
        #if arch(x86_64) || arch(arm64)
            var numbers = TestNumbers(seed: 4)
            let samples = (0..<20_000).map { _ in
                Float(bitPattern: UInt32(truncatingIfNeeded: numbers.next()))
            }
            let found = Tensor(samples).cast(to: Float16Bits.self).scalars
            for (sample, half) in zip(samples, found) where !sample.isNaN {
                #expect(half.bits == Float16(sample).bitPattern, "\(sample)")
            }
        #endif
    }

    @Test func everyBrainFloat() {
        let all = Tensor<BFloat16>((0...UInt16.max).map(BFloat16.init(bits:)))
        let floats = all.cast(to: Float.self)
        #expect(difference(floats, Tensor(all.scalars.map(\.float)), within: 0) == nil)
        let samples = Tensor<Float>.sample([5000], in: -3...3)
        #expect(samples.cast(to: BFloat16.self).scalars == samples.scalars.map(BFloat16.init))
    }
}
