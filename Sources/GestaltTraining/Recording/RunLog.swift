import Foundation
import GestaltIO

/// The file of a ``LogObserver``, readable while it grows.
final class RunLog {
    private let path: String
    private let handle: FileHandle

    /// Opens the log for appending.
    /// - Parameter step: the step to resume at; lines of later steps are dropped, since a resumed
    ///   run writes them again.
    /// - Throws: ``TrainingError/output(path:reason:)``.
    init(path: String, resumingAt step: Int) throws(TrainingError) {
        self.path = path
        var kept: [UInt8] = []
        if step > 0, let old = FileManager.default.contents(atPath: path) {
            for line in old.split(separator: UInt8(ascii: "\n")) where Self.step(of: line) <= step {
                kept += line + [UInt8(ascii: "\n")]
            }
        }
        do {
            try AtomicFile.write(kept, to: path)
            handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.seekToEnd()
        } catch {
            throw .output(path: path, reason: describe(error))
        }
    }

    /// - Throws: ``TrainingError/output(path:reason:)``.
    func write(
        step: Int, kind: String, seconds: Double, _ metrics: [Metric]
    ) throws(TrainingError) {
        var line = "{\"step\":\(step),\"kind\":\"\(kind)\""
        line += String(format: ",\"seconds\":%.3f", seconds)
        for metric in metrics {
            line += ",\"\(metric.name)\":" + (metric.value.isFinite ? "\(metric.value)" : "null")
        }
        do {
            try handle.write(contentsOf: Data((line + "}\n").utf8))
        } catch {
            throw .output(path: path, reason: describe(error))
        }
    }

    /// Returns the step of a line; an invalid line, such as an incomplete last one after a crash,
    /// counts as beyond every step.
    private static func step(of line: Data) -> Int {
        struct Record: Decodable { let step: Int }
        return (try? JSONDecoder().decode(Record.self, from: Data(line)))?.step ?? .max
    }
}

/// Returns the system's message about a refused file.
package func describe(_ error: any Error) -> String {
    if let failure = error as? FileFailure { return failure.reason }
    let error = error as NSError
    if let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError {
        return cause.localizedDescription
    }
    return error.localizedFailureReason ?? error.localizedDescription
}
