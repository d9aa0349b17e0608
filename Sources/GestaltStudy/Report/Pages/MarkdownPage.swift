/// Writes a document as Markdown (CommonMark with tables) that refers to its charts and pictures as
/// files.
package struct MarkdownPage {
    private let document: Document
    private let folder: String

    /// - Parameter folder: the folder of charts and pictures, relative to the page.
    package init(_ document: Document, figures folder: String) {
        (self.document, self.folder) = (document, folder)
    }

    /// The text of the file.
    package var text: String {
        var parts = ["# " + Self.escaped(document.title)]
        if !document.subtitle.isEmpty { parts.append(Self.line(document.subtitle)) }
        parts += document.blocks.flatMap(lines)
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Paragraphs, which blank lines separate.
    private func lines(_ block: Block) -> [String] {
        switch block {
        case .heading(let level, let title):
            [String(repeating: "#", count: level + 1) + " " + Self.escaped(title)]
        case .paragraph(let inlines): [Self.line(inlines)]
        case .list(let items): [Self.list(items)]
        case .code(let text): ["```\n\(text)\n```"]
        case .statement(let statement):
            [
                "> " + Self.escaped(statement.assertion),
                "**\(Self.escaped(statement.verdict))**",
            ] + (statement.evidence.map { [Self.rows(of: $0)] } ?? [])
                + statement.remarks.map(Self.line)
        case .table(let table):
            (table.caption.isEmpty ? [] : [Self.line(table.caption)]) + [Self.rows(of: table)]
        case .figure(let figure): picture(figure)
        case .details(let summary, let blocks):
            ["**\(Self.escaped(summary))**"] + blocks.flatMap(lines)
        }
    }

    private func picture(_ figure: Figure) -> [String] {
        let images: [String] =
            switch figure.content {
            case .chart(let chart):
                [image(chart.drawing(width: ChartWidth.wide).title, figure.chartFile)]
            case .pictures(let pictures, _):
                pictures.indices.map {
                    image(pictures[$0].description, figure.pictureFile($0))
                        + "\n" + Self.escaped(pictures[$0].caption)
                }
            }
        return images + (figure.caption.isEmpty ? [] : [Self.line(figure.caption)])
    }

    private func image(_ description: String, _ file: String) -> String {
        "![\(Self.escaped(description))](\(folder)/\(file))"
    }

    private static func rows(of table: Table) -> String {
        func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let rule = table.columns.map { $0.alignment == .trailing ? "---:" : "---" }
        return
            ([row(table.columns.map { cell([.text($0.title)]) }), row(rule)]
            + table.rows.map { row($0.map(cell)) }).joined(separator: "\n")
    }

    /// A bar would end a cell, even within code.
    private static func cell(_ parts: [Inline]) -> String {
        line(parts).replacing("|", with: "\\|")
    }

    private static func list(_ items: [[Inline]]) -> String {
        items.map { "- " + line($0) }.joined(separator: "\n")
    }

    private static func line(_ parts: [Inline]) -> String {
        parts.map { part in
            switch part {
            case .text(let text): escaped(text)
            case .strong(let text): "**\(escaped(text))**"
            case .code(let text): code(text)
            case .link(let text, let target): "[\(escaped(text))](\(target))"
            case .note(let text): "<br>\(escaped(text))"
            }
        }.joined()
    }

    /// Code in a fence longer than any run of backticks in it.
    private static func code(_ text: String) -> String {
        var longest = 0
        var run = 0
        for character in text {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let space = text.hasPrefix("`") || text.hasSuffix("`") ? " " : ""
        return fence + space + text.replacing("\n", with: " ") + space + fence
    }

    /// Returns text in one line with everything escaped that Markdown would take as its own.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\", "`", "*", "_", "[", "]", "<", ">", "#": result += "\\\(character)"
            case "\n": result += " "
            case "&": result += "&amp;"
            default: result.append(character)
            }
        }
        return result
    }
}

extension Figure {
    /// The name of the file of a chart.
    var chartFile: String { "\(name).svg" }

    /// The name of the file of a picture.
    func pictureFile(_ index: Int) -> String { "\(name)-\(index + 1).png" }
}
