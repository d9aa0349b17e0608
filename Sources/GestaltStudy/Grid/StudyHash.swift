import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltTensor

/// The address of a run: a checksum of all that determines it.
package enum StudyHash {
    /// Returns the SHA-256 checksum of a value as JSON with sorted keys and without spaces.
    package static func hash(_ content: JSONTree) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var sum = SHA256()
        sum.append(Array(try encoder.encode(content)))
        return sum.hexadecimal
    }

    /// Returns the checksum of clips: of all that trainings and scores may read of them.
    package static func fingerprint(
        of set: DataSet, _ progress: ProgressHandler? = nil
    ) throws -> String {
        var sum = SHA256()
        // What ids become classes by, where models have several.
        if let categories = set.categories {
            sum.append(Array("\(set.labelMeaning) \(categories.count)\n".utf8))
        }
        for index in 0..<set.count {
            sum.append(try set.clip(at: index))
            try progress?(WorkProgress(done: index + 1, total: set.count, unit: "clips"))
        }
        return sum.hexadecimal
    }
}

extension SHA256 {
    /// Adds name, frames, masks, categories and series of a clip.
    fileprivate mutating func append(_ clip: Clip) {
        // The name of an array is its whole path, which may have changed.
        let name = clip.name.split(separator: "/").last ?? ""
        append(Array("\(name) \(clip.frames.shape)\n".utf8))
        clip.frames.withScalars { append(UnsafeRawBufferPointer($0)) }
        clip.masks?.withScalars { append(UnsafeRawBufferPointer($0)) }
        for (id, category) in (clip.categories ?? [:]).sorted(by: { $0.key < $1.key }) {
            append(Array("\(id) is \(category)\n".utf8))
        }
        for (name, numbers) in clip.series.sorted(by: { $0.key < $1.key }) {
            append(Array("\(name) \(numbers.shape)\n".utf8))
            numbers.withScalars { append(UnsafeRawBufferPointer($0)) }
        }
    }
}
