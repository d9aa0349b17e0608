import Foundation
import GestaltTensor
import TestSupport

private typealias Function = @Sendable (Tensor<Double>) -> Tensor<Double>
private typealias Reference = @Sendable (Double) -> Double

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

let unaryCases: [GradientCase] = {
    let anywhere: [(String, Function, Reference)] = [
        ("negated", { -$0 }, { -$0 }),
        ("exp", { $0.exp() }, { exp($0) }),
        ("squared", { $0.squared() }, { $0 * $0 }),
        ("sin", { $0.sin() }, { sin($0) }),
        ("cos", { $0.cos() }, { cos($0) }),
        ("tanh", { $0.tanh() }, { tanh($0) }),
        ("erf", { $0.erf() }, { erf($0) }),
        ("sigmoid", { $0.sigmoid() }, sigmoid),
        ("silu", { $0.silu() }, { $0 * sigmoid($0) }),
        ("softplus", { $0.softplus() }, { log(1 + exp($0)) }),
        ("gelu exact", { $0.gelu() }, { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) }),
        (
            "gelu tanh", { $0.gelu(.tanh) },
            { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
        ),
        ("gelu sigmoid", { $0.gelu(.sigmoid) }, { $0 * sigmoid(1.702 * $0) }),
        // Steps and kinks: away from them.
        ("abs", { $0.abs() }, { abs($0) }),
        ("relu", { $0.relu() }, { max($0, 0) }),
        ("leakyRelu", { $0.leakyRelu(slope: 0.2) }, { $0 < 0 ? 0.2 * $0 : $0 }),
        ("clamped", { $0.clamped(min: -0.31, max: 0.52) }, { min(max($0, -0.31), 0.52) }),
        ("clamped below", { $0.clamped(max: 0.52) }, { min($0, 0.52) }),
        ("sign", { $0.sign() }, { $0 < 0 ? -1 : 1 }),
        ("floor", { $0.floor() }, { floor($0) }),
        ("ceiling", { $0.ceiling() }, { ceil($0) }),
        ("round", { $0.round() }, { $0.rounded(.toNearestOrEven) }),
        ("trunc", { $0.trunc() }, { $0.rounded(.towardZero) }),
        ("atan", { $0.atan() }, { atan($0) }),
        ("sinh", { $0.sinh() }, { sinh($0) }),
        ("cosh", { $0.cosh() }, { cosh($0) }),
        ("asinh", { $0.asinh() }, { asinh($0) }),
        ("expm1", { $0.expm1() }, { expm1($0) }),
        ("exp2", { $0.exp2() }, { exp2($0) }),
        ("erfc", { $0.erfc() }, { erfc($0) }),
        ("elu", { $0.elu(alpha: 0.7) }, { $0 > 0 ? $0 : 0.7 * expm1($0) }),
        ("mish", { $0.mish() }, { $0 * tanh(log1p(exp($0))) }),
        ("hardSwish", { $0.hardSwish() }, { $0 * min(max($0 + 3, 0), 6) / 6 }),
    ]
    let inside: [(String, Function, Reference)] = [
        ("tan", { $0.tan() }, { tan($0) }),
        ("asin", { $0.asin() }, { asin($0) }),
        ("acos", { $0.acos() }, { acos($0) }),
        ("atanh", { $0.atanh() }, { atanh($0) }),
        ("log1p", { $0.log1p() }, { log1p($0) }),
        ("acosh", { ($0 + 2).acosh() }, { acosh($0 + 2) }),
    ]
    let positive: [(String, Function, Reference)] = [
        ("log", { $0.log() }, { log($0) }),
        ("squareRoot", { $0.squareRoot() }, { $0.squareRoot() }),
        ("reciprocalSquareRoot", { $0.reciprocalSquareRoot() }, { 1 / $0.squareRoot() }),
        ("reciprocal", { $0.reciprocal() }, { 1 / $0 }),
        ("power 2.5", { $0.power(2.5) }, { pow($0, 2.5) }),
        ("power −1", { $0.power(-1) }, { 1 / $0 }),
        ("log2", { $0.log2() }, { log2($0) }),
        ("log10", { $0.log10() }, { log10($0) }),
    ]
    let shapes: [Shape] = [[3, 5], [2, 1, 4], [], [0, 3], [1]]
    return shapes.flatMap { shape in
        anywhere.map { name, function, reference in
            GradientCase(
                name, inputs: [.distinct(shape, gap: 0.193)],
                reference: { $0[0].mapped(reference) }, { function($0[0]) })
        }
            + positive.map { name, function, reference in
                GradientCase(
                    name, inputs: [.sample(shape, in: 0.3...3)],
                    reference: { $0[0].mapped(reference) }, { function($0[0]) })
            }
            + inside.map { name, function, reference in
                GradientCase(
                    name, inputs: [.sample(shape, in: -0.8...0.8)],
                    reference: { $0[0].mapped(reference) }, { function($0[0]) })
            }
    }
}()
