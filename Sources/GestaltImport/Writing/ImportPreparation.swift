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
        try Self.requireLabelFiles(plan.labels)
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
        let names = FrameNames(sources, firstNumber: plan.settings.firstNumber)
        let read = try LabelFiles(
            plan.labels,
            categories: CategoryIDs(
                names: plan.settings.categories, existing: existing?.labelCategories ?? []),
            names: plan.settings.categories ?? [], size: { names.size(of: $0) })
        files = read.files
        categories = read.categories.categories
        report.problems += read.problems
        report.categories = categories.map(\.name)
        guard read.files.count == plan.labels.count || plan.skipsBad && !read.files.isEmpty else {
            throw ImportError.badInput(report)
        }
        let matched = MatchedLabels(
            read.files, names: names, sourceCount: sources.count,
            empty: plan.settings.emptyPictures)
        labels = matched.sources
        report.problems += matched.problems
        (report.labelCount, report.matchedCount) = (matched.labelCount, matched.matchedCount)
        try divide()
    }

    /// - Throws: ``ImportError/wrongPath(path:expected:found:)`` for label files that are not there:
    ///   a mistake in a name is not to cost the reading of all films, or all labels.
    private static func requireLabelFiles(_ paths: [String]) throws(ImportError) {
        let missing = paths.filter { !FileManager.default.fileExists(atPath: $0) }
        guard missing.isEmpty else {
            throw .wrongPath(
                path: missing.joined(separator: ", "),
                expected: "label files, or folders of them", found: "nothing")
        }
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

    /// Returns the error of labels of which no frame is taken; nil where there are no labels.
    var labelsLeftOut: ImportError? {
        guard let source = labels.indices.first(where: { !labels[$0].frames.isEmpty }),
            let number = labels[source].frames.keys.min()
        else { return nil }
        let settings = plan.settings
        let isThinned = settings.stride > 1 || settings.rate != nil
        return .noLabelTaken(
            found: labels.reduce(0) { $0 + $1.frames.count },
            example: "frame \(number) of \(sources[source].name)",
            advice: isThinned
                ? "choose --stride and --rate so that labeled frames are among those taken"
                : "these frames, or their labels, cannot be read")
    }

    private mutating func divide() throws {
        let known = Dictionary(
            (existing?.sources ?? []).map { ($0.name, $0.splits) }, uniquingKeysWith: { a, _ in a })
        let names = Set(sources.map(\.name))
        let stride = plan.settings.stride
        let items = sources.indices.map { index in
            SplitPlan.Item(
                name: sources[index].name, path: sources[index].path,
                labeled: labels[index].numbers(stride: stride),
                existing: known[sources[index].name])
        }
        let needsLabels = items.contains { !$0.labeled.isEmpty }
        // A set that is extended may have other labels.
        if existing == nil, !needsLabels, let labelsLeftOut {
            throw labelsLeftOut.joined(to: report)
        }
        var found: [ImportProblem] = []
        do {
            let division = try SplitPlan(
                items, splits: plan.settings.splits, needsLabels: needsLabels,
                others: known.filter { !names.contains($0.key) }.map(\.value),
                taken: { try Self.numbers(of: sources[$0], plan.settings, problems: &found) })
            splits = division.blocks
            report.problems += division.notes
        } catch let error as ImportError {
            report.problems += found
            // Where no frame can be read, the reason says more than their number.
            if case .tooFewFrames(_, _, 0) = error, !report.bad.isEmpty {
                throw ImportError.badInput(report)
            }
            throw error.joined(to: report)
        }
    }

    /// Returns the numbers of the frames that are taken, in order.
    /// - Parameter problems: receives what is wrong with frames, where they have to be read.
    private static func numbers(
        of source: any ImportSource, _ settings: ImportSettings, problems: inout [ImportProblem]
    ) throws -> [Int] {
        if let count = source.frameCount {
            return Array(stride(from: 0, to: count, by: settings.stride))
        }
        let frames = try source.frames(settings)
        var numbers: [Int] = []
        while let item = try frames.next() {
            switch item {
            case .frame(let frame): numbers.append(frame.number)
            case .problem(let problem): problems.append(problem)
            }
        }
        return numbers
    }
}
