/// An import: films, pictures and label files that become a set.
///
/// ```swift
/// import GestaltImport
///
/// var plan = ImportPlan(["films"], labels: ["annotations.json"], output: "set")
/// plan.settings.stride = 5
/// let report = try Importer(plan).run()
/// print(report.splits.map(\.labeledCount))
/// ```
public struct ImportPlan: Sendable, Equatable {
    /// Films, pictures, and folders of them.
    public var inputs: [String]
    /// Label files, and folders of them, in any registered format.
    public var labels: [String]
    /// The folder of the set.
    public var output: String
    public var settings: ImportSettings
    /// Whether what is bad is left out; else nothing is written where something is bad. A label file
    /// that is not there is an error all the same.
    public var skipsBad = false
    /// Whether a set in the folder is replaced; else it is extended, which needs its settings.
    public var startsAnew = false

    public init(
        _ inputs: [String], labels: [String] = [], output: String,
        settings: ImportSettings = ImportSettings()
    ) {
        self.inputs = inputs
        self.labels = labels
        self.output = output
        self.settings = settings
    }
}
