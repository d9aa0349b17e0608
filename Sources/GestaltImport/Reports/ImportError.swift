import GestaltData

/// An import that cannot be done.
public enum ImportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Something is bad and was not to be skipped, or left too little; the report lists all of it.
    /// The set's folder holds what it held before.
    case badInput(ImportReport)
    /// The set at `path` was imported with other settings.
    case otherSettings(path: String, differences: [Difference])
    /// A split would have no labeled frame: what is needed, and how many of it there are.
    case tooFewLabels(split: Split, expected: String, found: Int, advice: String)
    /// The inputs hold too few frames for the splits: as many as are expected of one source, and
    /// the most that one has.
    case tooFewFrames(path: String, expected: Int, found: Int)
    /// A split to which sources were assigned has no frame, since none of theirs can be taken.
    case emptySplit(split: Split, sources: [String])
    /// Labels of frames were found, and none of these frames is in the set.
    case noLabelTaken(found: Int, example: String, advice: String)
    /// The label files have none of the chosen categories, but others.
    case unknownCategories(names: [String], found: [String])
    /// Nothing in the inputs can be imported.
    case nothingFound(paths: [String], found: String)
    /// A path that cannot be read or written.
    case wrongPath(path: String, expected: String, found: String)
    /// Label files have more categories than masks can tell apart.
    case tooManyCategories(found: Int)
    /// A set whose files are not those of its manifest.
    case damagedSet(path: String, expected: String, found: String)

    /// A set whose labels do not tell objects apart, where that is needed: the formats of its label
    /// files.
    case withoutInstances(path: String, formats: [String])

    /// A setting with two values.
    public struct Difference: Sendable, Equatable, CustomStringConvertible {
        public var name: String
        /// The value of the set.
        public var existing: String
        /// The value of this import.
        public var requested: String

        public var description: String { "\(name) is \(existing) there and \(requested) here" }
    }

    /// Returns the error as one of all that is bad in a report, where something is.
    func joined(to report: ImportReport) -> ImportError {
        guard !report.bad.isEmpty else { return self }
        var report = report
        report.problems.append(ImportProblem(.bad, path: report.output, "\(self)"))
        return .badInput(report)
    }

    private static func text(of report: ImportReport) -> String {
        let bad = report.bad
        let title = "\(report.output): no set is written, \(plural(bad.count, "thing")) wrong:"
        return ([title] + ImportReport.summary(of: bad).map { "  " + $0 }).joined(separator: "\n")
    }

    private static func text(ofEmpty split: Split, _ sources: [String]) -> String {
        let names = sources.prefix(4).joined(separator: ", ") + (sources.count > 4 ? ", …" : "")
        return "the split \(split.folder) is empty: no frame of "
            + (names.isEmpty ? "any film" : names) + " can be taken; leave out of the inputs what "
            + "cannot be read, or choose other splits (--seed)"
    }

    public var description: String {
        switch self {
        case .badInput(let report):
            return Self.text(of: report)
        case .otherSettings(let path, let differences):
            let list = differences.map(\.description).joined(separator: "; ")
            return "\(path): imported with other settings: \(list) (--force imports anew)"
        case .tooFewLabels(let split, let expected, let found, let advice):
            return
                "too few labels for the split \(split.folder): expected \(expected) with labels, "
                + "found \(found): \(advice)"
        case .tooFewFrames(let path, let expected, let found):
            return "\(path): expected \(expected) frames or more to divide among the splits, "
                + "found \(found)"
        case .emptySplit(let split, let sources):
            return Self.text(ofEmpty: split, sources)
        case .noLabelTaken(let found, let example, let advice):
            return "found \(plural(found, "labeled frame")), such as \(example), none of which is "
                + "in the set: \(advice)"
        case .unknownCategories(let names, let found):
            return "no label has the category \(names.joined(separator: " or ")); the label files "
                + "have \(found.joined(separator: ", "))"
        case .nothingFound(let paths, let found):
            return "\(paths.joined(separator: ", ")): expected films or pictures, found \(found)"
        case .wrongPath(let path, let expected, let found),
            .damagedSet(let path, let expected, let found):
            return "\(path): expected \(expected), found \(found)"
        case .withoutInstances(let path, let formats):
            let names = Set(formats).sorted().joined(separator: ", ")
            return "\(path): expected labels that tell objects apart (outlines, boxes, numbered "
                + "objects), found "
                + (formats.isEmpty ? "no labels" : "masks of categories alone, from \(names)")
        case .tooManyCategories(let found):
            return "the label files have \(found) categories, masks have room for "
                + "\(CategoryIDs.limit) (--categories chooses some)"
        }
    }
}
