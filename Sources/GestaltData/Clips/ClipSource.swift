import GestaltChecks

/// Clips that can be had one by one, in any order and from any thread.
public protocol ClipSource: Sendable, CustomStringConvertible {
    /// How many clips there are; cheap.
    var count: Int { get }

    /// Reads or makes clip `index`; the same index gives an equal clip every time.
    ///
    /// - Precondition: `0 ≤ index < count`.
    func clip(at index: Int) throws -> Clip
}

/// Which camera of a BAIR recording.
public enum Camera: String, Sendable, Codable, CaseIterable {
    /// Looks down on the bin; the only camera of most files made since.
    case main
    /// Looks at the bin from the front; the one that papers on video prediction report on.
    case aux1
}

/// What to do about masks.
public enum MaskUse: String, Sendable, Codable, CaseIterable {
    case required, ifPresent, ignored
}

/// How clips are to be read.
public struct ClipOptions: Sendable, Equatable {
    public var camera: Camera
    public var masks: MaskUse
    /// At most so many clips, the first ones; nil for all.
    public var limit: Int?
    /// Rows and columns of raw frames, which say nothing of their size themselves.
    public var height: Int
    public var width: Int

    /// - Precondition: sizes are positive, the limit not negative.
    public init(
        camera: Camera = .main, masks: MaskUse = .ifPresent, limit: Int? = nil,
        height: Int = 64, width: Int = 64
    ) {
        require(
            height > 0 && width > 0 && (limit ?? 0) >= 0,
            "ClipOptions: \(height) × \(width), limit \(limit.map(String.init) ?? "none")")
        self.camera = camera
        self.masks = masks
        self.limit = limit
        self.height = height
        self.width = width
    }
}

/// Told about clips as they are read: how many are done, of how many (0 while unknown).
/// Called from several threads, one at a time.
public typealias LoadingProgress = @Sendable (_ done: Int, _ total: Int) -> Void
