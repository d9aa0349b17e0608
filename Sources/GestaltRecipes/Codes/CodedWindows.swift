import GestaltChecks
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMedia
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// Windows of clips, encoded once by a frozen tokenizer.
public struct CodedWindows: Sendable {
    /// The origin of each, mirrored ones last.
    public let windows: [CodedWindow]
    /// `[windows, t, h, w]`.
    public let codes: Tensor<Int32>

    /// - Precondition: as many codes as windows.
    init(windows: [CodedWindow], codes: Tensor<Int32>) {
        require(
            codes.rank == 4 && codes.shape[0] == windows.count,
            "CodedWindows: codes \(codes.shape) of \(windows.count) windows")
        self.windows = windows
        self.codes = codes
    }

    /// Returns the windows: every `interval`-th start of each clip, and the last one.
    ///
    /// - Parameter mirrors: whether to add their mirror images.
    static func places(
        _ clips: ClipWindows, interval: Int, mirrors: Bool
    ) -> [CodedWindow] {
        let plain = clips.lengths.enumerated().flatMap { clip, length in
            let last = length - clips.length
            var starts = Array(stride(from: 0, through: last, by: interval))
            if starts.last != last { starts.append(last) }
            return starts.map {
                CodedWindow(
                    window: ClipWindow(clip: clip, start: $0, length: clips.length),
                    isMirrored: false)
            }
        }
        guard mirrors else { return plain }
        return plain + plain.map { CodedWindow(window: $0.window, isMirrored: true) }
    }
}

/// A window of a clip, possibly mirrored.
public struct CodedWindow: Sendable, Hashable {
    public var window: ClipWindow
    public var isMirrored: Bool

    /// Returns the first `count` of its frames as model input, `[count, H, W, 3]`.
    ///
    /// - Parameter frames: the frames of the window.
    func pixels(_ count: Int, of frames: Clip) -> Tensor<Float> {
        let chosen = frames.frames.sliced(0..<count, axis: 0)
        return chosen.mirroredPictures(if: isMirrored).centeredPixels()
    }
}

extension CodedWindows {
    /// Encodes all windows, or reads the codes from `path`, if that file holds the codes of exactly
    /// these windows and this tokenizer; otherwise writes them there.
    ///
    /// - Parameters:
    ///   - isStill: whether each window is its first frame, repeated.
    ///   - path: where codes are kept; nil keeps none.
    ///   - progress: called after each batch of windows; an error it throws ends the encoding.
    /// - Throws: `FileError` when `path` cannot be written; what `progress` and reading clips
    ///   throw.
    init(
        _ clips: some ClipSource, length: Int, interval: Int, mirrors: Bool,
        tokenizer: any VideoTokenizer, isStill: Bool = false, keptAt path: String? = nil,
        progress: ProgressHandler? = nil
    ) throws {
        let windows = Self.places(
            try ClipWindows(clips.infos(), length: length), interval: interval, mirrors: mirrors)
        let identity =
            try Self.identity(clips, windows, tokenizer) + (isStill ? "-still" : "")
        if let path, let kept = Self.kept(at: path, identity, windows) {
            self = kept
            return
        }
        var parts: [Tensor<Int32>] = []
        for first in stride(from: 0, to: windows.count, by: Self.encodingBatch) {
            let chosen = windows[first..<min(windows.count, first + Self.encodingBatch)]
            let read = try clips.frames(of: chosen.map(\.window))
            let frames = zip(chosen, read).map { place, clip in
                isStill
                    ? place.pixels(1, of: clip).repeated(length, axis: 0)
                    : place.pixels(length, of: clip)
            }
            parts.append(tokenizer.encode(stacked(frames, axis: 0)))
            try progress?(
                WorkProgress(done: first + chosen.count, total: windows.count, unit: "windows"))
        }
        self.init(windows: windows, codes: concatenated(parts, axis: 0))
        if let path {
            try SafeTensors.write(
                [(name: "codes", tensor: codes)], metadata: ["identity": identity], to: path)
        }
    }

    /// The batch size of the tokenizer.
    private static let encodingBatch = 8

    /// Returns the codes of an earlier session; nil when there are none, or of other inputs.
    private static func kept(
        at path: String, _ identity: String, _ windows: [CodedWindow]
    ) -> CodedWindows? {
        guard let file = try? SafeTensorsFile(contentsOf: path),
            file.metadata["identity"] == identity,
            let codes = try? file.tensor("codes", as: Int32.self), codes.rank == 4,
            codes.shape[0] == windows.count
        else { return nil }
        return CodedWindows(windows: windows, codes: codes)
    }

    /// Returns a hash of the weights, clips and windows.
    private static func identity(
        _ clips: some ClipSource, _ windows: [CodedWindow], _ tokenizer: any VideoTokenizer
    ) throws -> String {
        var hash = Fingerprint()
        Array(tokenizer.fingerprint.utf8).withUnsafeBytes { hash.add($0) }
        for index in 0..<clips.count {
            try clips.clip(at: index).frames.withScalars { hash.add(UnsafeRawBufferPointer($0)) }
        }
        for place in windows {
            let numbers = [
                place.window.clip, place.window.start, place.window.length,
                place.isMirrored ? 1 : 0,
            ]
            numbers.withUnsafeBytes { hash.add($0) }
        }
        return String(hash.value, radix: 16)
    }
}
