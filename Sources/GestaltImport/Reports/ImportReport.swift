import GestaltData

/// The outcome of an import: what is in the set, and everything that is wrong.
public struct ImportReport: Sendable, Equatable, Codable {
    /// The folder of the set.
    public var output: String
    /// Whether the set is complete in its folder; false after a dry run, and where something is
    /// bad.
    public var isWritten = false
    /// Films and folders of pictures.
    public var sourceCount = 0
    /// Sources that were read in this import; the others are unchanged.
    public var readCount = 0
    /// Pictures and frames with labels in the label files, and those of them that belong to a
    /// frame.
    public var labelCount = 0
    public var matchedCount = 0
    /// The names of the categories, background first.
    public var categories: [String] = []
    /// What each split holds; empty where nothing was read.
    public var splits: [Part] = []
    /// Everything that is wrong or worth knowing, in the order of the work.
    public var problems: [ImportProblem] = []

    /// The contents of a split.
    public struct Part: Sendable, Equatable, Codable {
        public var split: Split
        /// Films and folders of pictures that at least one frame comes from.
        public var sourceCount = 0
        public var clipCount = 0
        public var frameCount = 0
        public var labeledCount = 0

        public init(_ split: Split) { self.split = split }
    }

    public init(output: String) { self.output = output }

    /// The problems that prevent a set unless ``ImportPlan/skipsBad``.
    public var bad: [ImportProblem] { problems.filter { $0.severity == .bad } }
    public var notes: [ImportProblem] { problems.filter { $0.severity == .note } }

    /// The number of problems that ``summary(of:count:)`` and the program print.
    public static let printedCount = 20

    /// Returns the first problems, a line each, and the number of the others.
    public static func summary(
        of problems: [ImportProblem], count: Int = printedCount
    ) -> [String] {
        let lines = problems.prefix(count).map(\.description)
        let rest = problems.count - lines.count
        return lines + (rest > 0 ? ["and \(rest) more"] : [])
    }
}
