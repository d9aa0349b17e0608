import GestaltLabels

/// The list of label files with the masks expected of them.
struct Manifest: Decodable {
    struct Entry: Decodable {
        let key: String
        let format: String
        let file: String
        let images: [Picture]
    }

    struct Picture: Decodable {
        let image: String
        let width: Int
        let height: Int
        let expected: String
        let expectedByGrid: String?
        let instances: [Instance]

        /// The last part of the name.
        var name: String { image.split(separator: "/").last.map(String.init) ?? image }
    }

    struct Instance: Decodable {
        let bit: Int
        let pixels: Int
        let annotation: Int?
        let category: String?
        let kind: String?
        let form: String?
        let iscrowd: Int?
        let pixelsByGrid: Int?
        let line: Int?
    }

    let labels: [Entry]

    static let shared = LabelFixtures.decode(Manifest.self, "manifest.json")

    static func entry(_ key: String) -> Entry? { shared?.labels.first { $0.key == key } }
}

/// A broken file and what is to be said about it.
struct BrokenFile: Decodable, Sendable, CustomStringConvertible {
    let file: String
    let format: String
    let outcome: String
    let usable: Int
    let `where`: String?
    let says: [String]
    let picture: String?
    let expected: String?
    let classes: [String]?

    var description: String { file }

    static let all: [BrokenFile] =
        LabelFixtures.decode([BrokenFile].self, "broken/broken.json") ?? []

    static func of(_ format: String) -> [BrokenFile] { all.filter { $0.format == format } }

    /// Reads the file, and returns what differs from the expectations, as sentences.
    func problems(reading format: LabelFormat, _ options: LabelReadingOptions) -> [String] {
        let path = LabelFixtures.path(file)
        var text = ""
        var found = "refused"
        var usable = 0
        do {
            let reading = try format.read(path, options)
            let outcomes = Set(reading.problems.map(\.outcome))
            found =
                outcomes.contains(.omitted)
                ? "record" : outcomes.contains(.repaired) ? "repaired" : "fine"
            usable = reading.labels.pictures.reduce(0) { $0 + $1.objects.count }
            text = reading.problems.map(\.description).joined(separator: "\n")
            // The masks of whatever is left can be drawn.
            for picture in reading.labels.pictures {
                guard let size = picture.size else { continue }
                for object in picture.objects { _ = object.region.runs(size: size) }
            }
        } catch {
            text = "\(error)"
        }
        return complaints(found: found, usable: usable, text: text)
    }

    private func complaints(found: String, usable: Int, text: String) -> [String] {
        let lower = text.lowercased()
        var complaints = says.filter { !lower.contains($0.lowercased()) }.map {
            "“\($0)” is not said"
        }
        if let place = self.where, !place.isEmpty, place != "line and column",
            !lower.contains(place.lowercased())
        {
            complaints.append("the place “\(place)” is not said")
        }
        let order = ["fine", "repaired", "record", "refused"]
        // Stricter than repaired is fine, the other outcomes are exact.
        let isStricter = outcome == "repaired" && (order.firstIndex(of: found) ?? 0) > 1
        if found != outcome && !isStricter { complaints.append("\(found), expected \(outcome)") }
        if usable != self.usable && !isStricter {
            complaints.append("\(usable) usable, expected \(self.usable)")
        }
        return complaints.isEmpty ? [] : complaints + ["said: \(text)"]
    }
}
