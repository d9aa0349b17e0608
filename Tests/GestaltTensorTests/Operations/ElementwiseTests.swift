import Foundation
import GestaltTensor
import TestSupport
import Testing

@Suite struct ElementwiseTests {
    @Test(arguments: [1, 7, 70_000])
    func functionsOfTheLibraryAgreeWithItInFloatAtEverySize(_ count: Int) {
        let x = Tensor<Float>.sample([count], in: 0.1...0.9)
        let pairs: [(Tensor<Float>, (Float) -> Float)] = [
            (x.tan(), { tan($0) }), (x.asin(), { asin($0) }), (x.acos(), { acos($0) }),
            (x.atan(), { atan($0) }), (x.sinh(), { sinh($0) }), (x.cosh(), { cosh($0) }),
            (x.asinh(), { asinh($0) }), ((x + 1).acosh(), { acosh($0 + 1) }),
            (x.atanh(), { atanh($0) }), (x.log1p(), { log1p($0) }), (x.expm1(), { expm1($0) }),
            (x.log2(), { log2($0) }), (x.log10(), { log10($0) }), (x.exp2(), { exp2($0) }),
            (x.erfc(), { erfc($0) }), ((x * 9).trunc(), { ($0 * 9).rounded(.towardZero) }),
        ]
        for (place, pair) in pairs.enumerated() { #expect(pair.0 == x.mapped(pair.1), "\(place)") }
    }

    @Test func smallArgumentsKeepTheirDigits() {
        let tiny = Tensor<Float>([1e-12, -1e-20, 1e-40])
        #expect(tiny.log1p() == tiny && tiny.expm1() == tiny)
        #expect(Tensor<Float>([8]).log2().scalar == 3 && Tensor<Float>([1000]).log10().scalar == 3)
        #expect(Tensor<Double>([20]).erfc().scalar == erfc(20.0))
    }

    @Test func naNInfinitiesAndNumbersAreToldApartWithoutAGradient() {
        let x = Tensor<Float>(rows: [
            [.nan, .infinity, -.infinity], [0, -.greatestFiniteMagnitude, 1],
        ])
        #expect(x.isNaN().scalars == [true, false, false, false, false, false])
        #expect(x.isInfinite().scalars == [false, true, true, false, false, false])
        #expect(x.isFinite().scalars == [false, false, false, true, true, true])
        #expect(Tensor<Double>([]).isNaN().count == 0)
    }

    @Test func theActivationsAtTheirEnds() {
        let x = Tensor<Float>([-.infinity, -200, 0, 200, .infinity])
        #expect(x.elu().scalars == [-1, -1, 0, 200, .infinity])
        #expect(x.hardSwish()[1...].scalars == [0, 0, 200, .infinity])
        #expect(x[1...3].mish().scalars == [0, 0, 200])
        let slopes = gradients(at: [x[1...3]]) { v in v[0].elu(alpha: 2).sum() }[0]
        #expect(slopes.scalars == [0, 2, 1])
    }

    /// Remainders have the sign of the dividend; division of integers is towards zero.
    @Test func division() {
        let x = Tensor<Int32>([7, -7, 7, .min])
        #expect((x / Tensor([2, 2, -2, -1])).scalars == [3, -3, -3, .min])
        #expect((x % Tensor([2, 2, -2, -1])).scalars == [1, -1, 1, 0])
        #expect((100 / Tensor<UInt8>([7, 255])).scalars == [14, 0])
        #expect(
            (Tensor<Int64>(rows: [[9], [8]]) % Tensor<Int64>([4, 5])).scalars == [1, 4, 0, 3])
        #expect((Tensor<Float>([5.5, -5.5]) % 2).scalars == [1.5, -1.5])
        #expect((1 % Tensor<Float>([0])).scalar.isNaN)
    }

    @Test func functionsOfTwoNumbersWhereTheyAreSpecial() {
        let zero = Tensor<Double>(0)
        #expect(zero.xlogy(zero).scalar == 0 && zero.xlogy(Tensor(.nan)).scalar.isNaN)
        #expect(Tensor<Double>(2).xlogy(zero).scalar == -.infinity)
        #expect(Tensor<Float>(1e30).hypot(Tensor(1e30)).scalar == hypot(Float(1e30), 1e30))
        #expect(Tensor<Double>(0).atan2(Tensor(-1)).scalar == Double.pi)
        let slopes = gradients(at: [zero, zero]) { v in v[0].hypot(v[1]) + v[0].xlogy(v[1]) }
        #expect(slopes.map(\.scalar) == [0, 0])
    }

    @Test func comparisonsWithNumbersOnEitherSide() {
        let x = Tensor<Int32>([1, 2, 3])
        #expect(
            (x .< 2).scalars == [true, false, false] && (2 .< x).scalars == [false, false, true])
        #expect((x .<= 2) == (2 .>= x) && (x .>= 2) == (2 .<= x) && (x .> 2) == (2 .< x))
        #expect((x .== 2) == (2 .== x) && (x .!= 2) == (2 .!= x) && (x .!= 2) == !(x .== 2))
    }

    @Test(arguments: [0, 1])
    func anIntegerDividedBy0AndShapesThatDoNotBroadcast(_ number: Int) async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { [number] in
            if number == 0 { _ = Tensor<Int32>([1, 2]) / Tensor<Int32>([1, 0]) }
            _ = Tensor<Float>([1, 2]).hypot(Tensor([1, 2, 3]))
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(
            text.contains(["of shape [2] by 0", "hypot: shapes [2] and [3]"][number]), "\(text)")
    }
}
