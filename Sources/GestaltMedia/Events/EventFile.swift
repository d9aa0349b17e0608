import Foundation
internal import SwiftProtobuf

/// A TensorBoard event file: scalars by tag and step, appended during a run.
///
/// `tensorboard --logdir FOLDER` shows every event file below a folder; a resumed run adds another
/// file, and TensorBoard merges them.
public final class EventFile {
    public let path: String
    private let handle: FileHandle

    /// Creates a file in `folder`; its name includes the time and the process, as TensorBoard
    /// expects.
    /// - Throws: ``MediaError`` when the file cannot be created.
    public init(folder: String) throws(MediaError) {
        let now = Date().timeIntervalSince1970
        let process = ProcessInfo.processInfo.processIdentifier
        let name = "\(folder)/events.out.tfevents.\(Int(now)).gestalt.\(process)"
        // A run that is resumed within a second still has two files.
        var path = name
        var number = 1
        while FileManager.default.fileExists(atPath: path) {
            path = "\(name).\(number)"
            number += 1
        }
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else {
            throw .inaccessible(
                path: path, action: "create", reason: "the folder is missing or not writable")
        }
        self.handle = handle
        try append(.with { $0.fileVersion = "brain.Event:2" })
    }

    /// Truncates the event files in `folder` written by this class before the first event of a step
    /// beyond `step`, or before an incomplete record; each step then occurs once when a run repeats
    /// the later ones.
    ///
    /// Steps ascend within a file. Files of other programs are unchanged.
    /// - Throws: ``MediaError`` when a file cannot be read or truncated.
    public static func cut(folder: String, after step: Int) throws(MediaError) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted()
        where name.hasPrefix("events.out.tfevents.") && name.contains(".gestalt.") {
            try cut(file: folder + "/" + name, after: step)
        }
    }

    private static func cut(file path: String, after step: Int) throws(MediaError) {
        let reader = try TFRecordReader(path: path)
        var length: UInt64 = 0
        // An unreadable record marks the position where a killed process stopped writing.
        while let record = try? reader.next() {
            guard let event = try? Gestalt_Events_ScalarEvent(serializedBytes: record),
                event.step <= Int64(step)
            else { break }
            // The length, the data and a checksum of each.
            length += UInt64(8 + 4 + record.count + 4)
        }
        do {
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            if try handle.seekToEnd() > length { try handle.truncate(atOffset: length) }
            try handle.close()
        } catch {
            throw .inaccessible(path: path, action: "cut", reason: "\(error)")
        }
    }

    /// Appends the scalars of one step.
    /// - Throws: ``MediaError`` when writing fails.
    public func write(step: Int, scalars: [(tag: String, value: Float)]) throws(MediaError) {
        try append(
            .with { event in
                event.step = Int64(step)
                event.summary = .with {
                    $0.value = scalars.map { scalar in
                        .with {
                            $0.tag = scalar.tag
                            $0.simpleValue = scalar.value
                        }
                    }
                }
            })
    }

    private func append(_ event: Gestalt_Events_ScalarEvent) throws(MediaError) {
        var event = event
        event.wallTime = Date().timeIntervalSince1970
        do {
            let record: [UInt8] = try event.serializedBytes()
            try handle.write(contentsOf: Data(TFRecordWriter.framed(record)))
        } catch {
            throw .inaccessible(path: path, action: "write", reason: "\(error)")
        }
    }
}
