import Foundation
import GestaltIO
import GestaltModels

/// The checksums of files, read again only where size or time of change are others than before.
struct FileChecksums {
    private struct Entry: Codable {
        var byteCount: Int
        /// The time of the last change, seconds since 1970.
        var changed: Double
        var checksum: String
    }

    private let path: String
    private var entries: [String: Entry]
    /// Bytes that are read at a time.
    private static let chunk = 1 << 20

    /// - Parameter path: the file of the checksums that are known; a missing or unreadable one
    ///   only costs time.
    init(path: String) {
        self.path = path
        let bytes = try? FileReader.bytes(path: path)
        entries = bytes.flatMap { try? StrictJSON.decode(from: $0) } ?? [:]
    }

    /// Returns the checksum of a file's bytes.
    /// - Parameter check: called between parts of a large file.
    mutating func checksum(of path: String, check: () throws -> Void = {}) throws -> String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let changed = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        let reader = try FileReader(path: path)
        if let entry = entries[path], entry.byteCount == reader.byteCount, entry.changed == changed
        {
            return entry.checksum
        }
        var sum = SHA256()
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            guard count > 0 else { break }
            buffer.withUnsafeBytes { sum.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            try check()
        }
        let result = sum.hexadecimal
        entries[path] = Entry(byteCount: reader.byteCount, changed: changed, checksum: result)
        return result
    }

    /// Returns the checksum of several files and of their names.
    mutating func checksum(of files: [String], check: () throws -> Void) throws -> String {
        if files.count == 1 { return try checksum(of: files[0], check: check) }
        var sum = SHA256()
        for file in files {
            sum.append(file.split(separator: "/").last.map(String.init) ?? file)
            sum.append("/" + (try checksum(of: file, check: check)) + "/")
        }
        return sum.hexadecimal
    }

    /// Keeps the checksums for the next import.
    func save() throws { try AtomicFile.write(StrictJSON.encode(entries), to: path) }
}
