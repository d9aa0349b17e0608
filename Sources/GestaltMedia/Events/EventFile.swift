import Foundation
internal import SwiftProtobuf

/// A TensorBoard event file: numbers by tag and step, added while a run goes on.
///
/// `tensorboard --logdir FOLDER` shows every event file below a folder; a resumed run adds a second
/// file, and TensorBoard joins them.
public final class EventFile {
    public let path: String
    private let handle: FileHandle

    /// Starts a file in `folder`; its name carries the time and the process, as TensorBoard expects.
    /// - Throws: ``MediaError`` when the file cannot be made.
    public init(folder: String) throws(MediaError) {
        let now = Date().timeIntervalSince1970
        let process = ProcessInfo.processInfo.processIdentifier
        let name = "\(folder)/events.out.tfevents.\(Int(now)).gestalt.\(process)"
        // A run that stops and goes on within a second has two files all the same.
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

    /// Adds the numbers of one step.
    /// - Throws: ``MediaError`` when the disk refuses.
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
