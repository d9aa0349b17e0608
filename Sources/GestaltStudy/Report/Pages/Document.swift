import GestaltChecks

/// A page in parts that every writer knows: the one source of `report.html` and `report.md`.
package struct Document: Sendable {
    package var title: String
    /// A sentence below the title.
    package var subtitle: [Inline]
    package var blocks: [Block]

    package init(title: String, subtitle: [Inline] = [], blocks: [Block] = []) {
        (self.title, self.subtitle, self.blocks) = (title, subtitle, blocks)
    }
}

/// A part of a ``Document`` on separate lines.
package enum Block: Sendable {
    /// A heading of a section (1) or a subsection (2).
    case heading(level: Int, String)
    case paragraph([Inline])
    case list([[Inline]])
    case statement(Statement)
    case table(Table)
    case figure(Figure)
    case code(String)
    /// Blocks that a page shows on request.
    case details(summary: String, [Block])

    package static func section(_ title: String) -> Block { .heading(level: 1, title) }
    package static func subsection(_ title: String) -> Block { .heading(level: 2, title) }
    package static func paragraph(_ text: String) -> Block { .paragraph([.text(text)]) }

    /// An assertion, what is found of it, and why.
    package struct Statement: Sendable, Equatable {
        package let assertion: String
        package let verdict: String
        package let tone: Tone
        /// What the verdict follows from; nil where nothing was measured.
        package let evidence: Table?
        package let remarks: [[Inline]]

        package init(
            _ assertion: String, verdict: String, _ tone: Tone, evidence: Table? = nil,
            remarks: [[Inline]] = []
        ) {
            (self.assertion, self.verdict, self.tone) = (assertion, verdict, tone)
            (self.evidence, self.remarks) = (evidence, remarks)
        }
    }

    /// The weight of a verdict; its words say the same.
    package enum Tone: String, Sendable, CaseIterable {
        case affirmed, denied, open
    }
}

/// A part of a line.
package enum Inline: Sendable, Equatable {
    case text(String)
    case strong(String)
    case code(String)
    case link(String, to: String)
    /// Smaller text on a separate line, in cells of tables.
    case note(String)
}

/// A table with a head of one line.
package struct Table: Sendable, Equatable {
    package enum Alignment: Sendable { case leading, trailing }

    package struct Column: Sendable, Equatable {
        package let title: String
        package let alignment: Alignment

        package init(_ title: String, _ alignment: Alignment = .leading) {
            (self.title, self.alignment) = (title, alignment)
        }

        /// A column of numbers.
        package static func numbers(_ title: String) -> Column { Column(title, .trailing) }
    }

    /// What the table shows, and how to read it; empty where the text around it says so.
    package let caption: [Inline]
    package let columns: [Column]
    package private(set) var rows: [[[Inline]]] = []

    package init(_ caption: [Inline], _ columns: [Column]) {
        (self.caption, self.columns) = (caption, columns)
    }

    /// - Precondition: a cell for each column.
    package mutating func add(_ cells: [[Inline]]) {
        require(
            cells.count == columns.count,
            "Table.add: \(cells.count) cells for \(columns.count) columns")
        rows.append(cells)
    }

    package mutating func add(_ cells: [String]) { add(cells.map { [.text($0)] }) }
}

/// A chart or pictures with a caption.
package struct Figure: Sendable {
    package enum Content: Sendable {
        case chart(any Chart)
        case pictures([Picture], magnification: Int)
    }

    /// A picture as the bytes of a PNG file.
    package struct Picture: Sendable, Equatable {
        package let bytes: [UInt8]
        package let width: Int
        package let height: Int
        /// What is seen, for readers who cannot see it.
        package let description: String
        package let caption: String

        package init(
            png bytes: [UInt8], width: Int, height: Int, description: String, caption: String
        ) {
            (self.bytes, self.width, self.height) = (bytes, width, height)
            (self.description, self.caption) = (description, caption)
        }
    }

    /// The name of its files, lowercase words joined by hyphens; unique in the document.
    package let name: String
    package let content: Content
    package let caption: [Inline]

    package init(_ name: String, _ content: Content, caption: [Inline]) {
        (self.name, self.content, self.caption) = (name, content, caption)
    }

    package init(_ name: String, _ chart: any Chart, caption: String) {
        self.init(name, .chart(chart), caption: [.text(caption)])
    }
}
