import Foundation
import GestaltData
import GestaltIO
import GestaltLabels
import GestaltMedia
import GestaltModels

/// Makes a set of films, pictures and label files.
///
/// Sources are read one after the other, their frames a few at a time, so memory does not grow
/// with the length of a film. A source whose bytes, labels and settings are those of an earlier
/// import is not read again, be that import complete or not.
public struct Importer: Sendable {
    public let plan: ImportPlan

    /// - Throws: `ConfigurationError` for settings out of range.
    public init(_ plan: ImportPlan) throws(ConfigurationError) {
        try plan.settings.validate()
        self.plan = plan
    }

    /// Reads names and label files, no frames, and writes nothing.
    ///
    /// - Returns: a report of what is known then.
    /// - Throws: ``ImportError``, `FileFailure`.
    public func check() throws -> ImportReport { try ImportPreparation(plan).report }

    /// Writes the set.
    ///
    /// - Parameter progress: called after every few frames; an error that it throws stops the
    ///   import, which the next one continues.
    /// - Throws: ``ImportError/badInput(_:)`` where something is bad and ``ImportPlan/skipsBad`` is
    ///   false, or too little is left; the set is then as it was before. Other ``ImportError``, `FileFailure` and
    ///   `MediaError` for files that cannot be written.
    public func run(progress: ProgressHandler? = nil) throws -> ImportReport {
        do {
            return try write(progress)
        } catch ImportError.badInput(let report) {
            try OutputFolder.make(plan.output)
            try ImportFolder(plan.output).write(
                StrictJSON.encode(report), as: ImportFolder.reportName)
            throw ImportError.badInput(report)
        }
    }

    private func write(_ progress: ProgressHandler?) throws -> ImportReport {
        let preparation = try ImportPreparation(plan)
        var report = preparation.report
        let folder = ImportFolder(plan.output)
        try folder.make()
        var work = ImportWork(preparation, folder: folder, progress: progress)
        let sources = try work.sources()
        report.problems += work.problems + sources.flatMap(\.problems)
        report.readCount = work.readCount
        guard report.bad.isEmpty || plan.skipsBad else { throw ImportError.badInput(report) }
        let manifest = Self.manifest(preparation, sources)
        report.splits = manifest.parts
        do throws(ImportError) {
            try requireClips(manifest, preparation, report)
        } catch {
            throw error.joined(to: report)
        }
        let changed = try folder.publish(manifest)
        report.isWritten = true
        try finish(report, folder, changed: changed)
        // What an import took away is no property of the set, whose report is written.
        report.problems += Self.lostLabels(preparation, manifest)
        return report
    }

    private static func manifest(
        _ preparation: ImportPreparation, _ sources: [SetManifest.Source]
    ) -> SetManifest {
        let names = Set(sources.map(\.name))
        let others = preparation.existing?.sources.filter { !names.contains($0.name) } ?? []
        return SetManifest(
            settings: preparation.plan.settings,
            categories: preparation.categories.map { SetManifest.Category($0) },
            labelFiles: preparation.files.map { file in
                SetManifest.LabelFile(
                    path: file.path, format: file.format,
                    pictureCount: file.labels.pictures.count { !$0.objects.isEmpty })
            },
            sources: (sources + others).sorted { isNaturallyOrdered($0.name, $1.name) })
    }

    /// Returns a note on the labels that sources had in the set and no longer have, by their
    /// numbers: which frames had labels is not in the manifest.
    private static func lostLabels(
        _ preparation: ImportPreparation, _ manifest: SetManifest
    ) -> [ImportProblem] {
        let now = Dictionary(
            manifest.sources.map { ($0.name, $0.labeledCount) }, uniquingKeysWith: { a, _ in a })
        let lost = (preparation.existing?.sources ?? []).reduce(0) {
            $0 + max(0, $1.labeledCount - now[$1.name, default: 0])
        }
        guard lost > 0 else { return [] }
        return [
            ImportProblem(
                .note, path: preparation.plan.output,
                "\(plural(lost, "labeled frame")) of the set without labels now: labels are those of "
                    + "this import's label files alone; pass all label files again to keep them")
        ]
    }

    /// - Throws: ``ImportError`` where nothing is left, a split without frames, a split without
    ///   labels while others have some, or no labels of those that were found.
    private func requireClips(
        _ manifest: SetManifest, _ preparation: ImportPreparation, _ report: ImportReport
    ) throws(ImportError) {
        guard !report.splits.isEmpty else {
            throw .nothingFound(
                paths: plan.inputs,
                found: ImportReport.summary(of: report.bad).joined(separator: "; "))
        }
        try requireSplits(manifest, preparation, report)
        guard report.splits.contains(where: { $0.labeledCount > 0 }) else {
            if let error = preparation.labelsLeftOut { throw error }
            return
        }
        for part in report.splits where part.labeledCount == 0 {
            throw .tooFewLabels(
                split: part.split, expected: "1 frame", found: 0,
                advice: "label frames of its films: "
                    + manifest.sources.filter { $0.splits.splits.contains(part.split) }
                    .prefix(4).map(\.name).joined(separator: ", "))
        }
    }

    /// - Throws: ``ImportError/emptySplit(split:sources:)`` for a split that was planned, before
    ///   the frames were read, and has none.
    private func requireSplits(
        _ manifest: SetManifest, _ preparation: ImportPreparation, _ report: ImportReport
    ) throws(ImportError) {
        var planned = Dictionary(
            manifest.sources.map { ($0.name, $0.splits) }, uniquingKeysWith: { a, _ in a })
        // The manifest lacks sources whose files cannot be read.
        for (source, splits) in zip(preparation.sources, preparation.splits) {
            planned[source.name] = splits
        }
        for split in Split.allCases where !report.splits.contains(where: { $0.split == split }) {
            let names = planned.filter { $0.value.splits.contains(split) }.keys
            guard split == .train || !names.isEmpty else { continue }
            throw .emptySplit(split: split, sources: names.sorted(by: isNaturallyOrdered))
        }
    }

    /// Writes the contact sheet and the report, where the set is another one than before.
    private func finish(_ report: ImportReport, _ folder: ImportFolder, changed: Bool) throws {
        let sheet = plan.output + "/" + ImportFolder.sheetName
        if changed || !FileManager.default.fileExists(atPath: sheet) {
            let picture = try ImportedSet(at: plan.output).sheet()
            try folder.write(PNG.encode(picture), as: ImportFolder.sheetName)
        }
        // How much was read is no property of the set.
        var stored = report
        stored.readCount = stored.sourceCount
        try folder.write(StrictJSON.encode(stored), as: ImportFolder.reportName)
    }
}
