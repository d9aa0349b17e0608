import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The elements of a well-formed XML text.
struct XMLTree {
    private let names: [String]
    let identifiers: [String]
    /// Values of `href`.
    let links: [String]

    /// - Throws: the parser's error with its line for a text that is not well-formed.
    init(_ text: String) throws {
        let collector = Collector()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = collector
        guard parser.parse() else {
            struct NotWellFormed: Error { let line: Int, reason: String }
            throw NotWellFormed(
                line: parser.lineNumber, reason: "\(parser.parserError.map { "\($0)" } ?? "")")
        }
        (names, identifiers, links) = (collector.names, collector.identifiers, collector.links)
    }

    func count(of name: String) -> Int { names.count { $0 == name } }

    private final class Collector: NSObject, XMLParserDelegate {
        var names: [String] = []
        var identifiers: [String] = []
        var links: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            names.append(name)
            if let identifier = attributes["id"] { identifiers.append(identifier) }
            if let link = attributes["href"] { links.append(link) }
        }
    }
}
