import Foundation

/// Prints one JSON object, keys sorted, on standard output.
func printJSON(_ object: [String: Any]) throws {
    let data = try JSONSerialization.data(
        withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    print(String(decoding: data, as: UTF8.self))
}

/// Prints a report as JSON on standard output, keys in snake_case as in tables and logs. Non-finite
/// values, which JSON cannot express, are the strings `nan`, `inf` and `-inf`.
func printEncoded(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Prints a table of text, columns aligned; numbers to the right.
func printTable(_ header: [String], _ rows: [[String]]) {
    let widths = header.indices.map { column in
        ([header] + rows).map { $0[column].count }.max()!
    }
    for (index, row) in ([header] + rows).enumerated() {
        let cells = row.enumerated().map { column, text in
            let pad = String(repeating: " ", count: widths[column] - text.count)
            return column == 0 ? text + pad : pad + text
        }
        print(cells.joined(separator: "  "))
        if index == 0 {
            print(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "))
        }
    }
}
