import GestaltTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A number with so many places after the point.
public func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    if places == 0 { return sign + String(whole) }
    let digits = String(whole % Int(scale))
    return sign + String(whole / Int(scale)) + "."
        + String(repeating: "0", count: places - digits.count) + digits
}

/// `text` in a column of `width`.
public func column(_ text: String, _ width: Int, right: Bool = true) -> String {
    let gap = String(repeating: " ", count: max(0, width - text.count))
    return right ? gap + text : text + gap
}

/// Prints what the numbers were measured on.
public func printHeader(_ title: String) {
    print("# \(title)")
    for line in Runtime.description.split(separator: "\n") { print("# \(line)") }
}

/// One line of JSON: values are written as they stand, strings in quotes.
public func printJSON(_ fields: KeyValuePairs<String, String>) {
    print("{" + fields.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}")
}

/// The line that `peers/run` pairs with PyTorch's; its fields stand in Benchmarks/README.md.
public func printRecord(
    _ name: String, _ variant: String, _ time: Measurement,
    _ more: KeyValuePairs<String, String> = [:]
) {
    let fields: [(String, String)] = [
        ("side", quoted("gestalt")), ("case", quoted(name)), ("variant", quoted(variant)),
        ("threads", "\(Runtime.threads)"), ("runs", "\(time.seconds.count)"),
        ("dtype", quoted("float32")), ("seconds", fixed(time.median, 7)),
        ("spread", fixed(time.spread, 3)), ("peak_mib", fixed(peakMebibytes, 1)),
    ]
    let all = fields + more.map { ($0.key, $0.value) }
    print("{" + all.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
}

/// Prints at once, also into a pipe: for rows that take a while each.
public func printNow(_ line: String) {
    print(line)
    fflush(nil)
}

/// A row of a Markdown table.
public func printRow(_ cells: [String]) { printNow("| " + cells.joined(separator: " | ") + " |") }

/// The head of a Markdown table.
public func printTableHead(_ cells: [String]) {
    printRow(cells)
    print("|" + String(repeating: "---|", count: cells.count))
}

public func quoted(_ text: String) -> String { "\"\(text)\"" }
