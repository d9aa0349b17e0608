import GestaltFiles
import GestaltLabels
import GestaltTensor
import Testing

/// An entry of the manifest: labels of one program, with the masks expected of them.
struct ManifestEntry: Decodable, Sendable {
    struct Picture: Decodable, Sendable {
        let image: String
        let width: Int
        let height: Int
        /// The path of the masks: bit i of a pixel says whether instance i covers it.
        let expected: String
        let frame: Int?
        let instances: [Instance]
    }

    struct Instance: Decodable, Sendable {
        let bit: Int
        let id: Int?
        let shape: Int?
        let track: Int?
        let kind: String?
        let category: String?
        let pixels: Int
        let iscrowd: Int?
        let group: Int?

        private enum CodingKeys: String, CodingKey {
            case bit, id, shape, track, kind, category, pixels, iscrowd
            case group = "group_id"
        }
    }

    let key: String
    let file: String
    let images: [Picture]

    private struct Manifest: Decodable {
        let labels: [ManifestEntry]
    }

    static let all: [ManifestEntry] =
        LabelFixtures.decode(Manifest.self, "manifest.json")?.labels ?? []

    static func entry(_ key: String) throws -> ManifestEntry {
        try #require(all.first { $0.key == key }, "no entry \(key)")
    }

    var path: String { LabelFixtures.path(file) }
}

/// A file with one thing wrong, and what to report.
struct BrokenLabels: Decodable, Sendable, CustomStringConvertible {
    let file: String
    let format: String
    let outcome: String
    /// The number of objects that remain.
    let usable: Int
    let says: [String]
    /// How the values of a label picture are meant.
    let kind: String?
    let expected: String?
    /// Whether ``expected`` has ids in place of 0 and 1.
    let values: Bool?

    static let all: [BrokenLabels] =
        LabelFixtures.decode([BrokenLabels].self, "broken/broken.json") ?? []

    static func of(_ format: String) -> [BrokenLabels] { all.filter { $0.format == format } }

    var description: String { file }
    var path: String { LabelFixtures.path(file) }

    /// The words that are missing in a text; American spelling counts as well.
    func missingWords(in text: String) -> [String] {
        let text = text.lowercased()
        return says.filter {
            let word = $0.lowercased()
            return !text.contains(word)
                && !text.contains(word.replacing("colour", with: "color"))
        }
    }

    /// Checks a reader: the outcome, the words and the objects that remain.
    func check(_ read: () throws -> LabelReading) {
        do {
            let reading = try read()
            let text = reading.problems.map(\.description).joined(separator: "\n")
            #expect(outcome != "refused", "read in spite of all: \(text)")
            if outcome == "fine" { #expect(reading.problems.isEmpty, "\(text)") }
            #expect(missingWords(in: text).isEmpty, "\(text)")
            // A track is one, in however many frames.
            let objects = reading.labels.pictures.flatMap(\.objects)
            let tracks = Set(
                reading.labels.pictures.filter { $0.frame != nil }.flatMap {
                    $0.objects.map(\.instance)
                })
            let count = tracks.isEmpty ? objects.count : tracks.count
            if format != "png" { #expect(count == usable, "\(text)") }
        } catch {
            // Stricter than a repair is fine where the message names the cause.
            #expect(["refused", "repaired"].contains(outcome), "\(error)")
            #expect(missingWords(in: "\(error)").isEmpty, "\(error)")
        }
    }
}

/// The ids of a label picture of the fixtures.
enum ExpectedIDs {
    static func read(_ path: String) throws -> Tensor<UInt8> {
        try NPY.read(LabelFixtures.path(path))
    }
}
