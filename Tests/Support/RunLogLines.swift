import Foundation

/// The lines of a run's `log.jsonl` without their times: keys sorted, `key=value` by spaces.
public func logLines(_ run: String) throws -> [String] {
    try String(contentsOfFile: run + "/log.jsonl", encoding: .utf8)
        .split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            guard var entries = object as? [String: Any] else {
                throw CocoaError(.fileReadCorruptFile)
            }
            entries["seconds"] = nil
            return entries.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: " ")
        }
}
