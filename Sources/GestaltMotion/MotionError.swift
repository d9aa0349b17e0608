/// A reason why a clip has no motion targets, with the expected and the found value.
public enum MotionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A clip with fewer frames than its targets need; see ``MotionSettings/neededFrames``.
    case tooShort(clip: String, frames: Int, needed: Int)
    /// A clip of a moving camera.
    ///
    /// - Parameters:
    ///   - shift: The displacement of the picture; nil when its border changed without one.
    ///   - frame: The first of the compared frames that shows it; the reference is frame 0.
    case movingCamera(clip: String, shift: PixelShift?, frame: Int)
    /// A setting out of range.
    case invalidSetting(key: String, expected: String, found: String)

    public var description: String {
        switch self {
        case .tooShort(let clip, let frames, let needed):
            "\(clip): expected \(needed) frames or more for its motion targets, found \(frames)"
        case .movingCamera(let clip, let shift, let frame):
            "\(clip): expected a still camera, found "
                + (shift.map { "the picture shifted by \($0)" } ?? "most of the border changed")
                + " in frame \(frame); the median over time and the states of pixels hold only "
                + "for a still camera"
        case .invalidSetting(let key, let expected, let found):
            "motion settings: “\(key)” should be \(expected), found \(found)"
        }
    }
}

/// A displacement of a picture in pixels, down and to the right.
public struct PixelShift: Hashable, Sendable, CustomStringConvertible {
    public var rows: Int
    public var columns: Int

    public init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    public var description: String { "\(rows) rows and \(columns) columns" }
}
