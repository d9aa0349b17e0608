import GestaltFiles
import GestaltMedia
import GestaltTensor

/// Clips behind one path as models take them: exact numbers where an array holds numbers, pixels of
/// pictures and records else.
///
/// An npy, npz or safetensors file holds clips in a layout and range that `ClipOptions.arrays`, or
/// shape and values, decide (see ``VideoLayout`` and ``PixelRange``); otherwise the path is what
/// `DataSet.open` takes: a TFRecord file, or a folder of records, arrays or frames.
public struct VideoInput: Sendable {
    /// `[B, T, H, W, 3]` in −0.5…0.5.
    public let video: Tensor<Float>
    public let path: String
    /// Remarks on the reading of the clips.
    public let remarks: [String]

    /// - Parameters:
    ///   - limit: of clips; nil for all.
    ///   - leavesOutShort: whether clips of fewer than `options.frames` frames are left out where
    ///     others have as many; else they are an error.
    /// - Throws: ``ClipError`` when there are no clips, not all of one length and size, or when it
    ///   is not clear how to read them; `FileError` and `MediaError` for files that are damaged.
    public init(
        path: String, options: ClipOptions = ClipOptions(masks: .ignored), limit: Int? = nil,
        leavesOutShort: Bool = false
    ) throws {
        if Folder.isFile(path), ArrayFile.holdsTensors(path) {
            let array = try VideoArray(path: path, options: options.arrays)
            var all = array.numbers
            if let limit = limit ?? options.limit {
                all = all.sliced(0..<min(limit, all.shape[0]), axis: 0)
            }
            var frames = all.sliced(0..<all.shape[1], axis: 1, by: options.stride)
            var remarks = array.remarks
            if let most = options.frames, frames.shape[1] > most {
                frames = frames.sliced(0..<most, axis: 1)
                remarks.append("\(path): only the first \(most) frames of each clip are read")
            }
            let size = FrameSize(frames.shape[2], frames.shape[3])
            self = VideoInput(video: frames, path: path, remarks: remarks)
                .applying(options.sizing.steps(from: size), words: options.sizing.words)
            return
        }
        var options = options
        options.limit = limit ?? options.limit
        // One tensor is made of all of them.
        options.cache = ClipCache(limit: .max)
        var set = try DataSet.open(path, options: options)
        if leavesOutShort, let frames = options.frames, set.lengths.contains(frames) {
            set = try set.longEnough(for: frames)
        }
        guard let first = set.clips.first else {
            throw ClipError.notFound(path: path, expected: "clips", found: "none")
        }
        try set.requireOneSize()
        let frames = set.clips.map(\.frames)
        for clip in set.clips where clip.frameCount != first.frameCount {
            throw ClipError.mismatchedShapes(
                path: "\(path), \(clip.name)",
                expected: "\(first.frameCount) frames as in the first clip",
                found: (["\(clip.frameCount)"] + set.remarks).joined(separator: "; "))
        }
        self.init(
            video: stacked(frames, axis: 0).centeredPixels(), path: path, remarks: set.remarks)
    }

    init(video: Tensor<Float>, path: String, remarks: [String]) {
        self.video = video
        self.path = path
        self.remarks = remarks
    }

    /// The first `count` frames of every clip.
    /// - Throws: ``ClipError/tooShort(clip:expected:found:)``.
    public func first(_ count: Int) throws(ClipError) -> Tensor<Float> {
        guard video.shape[1] >= count else {
            throw .tooShort(clip: path, expected: count, found: video.shape[1])
        }
        return video.sliced(0..<count, axis: 1)
    }
}
