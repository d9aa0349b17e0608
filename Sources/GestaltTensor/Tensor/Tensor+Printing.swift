extension Tensor: CustomStringConvertible {
    /// Shape, type and elements: columns aligned, the middle of long axes omitted.
    ///
    ///     Tensor<float32> [2, 3]
    ///     [[ 1.5, -2,    0.25],
    ///      [ 0,    4,   10   ]]
    public var description: String {
        let head = "Tensor<\(Scalar.elementType)> \(shape)"
        return rank == 0 ? "\(head) \(elementText)" : "\(head)\n\(elementText)"
    }

    private var elementText: String {
        guard count > 0 else { return "[]" }
        let shownAxes = (0..<rank).map { shownIndices(along: $0) }
        var shown: [Scalar] = []
        withExtendedLifetime(storage) {
            collect(shownAxes, axis: 0, at: layout.offset, into: &shown)
        }
        let columns = formatted(shown)
        let width = columns.reduce(0) { Swift.max($0, $1.count) }
        var next = columns.makeIterator()
        return text(shownAxes, axis: 0, indent: 1) {
            let column = next.next() ?? ""
            return rank == 0 ? column.trimmed : column.padded(to: width)
        }
    }

    /// Returns the indices of an axis that are printed, nil for an ellipsis.
    private func shownIndices(along axis: Int) -> [Int?] {
        let (length, edge) = (shape[axis], 3)
        guard count > 1000, length > 2 * edge else { return Array(0..<length) }
        return Array(0..<edge) + [nil] + Array(length - edge..<length)
    }

    private func collect(
        _ shownAxes: [[Int?]], axis: Int, at position: Int, into result: inout [Scalar]
    ) {
        guard axis < rank else { return result.append(storage.pointer[position]) }
        for case let index? in shownAxes[axis] {
            collect(
                shownAxes, axis: axis + 1, at: position + index * layout.strides[axis],
                into: &result)
        }
    }

    private func text(
        _ shownAxes: [[Int?]], axis: Int, indent: Int, _ element: () -> String
    ) -> String {
        guard axis < rank else { return element() }
        let parts = shownAxes[axis].map { index in
            index == nil ? "…" : text(shownAxes, axis: axis + 1, indent: indent + 1, element)
        }
        let innermost = axis == rank - 1
        let lines = innermost ? "" : String(repeating: "\n", count: Swift.min(rank - 1 - axis, 2))
        let gap = innermost ? " " : lines + String(repeating: " ", count: indent)
        return "[" + parts.joined(separator: "," + gap) + "]"
    }
}

/// Formats the elements in columns: the same number of decimals for all, decimal points aligned.
private func formatted<Scalar: TensorScalar>(_ values: [Scalar]) -> [String] {
    let numbers: [Double]
    switch values {
    case let values as [Float]: numbers = values.map(Double.init)
    case let values as [Double]: numbers = values
    case let values as [Float16Bits]: numbers = values.map { Double($0.float) }
    case let values as [BFloat16]: numbers = values.map { Double($0.float) }
    default: return values.map { "\($0)" }
    }
    let sizes = numbers.map { abs($0) }.filter { $0 > 0 && $0.isFinite }
    let (largest, smallest) = (sizes.max() ?? 0, sizes.min() ?? 1)
    if largest >= 1e6 || smallest < 1e-4 { return numbers.map(scientific) }
    let fixed = numbers.map { fixedPoint($0, decimals: 4) }
    // The maximum number of decimals; shorter fractions are padded with blanks.
    let decimals = fixed.map { $0.fraction.count }.max() ?? 0
    return fixed.map { whole, fraction in
        if decimals == 0 { return whole }
        let filled = fraction + String(repeating: " ", count: decimals - fraction.count)
        return whole + (fraction.isEmpty ? " " : ".") + filled
    }
}

/// Returns a number rounded to `decimals`, in two parts; the fraction without trailing zeros.
private func fixedPoint(_ value: Double, decimals: Int) -> (whole: String, fraction: String) {
    guard value.isFinite else { return (value.isNaN ? "nan" : value > 0 ? "inf" : "-inf", "") }
    var unit = 1
    for _ in 0..<decimals { unit *= 10 }
    let scaled = Int((abs(value) * Double(unit)).rounded())
    var fraction = decimals > 0 ? String(scaled % unit) : ""
    fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return ((value < 0 && scaled > 0 ? "-" : "") + String(scaled / unit), fraction)
}

/// Formats a number as a mantissa with four decimals and a power of ten.
private func scientific(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return fixedPoint(value, decimals: 0).whole }
    var exponent = 0
    var mantissa = abs(value)
    while mantissa >= 10 {
        mantissa /= 10
        exponent += 1
    }
    while mantissa < 1 {
        mantissa *= 10
        exponent -= 1
    }
    var digits = Int((mantissa * 10_000).rounded())
    if digits >= 100_000 {
        digits /= 10
        exponent += 1
    }
    let fraction = String(digits % 10_000 + 10_000).dropFirst()
    let power = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
    let sign = (number: value < 0 ? "-" : "", power: exponent < 0 ? "-" : "+")
    return "\(sign.number)\(digits / 10_000).\(fraction)e\(sign.power)\(power)"
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        String(repeating: " ", count: width - count) + self
    }

    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
