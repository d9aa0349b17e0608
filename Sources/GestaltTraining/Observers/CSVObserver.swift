import Foundation
import GestaltIO

/// An observer that writes a run's metrics as tables: `train.csv` with a row for each step,
/// `evaluation.csv` with a row for each evaluation.
///
/// Columns are `step`, `seconds` and the metrics in the order of their first appearance; a metric
/// that appears later adds a column, empty in the rows before. A resumed run drops the rows of
/// steps that it repeats.
public final class CSVObserver: TrainingObserver {
    private let folder: String?
    private var train: CSVTable?
    private var evaluation: CSVTable?

    /// - Parameter folder: an existing folder; by default that of the run.
    public init(folder: String? = nil) { self.folder = folder }

    /// - Throws: ``TrainingError/output(path:reason:)``.
    /// - Precondition: a folder is specified, or the run has one.
    public func started(_ event: TrainingEvent) throws {
        let folder = self.folder ?? event.requiredRun("CSVObserver").path
        train = try CSVTable(path: folder + "/train.csv", resumingAt: event.firstStep)
        evaluation = try CSVTable(path: folder + "/evaluation.csv", resumingAt: event.firstStep)
    }

    public func stepped(_ event: TrainingEvent) throws { try train?.write(event) }
    public func evaluated(_ event: TrainingEvent) throws { try evaluation?.write(event) }

    public func finished(_ event: TrainingEvent) throws {
        (train, evaluation) = (nil, nil)
    }
}

/// A file of comma-separated values that grows by rows, and rarely by a column.
private struct CSVTable {
    let path: String
    private var columns: [String] = []
    private var handle: FileHandle?

    init(path: String, resumingAt step: Int) throws(TrainingError) {
        self.path = path
        guard step > 0, let lines = Self.lines(path), let header = lines.first else {
            try replace([])
            return
        }
        columns = header.split(separator: ",").dropFirst(2).map(String.init)
        let fields = columns.count + 2
        // A row with fewer fields is an incomplete last row after a crash.
        try replace(
            [header]
                + lines.dropFirst().filter { line in
                    let parts = line.split(separator: ",", omittingEmptySubsequences: false)
                    return parts.count == fields && Int(parts[0]).map { $0 <= step } ?? false
                })
    }

    mutating func write(_ event: TrainingEvent) throws(TrainingError) {
        let new = event.metrics.map { Self.field($0.name) }.filter { !columns.contains($0) }
        if !new.isEmpty { try add(new) }
        let values = Dictionary(
            event.metrics.map { (Self.field($0.name), $0.value) }, uniquingKeysWith: { $1 })
        let row =
            ["\(event.step)", String(format: "%.3f", event.seconds)]
            + columns.map { values[$0].map { "\($0)" } ?? "" }
        do {
            try handle?.write(contentsOf: Data((row.joined(separator: ",") + "\n").utf8))
        } catch {
            throw .output(path: path, reason: describe(error))
        }
    }

    private mutating func add(_ new: [String]) throws(TrainingError) {
        columns += new
        let rows = (Self.lines(path) ?? []).dropFirst()
            .map { $0 + String(repeating: ",", count: new.count) }
        try replace([(["step", "seconds"] + columns).joined(separator: ",")] + rows)
    }

    /// Replaces the file by these lines and opens it for appending.
    private mutating func replace(_ lines: [String]) throws(TrainingError) {
        do {
            try AtomicFile.write(Array(lines.map { $0 + "\n" }.joined().utf8), to: path)
            handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle?.seekToEnd()
        } catch {
            throw .output(path: path, reason: describe(error))
        }
    }

    private static func lines(_ path: String) -> [String]? {
        FileManager.default.contents(atPath: path).map {
            String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    /// Returns a name without field separators.
    private static func field(_ name: String) -> String {
        String(name.map { $0 == "," || $0.isNewline ? "_" : $0 })
    }
}
