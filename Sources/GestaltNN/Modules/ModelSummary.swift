import GestaltTensor

/// A model as a table: every parameter and buffer with path, shape and count, and the totals of the
/// top-level parts. Intended for printing.
public struct ModelSummary: Sendable, CustomStringConvertible {
    public struct Row: Sendable, Equatable {
        public let path: String
        public let shape: Shape
        public let role: Role
        public var count: Int { shape.elementCount }
    }

    public enum Role: String, Sendable {
        case trains = ""
        case frozen, buffer
    }

    /// The scalar counts of one top-level part.
    public struct Part: Sendable, Equatable {
        public let name: String
        /// The number of parameter scalars, including frozen ones.
        public var parameters: Int
        public var frozen: Int
    }

    public let rows: [Row]

    public init(of model: some Module, freezing: Freezing = .none) {
        rows = model.state.map { entry in
            let role: Role =
                entry.isParameter ? (freezing.covers(entry.path) ? .frozen : .trains) : .buffer
            return Row(path: entry.path, shape: entry.value.shape, role: role)
        }
    }

    /// The top-level parts, in the order of `visit`.
    public var parts: [Part] {
        var result: [Part] = []
        for row in rows where row.role != .buffer {
            let name = String(row.path.prefix { $0 != "." })
            if result.last?.name != name {
                result.append(Part(name: name, parameters: 0, frozen: 0))
            }
            result[result.count - 1].parameters += row.count
            if row.role == .frozen { result[result.count - 1].frozen += row.count }
        }
        return result
    }

    public var description: String {
        let header = ["parameter", "shape", "count", ""]
        let body = rows.map { row in
            [row.path, "\(row.shape)", Self.grouped(row.count), row.role.rawValue]
        }
        let totals = (parts + [total]).map { part in
            [part.name, "", Self.grouped(part.parameters), Self.note(part)]
        }
        return Self.table([[header], body, totals])
    }

    private var total: Part {
        parts.reduce(into: Part(name: "total", parameters: 0, frozen: 0)) {
            $0.parameters += $1.parameters
            $0.frozen += $1.frozen
        }
    }

    private static func note(_ part: Part) -> String {
        part.frozen == 0
            ? "" : part.frozen == part.parameters ? "frozen" : "\(grouped(part.frozen)) frozen"
    }

    /// Formats sections of rows separated by rules; the third column is right-aligned.
    private static func table(_ sections: [[[String]]]) -> String {
        let columns = 4
        let widths = (0..<columns).map { column in
            sections.joined().map { $0[column].count }.max() ?? 0
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        let texts = sections.map { rows in
            rows.map { row in
                let cells = (0..<columns).map { column in
                    let padding = String(repeating: " ", count: widths[column] - row[column].count)
                    return column == 2 ? padding + row[column] : row[column] + padding
                }
                return trimmed(cells.joined(separator: "  "))
            }.joined(separator: "\n")
        }
        return texts.joined(separator: "\n" + trimmed(rule) + "\n")
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    /// Formats 1234567 as `1 234 567`.
    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return digits.indices.map { index in
            (index > 0 && (digits.count - index) % 3 == 0 ? " " : "") + String(digits[index])
        }.joined()
    }
}

extension Module {
    /// A table of all parameters and buffers.
    public var summary: ModelSummary { ModelSummary(of: self) }
}
