/// A binary mask as lengths of runs, alternately outside and inside, starting outside, column by
/// column from the upper left corner: the uncompressed form of COCO.
public struct RunLengthMask: Sendable, Hashable {
    public let size: PictureSize
    /// The lengths of runs; they add up to the number of pixels.
    public let runs: [Int]

    /// - Precondition: no run is negative, and they add up to the number of pixels.
    public init(size: PictureSize, runs: [Int]) {
        precondition(
            runs.allSatisfy { $0 >= 0 } && runs.reduce(0, +) == size.pixelCount,
            "RunLengthMask: \(runs.count) runs add up to \(runs.reduce(0, +)), "
                + "not to the \(size.pixelCount) pixels of \(size)")
        self.size = size
        self.runs = runs
    }

    /// The number of pixels inside.
    public var area: Int { stride(from: 1, to: runs.count, by: 2).reduce(0) { $0 + runs[$1] } }
}
