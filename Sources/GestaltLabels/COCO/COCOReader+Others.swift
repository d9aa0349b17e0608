/// What a file holds beside what is read.
extension COCOReader {
    private static let knownMembers: Set<String> = ["images", "annotations", "categories"]
    private static let knownPictureKeys: Set<String> = ["id", "file_name", "width", "height"]

    /// Counts the keys of an image that labels have no place for.
    mutating func countOthers(_ row: JSONNode) {
        for member in row.members ?? []
        where !Self.knownPictureKeys.contains(member.key) && !member.value.isBlank {
            ignoredPictureKeys[member.key, default: 0] += 1
        }
    }

    /// Reports what was counted.
    mutating func reportCounts() {
        for (id, count) in withoutPicture.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            report(
                .omitted, "annotations",
                "\(count) of them belong to image \(id), which is omitted")
        }
        for (list, keys) in [("annotations", ignoredKeys), ("images", ignoredPictureKeys)] {
            for (key, count) in keys.sorted(by: { $0.key < $1.key }) {
                report(.ignored, list, "“\(key)” of \(count) of them has no place in labels")
            }
        }
    }

    /// Reports members of the file that say something and are not read: `info`, `licenses`.
    mutating func reportOthers(_ members: [JSONMember]) {
        for member in members
        where !Self.knownMembers.contains(member.key) && !member.value.isBlank {
            report(.ignored, member.key, "“\(member.key)” has no place in labels")
        }
    }
}

extension JSONNode {
    /// Whether a value says nothing: null, an empty text or list, 0, false, and what has nothing
    /// else. Tools write such values in place of unknown ones.
    fileprivate var isBlank: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .string(let text): text.isEmpty
        case .integer(let number): number == 0
        case .number(let number): number == 0
        case .numbers(let numbers): numbers.allSatisfy { $0 == 0 }
        case .array(let elements): elements.allSatisfy(\.isBlank)
        case .object(let members): members.allSatisfy(\.value.isBlank)
        }
    }
}
