/// The properties of a film, as `ffprobe` finds them in the file's head.
///
/// Counts and rates there are claims: some films have no count, some a wrong one, and a nominal
/// rate says nothing of a film whose rate varies. ``Film/index()`` looks at every frame.
public struct FilmInfo: Sendable, Hashable {
    /// Rows of a frame as shown, after turning.
    public let height: Int
    /// Columns of a frame as shown, after turning.
    public let width: Int
    /// Degrees by which stored frames are turned clockwise for showing: 0, 90, 180 or 270.
    public let rotation: Int
    /// The name of the codec: `h264`, `vp9`, `gif`.
    public let codec: String
    /// The names of the container, separated by commas: `mov,mp4,m4a,3gp,3g2,mj2`.
    public let container: String
    /// The name of the stored pixel format: `yuv420p`, `yuv420p10le`, `bgra`.
    public let pixelFormat: String
    /// Whether black is 0 and white is the largest value; otherwise 16 and 235, of eight bits.
    public let isFullRange: Bool
    /// The name of the matrix between luma and chroma and RGB; nil where the film has none written.
    public let matrix: String?
    /// The width of a pixel by its height; nil where the film has none written. Frames keep the
    /// stored grid, which masks belong to.
    public let pixelAspect: Double?
    /// Nominal frames per second; nil where the film has none written.
    public let framesPerSecond: Double?
    /// Seconds; nil where the film has none written.
    public let duration: Double?
    /// The number of frames that the container claims; nil where it has none written.
    public let claimedFrameCount: Int?
    /// The number of the stream in the file.
    let stream: Int

    /// The largest number of frames that the claims allow; nil where they say nothing.
    var largestClaim: Int? {
        let byTime = duration.flatMap { seconds in framesPerSecond.map { seconds * $0 } }
        let claims = [claimedFrameCount, byTime.map { Int(min($0.rounded(.up), 1e9)) }]
        return claims.compactMap { $0 }.max()
    }
}
