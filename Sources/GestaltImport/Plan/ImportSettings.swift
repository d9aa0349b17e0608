import Foundation
import GestaltData
import GestaltModels

/// The settings of an import that decide the contents of a set. A set has one of them: films that
/// are added later get the same.
public struct ImportSettings: Sendable, Equatable, Codable {
    /// Changes to the size of frames and masks; by default frames keep their sizes.
    public var sizing = FrameSizing()
    /// Every `stride`-th frame is taken.
    public var stride = 1
    /// The number of frames taken per second of a film; nil takes all. Pictures have no times.
    public var rate: Double?
    /// The number of frames of a clip; the last clip of a film has from half as many to half as
    /// many again.
    public var clipLength = 64
    /// The names of categories to import, in the order of their ids from 1; nil imports all, in
    /// the order of the label files. Objects of other categories are left out, with a note.
    public var categories: [String]?
    /// The number of the first frame in the names of label pictures of films: 0, or 1 for frames
    /// that `ffmpeg` wrote as `%06d.png`. Numbers that are not part of a name count from 0.
    public var firstNumber = 0
    /// The meaning of pictures that label files list without objects.
    public var emptyPictures = EmptyPictures.unlabeled
    public var splits = ImportSplits()

    /// The meaning of a picture that is listed without objects.
    public enum EmptyPictures: String, Sendable, Codable, CaseIterable {
        /// Not labeled yet.
        case unlabeled
        /// Labeled: all of it is background.
        case background
    }

    public init() {}

    /// - Throws: `ConfigurationError` for a value out of range.
    public func validate() throws(ConfigurationError) {
        guard stride > 0 else { throw .invalid("stride", expected: "1 or more", found: stride) }
        if let rate, !(rate > 0 && rate.isFinite) {
            throw .invalid("rate", expected: "frames per second above 0", found: rate)
        }
        guard (1...4096).contains(clipLength) else {
            throw .invalid("clipLength", expected: "1 to 4096", found: clipLength)
        }
        if let categories {
            guard !categories.isEmpty, Set(categories).count == categories.count else {
                throw .invalid(
                    "categories", expected: "one or more names, each once", found: categories)
            }
        }
        guard firstNumber >= 0 else {
            throw .invalid("firstNumber", expected: "0 or more", found: firstNumber)
        }
        try splits.validate()
    }
}

/// The division of a set into training, validation and test clips.
public struct ImportSplits: Sendable, Equatable, Codable {
    /// The share of films, or of frames, in the validation split: 0 for none.
    public var validation = 0.1
    /// The share in the test split: 0 for none.
    public var test = 0.1
    public var unit = Unit.films
    /// Chooses other films for the splits.
    public var seed: UInt64 = 0

    /// What is kept together.
    public enum Unit: String, Sendable, Codable, CaseIterable {
        /// All frames of a film, or of a folder of pictures, are in one split.
        case films
        /// Every film, or folder of pictures, is divided into contiguous blocks.
        case frames
    }

    public init() {}

    func validate() throws(ConfigurationError) {
        for (name, share) in [("splits.validation", validation), ("splits.test", test)] {
            guard (0..<1).contains(share) else {
                throw .invalid(name, expected: "0 or more and below 1", found: share)
            }
        }
        guard validation + test < 1 else {
            throw .invalid(
                "splits", expected: "shares that leave some for training",
                found: "\(validation) and \(test)")
        }
    }

    /// The splits beside training that get something, with their shares.
    var heldOut: [(split: Split, share: Double)] {
        [(Split.validation, validation), (.test, test)].filter { $0.1 > 0 }
    }
}

extension ImportSettings {
    /// Decodes settings; manifests of earlier versions have no `firstNumber`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sizing = try values.decode(FrameSizing.self, forKey: .sizing)
        stride = try values.decode(Int.self, forKey: .stride)
        rate = try values.decodeIfPresent(Double.self, forKey: .rate)
        clipLength = try values.decode(Int.self, forKey: .clipLength)
        categories = try values.decodeIfPresent([String].self, forKey: .categories)
        firstNumber = try values.decodeIfPresent(Int.self, forKey: .firstNumber) ?? 0
        emptyPictures = try values.decode(EmptyPictures.self, forKey: .emptyPictures)
        splits = try values.decode(ImportSplits.self, forKey: .splits)
    }

    /// Returns the settings whose values differ, by their keys.
    func differences(from existing: ImportSettings) -> [ImportError.Difference] {
        let (mine, theirs) = (values, existing.values)
        return Set(mine.keys).union(theirs.keys).sorted().filter { mine[$0] != theirs[$0] }
            .map {
                ImportError.Difference(
                    name: $0, existing: theirs[$0] ?? "not set", requested: mine[$0] ?? "not set")
            }
    }

    /// The settings as text, by key.
    private var values: [String: String] {
        guard let bytes = try? StrictJSON.encode(self),
            let object = try? JSONSerialization.jsonObject(with: Data(bytes))
        else { return [:] }
        return Self.values(in: object, below: "")
    }

    private static func values(in object: Any, below key: String) -> [String: String] {
        if let list = object as? [Any] {
            return [key: list.map { "\($0)" }.joined(separator: ", ")]
        }
        guard let members = object as? [String: Any] else { return [key: "\(object)"] }
        return members.reduce(into: [:]) { result, member in
            let name = key.isEmpty ? member.key : key + "." + member.key
            result.merge(values(in: member.value, below: name)) { $1 }
        }
    }
}
