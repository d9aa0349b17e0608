import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels

/// The kind and the contents of a file or folder: the facts of `gestalt inspect`.
///
/// Files are recognized by their bytes, not their names; nothing in a checkpoint is executed, and
/// the weights of models are not read.
///
/// ```swift
/// let inspection = try Inspection(of: "runs/unet")
/// print(inspection.what)            // a training run, unet: finished, 600 steps
/// ```
public struct Inspection: Sendable, Equatable {
    public typealias Value = Fact.Value

    /// Items of one sort, a row each.
    public struct Table: Sendable, Equatable {
        /// In snake_case: `tensors`, `splits`.
        public let name: String
        public let columns: [String]
        public let rows: [[Value]]
    }

    public let path: String
    /// In snake_case: `model`, `run`, `data`, `checkpoint`, `picture`, …
    public internal(set) var kind: String
    /// A noun phrase.
    public internal(set) var what: String
    public internal(set) var facts: [Fact] = []
    public internal(set) var tables: [Table] = []
    /// Remarks for the user: missing settings, labels that never occur.
    public internal(set) var remarks: [String] = []

    /// - Throws: `FileFailure` for a missing path; `FileError`, `MediaError`, `ClipError`,
    ///   `FilmError` for broken files.
    public init(of path: String) throws {
        self.path = path
        (kind, what) = ("unknown", "")
        switch try FileKind(of: path) {
        case .folder: try describeFolder()
        case let kind: try describeFile(kind)
        }
        // The longest list comes last.
        tables = tables.filter { $0.name != "tensors" } + tables.filter { $0.name == "tensors" }
    }

    mutating func add(_ key: String, _ value: Value?) {
        if let value { facts.append(Fact(key, value)) }
    }

    mutating func add(_ key: String, _ value: String?) { add(key, value.map(Value.text)) }
    mutating func add(_ key: String, _ value: Int?) { add(key, value.map(Value.integer)) }

    private mutating func describeFile(_ kind: FileKind) throws {
        what = kind.description
        if let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int {
            add("bytes", size)
        }
        switch kind {
        case .safeTensors: try describeSafeTensors()
        case .torchArchive, .torchSequence, .shardIndex: try describeCheckpoint()
        case .npy: try describeArray()
        case .npz: try describeArchive()
        case .tfRecord: try describeRecords()
        case .gzip, .zlib: describeCompressed()
        case .picture(let format): try describePicture(format)
        case .film: try describeFilm()
        case .json: describeJSON()
        case .text: describeText()
        case .empty, .special, .gitLFSPointer, .html: self.kind = "unusable"
        default: self.kind = "unknown"
        }
    }
}

/// Returns a count in millions or thousands for display: `93.6 M`, `12.4 k`, `870`.
func rounded(_ count: Int) -> String {
    if count >= 1_000_000 { return String(format: "%.1f M", Double(count) / 1e6) }
    if count >= 10_000 { return String(format: "%.1f k", Double(count) / 1e3) }
    return "\(count)"
}
