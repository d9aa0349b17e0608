import Foundation
import GestaltIO
import GestaltModels

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
}
