import Foundation
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltTensor

extension Inspection {
    mutating func describePicture(_ format: FileKind.Picture) throws {
        kind = "picture"
        var warnings: [MediaWarning] = []
        let picture = try Image.read(path, as: .asStored, warnings: &warnings)
        let (height, width) = (picture.shape[0], picture.shape[1])
        let channels = picture.rank > 2 ? picture.shape[2] : 1
        what += ", \(height) × \(width), \(channels) \(channels == 1 ? "channel" : "channels")"
        add("size", .sizes([height, width]))
        add("channels", channels)
        remarks += warnings.map(\.description)
        guard format != .jpeg, let labels = try? Image.readLabels(path) else { return }
        add("encoding", "\(labels.encoding)")
        let ids = labels.ids.withScalars { Set($0) }.sorted()
        if ids.count <= 64 {
            add("label_values", .list(ids.map { .integer(Int($0)) }))
        } else {
            add("label_values", "\(ids.count) different: a photograph rather than labels")
        }
    }

    /// Counts records, and describes the first one's features with the numbers in their keys
    /// collapsed.
    mutating func describeRecords() throws {
        kind = "records"
        let reader = try TFRecordReader(path: path)
        var count = 0
        do {
            while let record = try reader.next() {
                if count == 0 { try describeRecord(record) }
                count += 1
            }
        } catch {
            remarks.append("\(error)")
        }
        remarks += reader.warnings.map(\.description)
        what = "TFRecord data, \(count) \(count == 1 ? "record" : "records")"
        add("records", count)
    }

    private mutating func describeRecord(_ record: [UInt8]) throws {
        let example = try SequenceExample(serialized: record, name: path)
        var kinds: [String: (count: Int, content: String)] = [:]
        for (key, feature) in example.context {
            let folded = key.split(separator: "/", omittingEmptySubsequences: false)
                .map { Int($0) == nil ? String($0) : "N" }.joined(separator: "/")
            kinds[folded, default: (0, Self.content(feature))].count += 1
        }
        var rows = kinds.sorted { $0.key < $1.key }.map { key, value -> [Value] in
            [.text(key), .integer(value.count), .text(value.content)]
        }
        for (key, steps) in example.lists.sorted(by: { $0.key < $1.key }) {
            let content = steps.first.map(Self.content) ?? "nothing"
            rows.append([.text(key), .integer(steps.count), .text("a list, each \(content)")])
        }
        tables.append(
            Table(
                name: "features_of_the_first_record", columns: ["key", "times", "content"],
                rows: rows))
    }

    private static func content(_ feature: Example.Feature) -> String {
        guard case .bytes(let values) = feature, let first = values.first else {
            return feature.summary
        }
        let format = Image.format(of: first).map { " (\($0.rawValue))" } ?? ""
        return "\(values.count) × \(first.count) bytes\(format)"
    }

    /// Describes compressed records; other compressed files are only identified.
    mutating func describeCompressed() {
        kind = "compressed"
        guard let reader = try? TFRecordReader(path: path), (try? reader.next()) != nil else {
            remarks.append("compressed; TFRecord data are read so, other content is not")
            return
        }
        do {
            try describeRecords()
            what = "compressed " + what
        } catch {
            remarks.append("\(error)")
        }
    }
}
