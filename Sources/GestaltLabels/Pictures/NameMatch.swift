/// The picture file that a name in a label file refers to.
public struct NameMatch: Sendable, Equatable {
    /// A difference between the name in a label file and that of a picture file.
    public enum Difference: String, Sendable, CaseIterable, CustomStringConvertible {
        /// Backslashes or the letter of a drive.
        case separators
        /// The name has folders that the file's path has not, or others.
        case folder
        /// The prefix that Label Studio adds to uploaded files: `1a2b3c4d-`.
        case prefix
        /// Upper and lower case.
        case letterCase
        /// The ending: `.jpg` instead of `.png`.
        case ending
        /// The number of digits: `frame_1` instead of `frame_000001`.
        case digits

        public var description: String {
            switch self {
            case .separators: "backslashes or a drive"
            case .folder: "another folder"
            case .prefix: "a prefix of Label Studio"
            case .letterCase: "upper and lower case"
            case .ending: "another ending"
            case .digits: "another number of digits"
            }
        }

        /// The weight in the choice between several files: the sum of all lower ones is smaller.
        var weight: Int { 1 << (Self.allCases.firstIndex(of: self) ?? 0) }
    }

    public enum Outcome: Sendable, Equatable {
        /// The file's path relative to the folder, and how the name differs from it.
        case found(String, differences: [Difference])
        /// Several files fit equally well.
        case ambiguous([String])
        /// No file fits.
        case missing
        /// No file fits, and the name leads out of the folder.
        case outside
    }

    /// The name in the label file.
    public let name: String
    public let outcome: Outcome

    public init(name: String, outcome: Outcome) {
        self.name = name
        self.outcome = outcome
    }

    /// The path of the file relative to the folder; nil where none was found.
    public var file: String? {
        if case .found(let file, _) = outcome { file } else { nil }
    }

    /// Whether the name is the file's path, as it is.
    public var isExact: Bool {
        if case .found(_, let differences) = outcome { differences.isEmpty } else { false }
    }
}

extension NameMatch: CustomStringConvertible {
    /// A sentence with the name, the file and the differences.
    public var description: String {
        switch outcome {
        case .found(let file, let differences) where differences.isEmpty: "“\(name)” is \(file)"
        case .found(let file, let differences):
            "“\(name)” is taken for \(file), which has "
                + differences.map(\.description).joined(separator: ", ")
        case .ambiguous(let files):
            "“\(name)” may be any of \(files.prefix(4).joined(separator: ", "))"
                + (files.count > 4 ? ", …" : "")
        case .missing: "the picture “\(name)” is not found"
        case .outside: "the picture “\(name)” lies outside the folder of pictures"
        }
    }
}

/// The result of matching the names of a label file with picture files.
public struct NameMatching: Sendable, Equatable {
    /// One for each name, in their order.
    public let matches: [NameMatch]
    /// Picture files that no name refers to, in ascending order.
    public let unnamed: [String]

    /// The matches that are not exact: names without a file, and names that differ from theirs.
    public var mismatches: [NameMatch] { matches.filter { !$0.isExact } }
}
