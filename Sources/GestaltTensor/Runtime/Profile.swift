/// The profile of a period of execution: calls, times and bytes by operation and shapes.
///
/// ```swift
/// let (logits, profile) = Runtime.profile { model(images, .inference) }
/// print(profile)
/// ```
public struct Profile: Sendable, CustomStringConvertible {
    public enum Phase: String, Sendable, CaseIterable {
        /// The value of an operation.
        case forward
        /// The gradients of an operation's inputs.
        case pullback
        /// A part of an operation with a separate row: a pass of a convolution with its algorithm,
        /// a product of matrices, the calls of LAPACK for a batch.
        case part
    }

    /// The calls of one operation in one phase with operands of one list of shapes.
    public struct Row: Sendable {
        /// The ``Operation/label`` of the operation, or the name of the part.
        public let name: String
        public let phase: Phase
        /// The shapes of the operands; of a pullback those of the value's gradient.
        public let shapes: [Shape]
        public internal(set) var calls = 0
        /// The total duration of all calls in seconds, including nested rows.
        public internal(set) var seconds = 0.0
        /// The duration in seconds without nested rows.
        public internal(set) var ownSeconds = 0.0
        /// Bytes of operands and results of all calls.
        public internal(set) var bytes = 0
    }

    /// The rows by their own time, in descending order.
    public let rows: [Row]
    /// The duration in seconds.
    public let seconds: Double

    /// Returns the fraction of `seconds` in a row's own time, 0 to 1. With several threads the sum
    /// may exceed 1.
    public func share(_ row: Row) -> Double { seconds > 0 ? row.ownSeconds / seconds : 0 }

    /// A table with a line for each row.
    public var description: String {
        let table =
            [["operation", "phase", "shapes", "calls", "ms", "own ms", "share", "MiB"]]
            + rows.map { row in
                [
                    row.name, row.phase.rawValue,
                    row.shapes.map(\.description).joined(separator: " "),
                    String(row.calls), fixed(row.seconds * 1e3, 2), fixed(row.ownSeconds * 1e3, 2),
                    fixed(share(row) * 100, 1) + " %", fixed(Double(row.bytes) / 0x1p20, 1),
                ]
            }
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { line in
            line.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - line[column].count)
                return column < 3 ? line[column] + space : space + line[column]
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension Runtime {
    /// Runs `body` and profiles the operations of all threads during it.
    ///
    /// Profiling costs about a microsecond per row. Without a profile an operation costs one
    /// additional relaxed load.
    public static func profile<Result, Failure>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> (result: Result, profile: Profile) {
        let recorder = Profiler.begin()
        defer { Profiler.end(recorder) }
        let result = try body()
        return (result, recorder.profile)
    }
}

/// Formats a number with `places` decimal places.
private func fixed(_ value: Double, _ places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let units = Int((value * scale).rounded())
    let digits = String(units)
    guard places > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return padded.dropLast(places) + "." + padded.suffix(places)
}
