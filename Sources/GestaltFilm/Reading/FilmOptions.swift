import GestaltChecks
import GestaltData

/// The frames of a film that are read, and their size.
///
/// A frame is read when it fulfills all conditions; it keeps its number and time in the film.
public struct FilmOptions: Sendable, Hashable {
    /// A rectangle of frames, in pixels of the film as shown.
    public struct Crop: Sendable, Hashable {
        public var top: Int
        public var left: Int
        public var height: Int
        public var width: Int

        /// - Precondition: the sizes are positive, the others not negative.
        public init(top: Int, left: Int, height: Int, width: Int) {
            require(
                top >= 0 && left >= 0 && height > 0 && width > 0,
                "FilmOptions.Crop: \(height) × \(width) at (\(top), \(left))")
            (self.top, self.left, self.height, self.width) = (top, left, height, width)
        }
    }

    /// The matrix of films of which the file says nothing.
    public enum UntaggedMatrix: String, Sendable, Hashable {
        /// As `ffmpeg`, OpenCV and PyAV take it, whatever the size.
        case bt601
        /// As players take it for large films.
        case bt709
    }

    /// Rows and columns of frames after cutting; nil keeps them. Smaller frames are averages, as of
    /// pictures resized by GestaltMedia.
    public var size: FrameSize?
    /// The part of frames that is kept; nil keeps all.
    public var crop: Crop?
    /// Every frame whose number in the film is a multiple of this; 1 takes all.
    public var stride = 1
    /// Frames from this time of the film on, in seconds.
    public var start: Double?
    /// Frames before this time of the film, in seconds.
    public var end: Double?
    /// The most frames per second: the first of each interval of `1 / rate` seconds. Frames are
    /// never repeated, so that numbers stay exact.
    public var rate: Double?
    /// The most frames to read; nil for all.
    public var limit: Int?
    /// The matrix where the film has none written.
    public var untaggedMatrix = UntaggedMatrix.bt601

    public init() {}

    func check() {
        require(
            stride > 0 && (rate ?? 1) > 0 && (rate ?? 1).isFinite && (limit ?? 0) >= 0,
            "FilmOptions: stride \(stride), rate \(rate ?? 0), limit \(limit ?? 0)")
    }

    /// The numbers of the frames; nil for all.
    var numbers: Range<Int>?
    /// The frame from which ``stride`` counts.
    var strideBegins = StrideBeginning.inFilm

    enum StrideBeginning: Sendable, Hashable {
        /// Frame 0 of the film.
        case inFilm
        /// The first frame that fulfills the other conditions.
        case atFirst
    }

    /// Whether some frames are passed over.
    var isChoosing: Bool { !conditions.isEmpty }

    /// The conditions for frames in the language of `ffmpeg`, each for the frames that fulfill the
    /// one before.
    var conditions: [String] {
        var parts: [String] = []
        if let start { parts.append("gte(t,\(start))") }
        if let end { parts.append("lt(t,\(end))") }
        if let numbers {
            parts.append("gte(n,\(numbers.lowerBound))*lt(n,\(numbers.upperBound))")
        }
        let step = stride > 1 ? "not(mod(n,\(stride)))" : nil
        if let step, strideBegins == .inFilm { parts.append(step) }
        if let rate {
            // A little more than the time: an interval of 1/25 s is not to lack its frame by
            // rounding.
            parts.append(
                "(isnan(prev_selected_t)+gt(floor(t*\(rate)+1e-6),"
                    + "floor(prev_selected_t*\(rate)+1e-6)))")
        }
        let whole = parts.isEmpty ? [] : [parts.joined(separator: "*")]
        return strideBegins == .atFirst ? whole + [step].compactMap { $0 } : whole
    }
}
