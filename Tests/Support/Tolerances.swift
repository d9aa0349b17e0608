import GestaltTensor

/// Bound on the error of a sum of `length` terms of size up to `magnitude`, in the precision of
/// `type`: half a unit of rounding a term and one in the sum, with room for another order.
package func sumTolerance<Scalar: FloatingScalar>(
    _ type: Scalar.Type, length: Int, magnitude: Double
) -> Double {
    let unit = type == Float.self ? Double(Float.ulpOfOne) : Double.ulpOfOne
    return 4 * unit * magnitude * Double(max(length, 1)).squareRoot() + unit * magnitude * 4
}

/// Bound on the error of an elementwise function whose kernel is good for `units` units of rounding.
package func functionTolerance<Scalar: FloatingScalar>(
    _ type: Scalar.Type, value: Double, units: Double = 4
) -> Double {
    let unit = type == Float.self ? Double(Float.ulpOfOne) : Double.ulpOfOne
    return units * unit * max(abs(value), unit)
}

/// The step of a central difference at `x` in `Double`: its truncation error, of order h², then
/// balances the rounding error, of order ε / h.
package func differenceStep(at x: Double) -> Double {
    Double.ulpOfOne.cubeRoot * max(1, abs(x))
}

/// Bound on the error of a central difference of a function of size `magnitude`: the square of the
/// step (3.7e-11) times third derivatives of a few hundred.
package func differenceTolerance(magnitude: Double) -> Double {
    let step = Double.ulpOfOne.cubeRoot
    return 1000 * step * step * max(1, magnitude)
}

extension Double {
    fileprivate var cubeRoot: Double {
        var root = self < 1 ? 1.0 : self
        for _ in 0..<200 { root -= (root - self / (root * root)) / 3 }
        return root
    }
}

/// The first place where two tensors differ by more than `tolerance`, as a sentence; nil if none.
/// NaN agrees with NaN, and an infinity with itself.
package func difference<Scalar: FloatingScalar>(
    _ found: Tensor<Scalar>, _ expected: Tensor<Scalar>, tolerance: (Double) -> Double
) -> String? {
    guard found.shape == expected.shape else {
        return "shape \(found.shape), expected \(expected.shape)"
    }
    for (index, pair) in zip(found.scalars, expected.scalars).enumerated() {
        let (a, b) = (Double(pair.0), Double(pair.1))
        if a == b || (a.isNaN && b.isNaN) { continue }
        let bound = tolerance(b)
        if abs(a - b) <= bound { continue }
        return "element \(index) of \(found.shape): \(a), expected \(b) within \(bound)"
    }
    return nil
}

/// The same with one tolerance for all elements.
package func difference<Scalar: FloatingScalar>(
    _ found: Tensor<Scalar>, _ expected: Tensor<Scalar>, within tolerance: Double
) -> String? {
    difference(found, expected) { _ in tolerance }
}
