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
    ///   false; the set is then as it was before. Other ``ImportError``, `FileFailure` and
    ///   `MediaError` for files that cannot be written.
    public func run(progress: ProgressHandler? = nil) throws -> ImportReport {
        let preparation = try ImportPreparation(plan)
        var report = preparation.report
        let folder = ImportFolder(plan.output)
        try folder.make()
        var work = ImportWork(preparation, folder: folder, progress: progress)
        let sources = try work.sources()
        report.problems += work.problems + sources.flatMap(\.problems)
        report.readCount = work.readCount
        guard report.bad.isEmpty || plan.skipsBad else {
            try folder.write(StrictJSON.encode(report), as: ImportFolder.reportName)
            throw ImportError.badInput(report)
        }
        let manifest = Self.manifest(preparation, sources)
        report.splits = manifest.parts
        try requireClips(manifest, report)
        let changed = try folder.publish(manifest)
        report.isWritten = true
        try finish(report, folder, changed: changed)
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

    /// - Throws: ``ImportError`` where nothing is left, or a split without labels while others
    ///   have some.
    private func requireClips(_ manifest: SetManifest, _ report: ImportReport) throws(ImportError) {
        guard !report.splits.isEmpty else {
            throw .nothingFound(
                paths: plan.inputs,
                found: ImportReport.summary(of: report.bad).joined(separator: "; "))
        }
        guard report.splits.contains(where: { $0.labeledCount > 0 }) else { return }
        for part in report.splits where part.labeledCount == 0 {
            throw .tooFewLabels(
                split: part.split, expected: "1 frame", found: 0,
                advice: "label frames of its films: "
                    + manifest.sources.filter { $0.splits.splits.contains(part.split) }
                    .prefix(4).map(\.name).joined(separator: ", "))
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
