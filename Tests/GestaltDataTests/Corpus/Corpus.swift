import Foundation
import TestSupport

/// Test files of Pillow, NumPy, SciPy and scikit-image with what Pillow and NumPy read from them,
/// collected by `scripts/corpus/make.sh`.
struct Corpus: Decodable, Sendable {
    /// Bare bytes, lowest byte first, rows first.
    struct Values: Decodable, Sendable {
        let file: String
        let type: String
        let shape: [Int]

        var bytes: Data {
            get throws {
                let path = try Corpus.path("values/" + file)
                return try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
            }
        }
    }

    struct Picture: Decodable, Sendable {
        let format: String
        let mode: String
        let frames: Int
        let width: Int
        let height: Int
        /// Bits per channel of a PNG or TIFF picture.
        let depth: Int?
        /// Of a BMP (a number), TIFF or JPEG picture, as Pillow calls it.
        let compression: Compression?
        /// `[frames, height, width, 4]`, upright; frames of animations composed.
        let rgba: Values?
        /// `[height, width]`, as stored.
        let indices: Values?
    }

    enum Compression: Decodable, Equatable, Sendable {
        case name(String)
        case number(Int)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                self = .number(number)
            } else {
                self = .name(try container.decode(String.self))
            }
        }
    }

    struct Member: Decodable, Sendable {
        let dtype: String?
        let shape: [Int]?
        let values: Values?
        let error: String?
    }

    struct File: Decodable, Sendable {
        let path: String
        let picture: Picture?
        /// By name; an npy file has one under the empty name.
        let arrays: [String: Member]?
        /// Why Pillow or NumPy refuse the file.
        let error: String?

        var absolutePath: String { get throws { try Corpus.path("files/" + path) } }

        /// Whether it is meant as an array; everything else is tried as a picture.
        var isArray: Bool { path.hasSuffix(".npy") || path.hasSuffix(".npz") }
    }

    let files: [File]

    struct Missing: Error {}

    static func path(_ name: String) throws -> String {
        guard let file = OutsideFiles.corpus.file(name) else { throw Missing() }
        return file.path
    }

    static func open() throws -> Corpus {
        let data = try Data(contentsOf: URL(filePath: path("manifest.json")))
        return try JSONDecoder().decode(Corpus.self, from: data)
    }
}

/// Who read how many files, and where the values differ.
struct CorpusTally {
    private var counts: [String: [String: Int]] = [:]
    private(set) var differences: [String] = []
    /// Our errors for files that the other library reads.
    private(set) var refusals: [String] = []
    private(set) var readByBoth = 0
    /// The largest difference per kind.
    private var worst: [String: Int] = [:]

    /// - Parameters:
    ///   - difference: of a value that both read; nil when it could not be compared.
    ///   - bound: the difference that is allowed.
    mutating func both(_ kind: String, path: String, difference: Int?, bound: Int) {
        readByBoth += 1
        guard let difference else { return count(kind, "not compared") }
        worst[kind] = max(worst[kind] ?? 0, difference)
        count(kind, difference == 0 ? "equal" : difference <= bound ? "within bound" : "different")
        if difference > bound {
            differences.append("\(path) (\(kind)): differs by \(difference), bound \(bound)")
        }
    }

    /// - Parameter refusal: our error, for people to judge; nil when we read the file.
    mutating func one(_ kind: String, path: String, refusal: (any Error)?, theirs: Bool) {
        guard let refusal else { return count(kind, "refused by them") }
        count(kind, theirs ? "refused by us" : "refused by both")
        if theirs { refusals.append("\(kind): \(refusal)") }
    }

    mutating func differs(_ kind: String, path: String, _ how: String) {
        readByBoth += 1
        count(kind, "different")
        differences.append("\(path) (\(kind)): \(how)")
    }

    private mutating func count(_ kind: String, _ what: String) {
        counts[kind, default: [:]][what, default: 0] += 1
    }

    /// A line per kind and per file that only we refuse.
    var summary: String {
        let kinds = counts.keys.sorted().map { kind in
            let parts = counts[kind]!.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            let largest = worst[kind].map { $0 > 0 ? ", largest difference \($0)" : "" } ?? ""
            return "corpus, \(kind): " + parts.joined(separator: ", ") + largest
        }
        let folder = (OutsideFiles.corpus.folder?.path ?? "") + "/files/"
        return (kinds + refusals.map { "corpus, refused, " + $0 })
            .joined(separator: "\n").replacingOccurrences(of: folder, with: "")
    }
}

/// The error of a result that has one.
func refusal<Value, Failure>(of result: Result<Value, Failure>) -> (any Error)? {
    if case .failure(let error) = result { error } else { nil }
}
