import CKernels
import Foundation
import GestaltTensor
import TestSupport
import Testing

private struct Line: Sendable, CustomStringConvertible {
    let name: String
    let kernel: gk_unary
    let range: ClosedRange<Double>
    /// Units of rounding the float kernel may be off, relative to the value.
    let units: Double
    let function: @Sendable (Double) -> Double

    var description: String { name }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// Float kernels against libm in double. Errors relative to the value, except where the argument of
/// an exponential is itself rounded: there they grow with it.
private let lines: [Line] = [
    Line(name: "exp", kernel: gk_exp, range: -87...88, units: 2) { exp($0) },
    Line(name: "exp near 0", kernel: gk_exp, range: -1...1, units: 2) { exp($0) },
    Line(name: "log", kernel: gk_log, range: 1e-30...1e30, units: 2) { log($0) },
    Line(name: "log near 1", kernel: gk_log, range: 0.5...2, units: 2) { log($0) },
    Line(name: "tanh", kernel: gk_tanh, range: -9...9, units: 2) { tanh($0) },
    Line(name: "erf", kernel: gk_erf, range: -4...4, units: 2) { erf($0) },
    Line(name: "sigmoid", kernel: gk_sigmoid, range: -30...20, units: 2, function: sigmoid),
    Line(name: "softplus", kernel: gk_softplus, range: -30...30, units: 2) { log1p(exp($0)) },
    Line(name: "gelu", kernel: gk_gelu, range: -5...5, units: 12) {
        $0 * 0.5 * erfc(-$0 / 2.0.squareRoot())
    },
    Line(name: "silu", kernel: gk_swish, range: -20...20, units: 12) { $0 * sigmoid($0) },
    Line(name: "squareRoot", kernel: gk_square_root, range: 0...9, units: 1) { $0.squareRoot() },
    Line(name: "relu", kernel: gk_relu, range: -2...2, units: 0) { max($0, 0) },
]

@Suite struct UnaryKernelTests {
    @Test(arguments: lines)
    private func floatFunctionsAreAsExactAsTheySay(_ line: Line) {
        for set in possibleSets {
            for count in kernelSizes {
                let x = Tensor<Float>.sample([count], seed: UInt64(count), in: line.range)
                let found = Tensor<Float>(uninitialized: [count]) { buffer in
                    guard let target = buffer.baseAddress else { return }
                    gk_unary_forward(
                        Float.variant(set), line.kernel, x.pointer, target, count, 1, 0)
                }
                let expected = x.mapped { Float(line.function(Double($0))) }
                let problem = difference(found, expected) {
                    functionTolerance(Float.self, value: $0, units: line.units)
                }
                #expect(problem == nil, "\(set), \(count) elements: \(problem ?? "")")
            }
        }
    }

    @Test(arguments: 0..<gk_unary_count.rawValue)
    func derivativesOfBothTypesAgree(_ number: UInt32) {
        let kernel = gk_unary(number)
        for set in possibleSets {
            for count in kernelSizes {
                let x = Tensor<Double>.sample([count], seed: 5, in: 0.25...2).cast(to: Float.self)
                let (single, double) = (
                    pullback(kernel, x, set), pullback(kernel, x.cast(to: Double.self), set)
                )
                let problem = difference(single.cast(to: Double.self), double) {
                    functionTolerance(Float.self, value: 1 + abs($0), units: 16)
                }
                #expect(problem == nil, "kernel \(number), \(set): \(problem ?? "")")
            }
        }
    }

    private func pullback<Scalar: FloatingScalar>(
        _ kernel: gk_unary, _ kept: Tensor<Scalar>, _ set: Runtime.InstructionSet
    ) -> Tensor<Scalar> {
        let ones = Tensor<Scalar>.ones(kept.shape)
        return Tensor(uninitialized: kept.shape) { buffer in
            guard let target = buffer.baseAddress else { return }
            gk_unary_pullback(
                Scalar.variant(set), kernel, kept.pointer, ones.pointer, target, kept.count, 0.5,
                1.5)
        }
    }

    @Test(arguments: possibleSets)
    func naNInfinitiesAndZeros(_ set: Runtime.InstructionSet) {
        let x: [Float] = [.nan, .infinity, -.infinity, 0, -1, 0x1p-149]
        let expected: [(gk_unary, [Float])] = [
            (gk_exp, [.nan, .infinity, 0, 1, Float(exp(-1.0)), 1]),
            (gk_log, [.nan, .infinity, .nan, -.infinity, .nan, Float(log(0x1p-149))]),
            (gk_tanh, [.nan, 1, -1, 0, Float(tanh(-1.0)), 0x1p-149]),
            (gk_sigmoid, [.nan, 1, 0, 0.5, Float(sigmoid(-1)), 0.5]),
            (gk_erf, [.nan, 1, -1, 0, Float(erf(-1.0)), 0x1p-149]),
            (gk_relu, [.nan, .infinity, 0, 0, 0, 0x1p-149]),
            (
                gk_softplus,
                [.nan, .infinity, 0, Float(log(2.0)), Float(log1p(exp(-1.0))), Float(log(2.0))]
            ),
        ]
        for (kernel, values) in expected {
            let found = Tensor<Float>(uninitialized: [x.count]) { buffer in
                gk_unary_forward(Float.variant(set), kernel, x, buffer.baseAddress!, x.count, 0, 0)
            }
            let problem = difference(found, Tensor(values)) {
                functionTolerance(Float.self, value: $0, units: 2)
            }
            #expect(problem == nil, "kernel \(kernel.rawValue): \(problem ?? "")")
        }
    }
}
