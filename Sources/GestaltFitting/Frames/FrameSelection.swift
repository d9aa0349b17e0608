import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes

/// A choice of frames of other data: windows of its clips, the labels that count in them, and which
/// of them are held out of training.
///
/// Stored as a file, it is data of its own: recipes open it by ``location(of:)``, and runs on it
/// resume with the same frames.
public struct FrameSelection: Codable, Sendable, Equatable {
    /// Consecutive frames of a clip.
    public struct Window: Codable, Sendable, Hashable {
        /// The split of the source that the clip is in.
        public var split: Split
        /// The number of the clip in its split.
        public var clip: Int
        /// The first frame in the clip.
        public var start: Int
        /// The number of frames.
        public var count: Int
        /// The frames that keep their labels, by their numbers in the clip; nil for all that have
        /// one.
        public var labeled: [Int]?

        public init(split: Split, clip: Int, start: Int, count: Int, labeled: [Int]? = nil) {
            (self.split, self.clip, self.start, self.count) = (split, clip, start, count)
            self.labeled = labeled
        }

        /// The frames in the clip.
        public var frames: Range<Int> { start..<start + count }
    }

    /// The data that the windows are of; an open location, which is not a selection.
    public var source: DataChoice
    /// The windows to train on.
    public var train: [Window]
    /// The windows to evaluate on; empty for none.
    public var heldOut: [Window]

    public init(source: DataChoice, train: [Window], heldOut: [Window] = []) {
        (self.source, self.train, self.heldOut) = (source, train, heldOut)
    }

    /// Reads a selection.
    /// - Throws: `FileFailure`; `ConfigurationError` for a file that is none.
    public init(contentsOf path: String) throws {
        self = try StrictJSON.decode(
            from: FileReader.bytes(path: path, limit: Self.largestFile), path: path)
    }

    /// Writes the selection as a whole.
    /// - Throws: `FileFailure`.
    public func write(to path: String) throws {
        try AtomicFile.write(StrictJSON.encode(self), to: path)
    }

    /// Hundreds of thousands of windows fit.
    private static let largestFile = 256 << 20

    /// The scheme of locations, see `DataScheme`.
    static let scheme = "frames"

    /// Returns the location of a stored selection, for `DataSet.open` and `DataChoice`.
    public static func location(of path: String) -> String { "\(scheme):\(path)" }

    /// Returns the data of a stored selection, for recipes.
    public func choice(storedAt path: String) -> DataChoice {
        var choice = source
        choice.location = Self.location(of: path)
        choice.holdout = nil
        choice.evaluation = heldOut.isEmpty ? nil : .validation
        return choice
    }
}
