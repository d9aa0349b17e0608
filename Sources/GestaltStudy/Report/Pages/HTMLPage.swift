import Foundation
import GestaltChecks

/// Writes a document as one HTML file without scripts or references to other files, well-formed as
/// XML.
package struct HTMLPage {
    private let document: Document

    package init(_ document: Document) { self.document = document }

    /// The text of the file.
    package var text: String {
        var names = PageNames()
        let sections = document.blocks.compactMap { block -> (title: String, name: String)? in
            guard case .heading(1, let title) = block else { return nil }
            return (title, names.name(for: title))
        }
        let header = Markup.element(
            "header", [:],
            [
                .element("h1", text: document.title),
                .element("p", [:], document.subtitle.map(\.html)),
            ])
        let contents = Markup.element(
            "nav", ["aria-label": "Contents"],
            [
                .element(
                    "ul", [:],
                    sections.map {
                        .element(
                            "li", [:], [.element("a", ["href": "#\($0.name)"], text: $0.title)])
                    })
            ])
        var writer = BlockWriter()
        let main = Markup.element("main", [:], writer.sections(document.blocks))
        let page = Markup.element(
            "html", ["lang": "en", "xmlns": "http://www.w3.org/1999/xhtml"],
            [
                head,
                .element("body", [:], [header] + (sections.count > 1 ? [contents] : []) + [main]),
            ])
        return "<!DOCTYPE html>\n" + page.written + "\n"
    }

    /// Encoding, width, title, style sheet.
    private var head: Markup {
        .element(
            "head", [:],
            [
                .element("meta", ["charset": "utf-8"]),
                .element(
                    "meta",
                    ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                .element("meta", ["name": "color-scheme", "content": "light dark"]),
                .element("title", text: document.title),
                .element("style", [:], [.styleSheet("\n" + PageStyleSheet.text + "\n")]),
            ])
    }
}

/// Blocks as elements, with names that are unique in the page.
private struct BlockWriter {
    private var names = PageNames()
    private var charts = 0

    /// Returns a `section` for each heading of level 1 and what follows it.
    mutating func sections(_ blocks: [Block]) -> [Markup] {
        var result: [Markup] = []
        var open: (name: String, children: [Markup])?
        func closed(_ section: (name: String, children: [Markup])) -> Markup {
            .element("section", ["aria-labelledby": section.name], section.children)
        }
        for block in blocks {
            if case .heading(1, let title) = block {
                if let open { result.append(closed(open)) }
                let name = names.name(for: title)
                open = (name, [.element("h2", ["id": name], text: title)])
            } else {
                let element = markup(block)
                if open == nil { result.append(element) } else { open?.children.append(element) }
            }
        }
        return result + (open.map { [closed($0)] } ?? [])
    }

    private mutating func markup(_ block: Block) -> Markup {
        switch block {
        case .heading(let level, let title):
            return .element("h\(min(level, 3) + 1)", [:], [.text(title)])
        case .paragraph(let parts): return .element("p", [:], parts.map(\.html))
        case .list(let items):
            return .element("ul", [:], items.map { .element("li", [:], $0.map(\.html)) })
        case .code(let text): return .element("pre", [:], [.element("code", text: text)])
        case .statement(let statement): return markup(statement)
        case .table(let table): return markup(table)
        case .figure(let figure): return markup(figure)
        case .details(let summary, let blocks):
            return .element(
                "details", [:], [.element("summary", text: summary)] + blocks.map { markup($0) })
        }
    }

    private func markup(_ statement: Block.Statement) -> Markup {
        .element(
            "div", ["class": "statement \(statement.tone.rawValue)"],
            [
                .element("p", ["class": "assertion"], text: statement.assertion),
                .element("p", ["class": "verdict"], text: statement.verdict),
            ]
                + (statement.evidence.map { [markup($0)] } ?? [])
                + statement.remarks.map { .element("p", ["class": "remark"], $0.map(\.html)) })
    }

    private func markup(_ table: Table) -> Markup {
        func name(_ column: Int) -> String? {
            table.columns[column].alignment == .trailing ? "number" : nil
        }
        let head = table.columns.indices.map {
            Markup.element(
                "th", ["scope": "col", "class": name($0)], text: table.columns[$0].title)
        }
        let rows = table.rows.map { cells in
            Markup.element(
                "tr", [:],
                cells.enumerated().map { column, cell in
                    column == 0
                        ? .element("th", ["scope": "row", "class": name(0)], cell.map(\.html))
                        : .element("td", ["class": name(column)], cell.map(\.html))
                })
        }
        // The frame scrolls on narrow screens, the page does not.
        return .element(
            "figure", ["class": "table"],
            (table.caption.isEmpty
                ? [] : [.element("figcaption", [:], table.caption.map(\.html))]) + [
                    .element(
                        "div", ["class": "frame"],
                        [
                            .element(
                                "table", [:],
                                [
                                    .element("thead", [:], [.element("tr", [:], head)]),
                                    .element("tbody", [:], rows),
                                ])
                        ])
                ])
    }

    private mutating func markup(_ figure: Figure) -> Markup {
        let content: [Markup]
        switch figure.content {
        case .chart(let chart):
            charts += 1
            // Drawn twice rather than scaled: on a phone, text keeps its size.
            content = [
                chart.drawing(width: ChartWidth.wide).embedded("chart-\(charts)", class: "wide"),
                chart.drawing(width: ChartWidth.narrow)
                    .embedded("chart-\(charts)-narrow", class: "narrow"),
            ]
        case .pictures(let pictures, let magnification):
            content = [
                .element(
                    "div", ["class": "pictures"],
                    pictures.map { picture in
                        .element(
                            "figure", [:],
                            [
                                .element("img", attributes(of: picture, magnification)),
                                .element("figcaption", text: picture.caption),
                            ])
                    })
            ]
        }
        return .element(
            "figure", ["id": "figure-\(figure.name)"],
            content
                + (figure.caption.isEmpty
                    ? [] : [.element("figcaption", [:], figure.caption.map(\.html))]))
    }

    private func attributes(
        of picture: Figure.Picture, _ magnification: Int
    ) -> KeyValuePairs<String, String?> {
        [
            "src": "data:image/png;base64," + Data(picture.bytes).base64EncodedString(),
            "alt": picture.description, "width": String(picture.width * magnification),
            "height": String(picture.height * magnification),
        ]
    }
}

extension Inline {
    fileprivate var html: Markup {
        switch self {
        case .text(let text): .text(text)
        case .strong(let text): .element("strong", text: text)
        case .code(let text): .element("code", text: text)
        case .link(let text, let target): .element("a", ["href": target], text: text)
        case .note(let text): .element("small", text: text)
        }
    }
}
