import Foundation
import GestaltData
import GestaltIO

/// Everything about an import that is known before frames are read.
struct ImportPreparation {
    let plan: ImportPlan
    /// In natural order of their names.
    let sources: [any ImportSource]
    let files: [ReadLabelFile]
    let categories: [LabelCategory]
    /// In the order of the sources.
    let labels: [SourceLabels]
    /// The set that is extended.
    let existing: SetManifest?
    /// In the order of the sources.
    private(set) var splits: [SplitBlocks] = []
    private(set) var report: ImportReport

    /// Lists sources, reads label files, matches names and divides the sources among the splits.
    ///
    /// - Throws: ``ImportError``; what is wrong with files is in the report.
    init(_ plan: ImportPlan) throws {
        self.plan = plan
        existing = try Self.existing(plan)
        report = ImportReport(output: plan.output)
        let listing = SourceListing(plan.inputs, excluding: plan.labels + [plan.output])
        sources = listing.sources.sorted { isNaturallyOrdered($0.name, $1.name) }
        report.problems += listing.problems
        report.sourceCount = sources.count
        guard !sources.isEmpty else {
            let reasons = listing.problems.map(\.description)
            throw ImportError.nothingFound(
                paths: plan.inputs,
                found: reasons.isEmpty ? "none" : reasons.joined(separator: "; "))
        }
        let names = FrameNames(sources)
        let read = try LabelFiles(
            plan.labels,
            categories: CategoryIDs(
                names: plan.settings.categories, existing: existing?.labelCategories ?? []),
            names: plan.settings.categories ?? [], size: { names.size(of: $0) })
        files = read.files
        categories = read.categories.categories
        report.problems += read.problems
        report.categories = categories.map(\.name)
        let matched = MatchedLabels(
            read.files, names: names, sourceCount: sources.count,
            empty: plan.settings.emptyPictures)
        labels = matched.sources
        report.problems += matched.problems
        (report.labelCount, report.matchedCount) = (matched.labelCount, matched.matchedCount)
        try divide()
    }

    /// The set in the output folder; nil for a new or empty folder, or one to start anew.
    private static func existing(_ plan: ImportPlan) throws -> SetManifest? {
        try OutputFolder.check(plan.output)
        guard Folder.exists(plan.output) else { return nil }
        guard ImportedSet.isOne(plan.output) else {
            let (files, folders) = try Folder.contents(plan.output)
            guard folders.isEmpty, files.allSatisfy({ $0 == ImportFolder.reportName }) else {
                throw ImportError.wrongPath(
                    path: plan.output, expected: "a new folder, or one with an imported set",
                    found: try Folder.summary(plan.output))
            }
            return nil
        }
        if plan.startsAnew { return nil }
        let manifest = try SetManifest(of: plan.output)
        let differences = plan.settings.differences(from: manifest.settings)
        guard differences.isEmpty else {
            throw ImportError.otherSettings(path: plan.output, differences: differences)
        }
        return manifest
    }

    private mutating func divide() throws {
        let known = Dictionary(
            (existing?.sources ?? []).map { ($0.name, $0.splits) }, uniquingKeysWith: { a, _ in a })
        let names = Set(sources.map(\.name))
        let stride = plan.settings.stride
        let items = sources.indices.map { index in
            SplitPlan.Item(
                name: sources[index].name, labeled: labels[index].numbers(stride: stride),
                existing: known[sources[index].name])
        }
        do {
            let division = try SplitPlan(
                items, splits: plan.settings.splits,
                needsLabels: items.contains { !$0.labeled.isEmpty },
                others: known.filter { !names.contains($0.key) }.map(\.value),
                counted: { try Self.count(sources[$0], plan.settings) })
            splits = division.blocks
            report.problems += division.notes
        } catch let error as ImportError {
            guard !report.bad.isEmpty, !plan.skipsBad else { throw error }
            report.problems.append(ImportProblem(.bad, path: plan.output, "\(error)"))
            throw ImportError.badInput(report)
        }
    }

    /// Returns the highest number of a readable frame, and 1.
    private static func count(
        _ source: any ImportSource, _ settings: ImportSettings
    ) throws -> Int {
        if let count = source.frameCount { return count }
        let frames = try source.frames(settings)
        var count = 0
        while let item = try frames.next() {
            if case .frame(let frame) = item { count = frame.number + 1 }
        }
        return count
    }
}
