import GestaltData
import GestaltTensor

/// The windows of a ``FrameSelection`` as clips.
struct SelectedClips: ClipSource {
    /// The source's clips by split.
    let sets: [Split: DataSet]
    let windows: [FrameSelection.Window]
    let keepsMasks: Bool
    let description: String

    var count: Int { windows.count }
    var labelMeaning: LabelMeaning { first?.labelMeaning ?? .classes }
    var labelCoding: LabelCoding? { first?.labelCoding }

    private var first: DataSet? { windows.first.flatMap { sets[$0.split] } }

    func clip(at index: Int) throws -> Clip {
        let window = windows[index]
        guard let set = sets[window.split], window.clip < set.count else {
            throw mismatch(window, found: "\(sets[window.split]?.count ?? 0) clips")
        }
        let whole = try set.clip(at: window.clip)
        guard window.frames.upperBound <= whole.frameCount, !window.frames.isEmpty else {
            throw mismatch(window, found: "\(whole.frameCount) frames")
        }
        guard window.count < whole.frameCount || window.labeled != nil || !keepsMasks else {
            return whole
        }
        var clip = whole.window(window.frames)
        // Views of a clip that is read on demand would hold all of it.
        if !set.isInMemory { clip.frames = clip.frames.copied() }
        if window.count < whole.frameCount {
            clip.name = "\(whole.name), frames \(window.start) to \(window.frames.upperBound - 1)"
        }
        clip.masks = keepsMasks ? masks(of: clip, window, isShared: set.isInMemory) : nil
        return clip
    }

    /// The masks of a window, in which frames whose labels do not count have none.
    private func masks(
        of clip: Clip, _ window: FrameSelection.Window, isShared: Bool
    ) -> Tensor<UInt8>? {
        guard var masks = clip.masks else { return nil }
        guard let labeled = window.labeled else { return isShared ? masks : masks.copied() }
        guard !labeled.isEmpty else { return nil }
        masks = masks.copied()
        let kept = Set(labeled)
        let pixels = clip.height * clip.width
        masks.withMutableScalars { ids in
            for frame in 0..<window.count where !kept.contains(window.start + frame) {
                for place in frame * pixels..<(frame + 1) * pixels {
                    ids[place] = Clip.ignoredLabel
                }
            }
        }
        return masks
    }

    /// The name of the source's clip that a window is of.
    static func sourceName(of window: String) -> String {
        guard let range = window.firstRange(of: ", frames ") else { return window }
        return String(window[..<range.lowerBound])
    }

    private func mismatch(_ window: FrameSelection.Window, found: String) -> ClipError {
        .notFound(
            path: description,
            expected: "frames \(window.start) to \(window.frames.upperBound - 1) of clip "
                + "\(window.clip) of \(window.split.folder), as when the frames were selected",
            found: found)
    }
}
