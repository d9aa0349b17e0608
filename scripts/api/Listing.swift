import Foundation

// The public declarations in symbol graphs, one a line, sorted: `Listing FOLDER` prints those of every
// *.symbols.json in it.

struct Graph: Decodable {
    struct Symbol: Decodable {
        struct Fragment: Decodable { let spelling: String }
        struct Identifier: Decodable { let precise: String }
        let identifier: Identifier
        let pathComponents: [String]
        let declarationFragments: [Fragment]?
        let accessLevel: String
    }
    let symbols: [Symbol]
}

@main
enum Listing {
    static func main() throws {
        let folder = CommandLine.arguments[1]
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".symbols.json") }
        var lines: Set<String> = []
        for name in names {
            let data = try Data(contentsOf: URL(filePath: folder + "/" + name))
            for symbol in try JSONDecoder().decode(Graph.self, from: data).symbols
            where !symbol.identifier.precise.contains("::SYNTHESIZED::") {
                let declaration = (symbol.declarationFragments ?? []).map(\.spelling).joined()
                    .split(whereSeparator: \.isWhitespace).joined(separator: " ")
                let place = symbol.pathComponents.dropLast().joined(separator: ".")
                lines.insert(place.isEmpty ? declaration : "\(place): \(declaration)")
            }
        }
        print(lines.sorted().joined(separator: "\n"))
    }
}
