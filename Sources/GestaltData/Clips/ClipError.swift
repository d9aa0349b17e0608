/// An error in clips from outside.
public enum ClipError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Nothing is at the path, or not what was expected there.
    case notFound(path: String, expected: String, found: String)
    /// A record without frames of the camera asked for.
    case missingCamera(path: String, clip: Int, camera: Camera, found: [String])
    case missingMasks(clip: String, reason: String)
    /// An id in a mask that does not fit the classes, or no mask at all.
    case label(path: String, value: Int, expected: String)
    /// A feature of the wrong size or kind: bytes of a picture, numbers of an action.
    case wrongFeature(path: String, clip: Int, key: String, expected: String, found: String)
    /// Frame numbers that do not run 0, 1, 2…
    case brokenFrameNumbers(path: String, clip: Int, expected: Int, found: Int)
    case tooShort(clip: String, expected: Int, found: Int)
    /// Frames, masks or arrays that do not fit together.
    case mismatchedShapes(path: String, expected: String, found: String)
    case unreadable(path: String, reason: String)
    /// A split that data do not have, and those that they have.
    case noSplit(path: String, split: Split, found: [Split])
    /// Frames of a size that a model does not take, and sizes that it takes.
    case unfitSize(path: String, found: String, expected: String, nearest: String)
    /// Input that can be understood in several ways, and the option that decides.
    case undecided(path: String, found: String, option: String)

    public var description: String {
        switch self {
        case .notFound(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        case .missingCamera(let path, let clip, let camera, let found):
            "\(path), clip \(clip): no frames of camera '\(camera.rawValue)' "
                + "(expected keys like 0/image_\(camera.rawValue)/encoded, or a list of pictures; "
                + "--key NAME chooses one), found "
                + (found.isEmpty ? "no keys at all" : "the keys " + found.joined(separator: ", "))
        case .missingMasks(let clip, let reason):
            "\(clip): masks are needed and there are none: \(reason)"
        case .label(let path, let value, let expected):
            "\(path): label \(value), expected \(expected)"
        case .wrongFeature(let path, let clip, let key, let expected, let found):
            "\(path), clip \(clip): '\(key)' should be \(expected), found \(found)"
        case .brokenFrameNumbers(let path, let clip, let expected, let found):
            "\(path), clip \(clip): frame \(expected) is missing, the next one is \(found)"
        case .tooShort(let clip, let expected, let found):
            "\(clip): \(expected) frames are needed, the clip has \(found)"
        case .mismatchedShapes(let path, let expected, let found):
            "\(path): expected \(expected), found \(found)"
        case .unreadable(let path, let reason):
            "\(path): \(reason)"
        case .noSplit(let path, let split, let found):
            "\(path): no split \(split.folder), only "
                + found.map(\.folder).joined(separator: ", ")
        case .unfitSize(let path, let found, let expected, let nearest):
            "\(path): frames of \(found) pixels, the model takes \(expected): \(nearest)"
        case .undecided(let path, let found, let option):
            "\(path): \(found): not clear what this is; choose with \(option)"
        }
    }
}
