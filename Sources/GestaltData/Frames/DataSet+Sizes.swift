import GestaltTensor

extension DataSet {
    /// The set with frames of a size that a model takes; itself where they have one.
    ///
    /// - Parameter fit: how they are brought there.
    /// - Throws: ``ClipError/unfitSize(path:found:expected:nearest:)`` where they do not fit and
    ///   `fit` is nil.
    public func fitted(to target: FrameTarget, _ fit: FrameFit?) throws(ClipError) -> DataSet {
        guard let first = clips.first else { return self }
        let size = FrameSize(first)
        let steps = try FrameSizing(fit: fit).steps(from: size, to: target, path: name)
        guard let last = steps.last else { return self }
        var result = with(clips: clips.map { $0.applying(steps) })
        result.remarks += [
            FrameSizing.remark(name, from: [size], to: last.size, fit?.rawValue ?? "")
        ].compactMap { $0 }
        return result
    }

    /// The set without clips of fewer than `frames` frames.
    ///
    /// - Throws: ``ClipError/tooShort(clip:expected:found:)`` where no clip is left.
    public func longEnough(for frames: Int) throws(ClipError) -> DataSet {
        let kept = clips.filter { $0.frameCount >= frames }
        if kept.count == count { return self }
        guard !kept.isEmpty else {
            let longest = clips.max { $0.frameCount < $1.frameCount }
            throw .tooShort(
                clip: count == 1 ? "\(name), \(longest?.name ?? "")" : "\(name), its longest clip",
                expected: frames, found: longest?.frameCount ?? 0)
        }
        var result = with(clips: kept)
        result.remarks.append(
            "\(name): \(count - kept.count) of \(count) clips have fewer than \(frames) frames "
                + "and are left out")
        return result
    }
}

extension VideoInput {
    /// The clips with frames of a size that a model takes; itself where they have one. Resizing
    /// goes through bytes, other changes keep exact numbers.
    ///
    /// - Throws: ``ClipError/unfitSize(path:found:expected:nearest:)`` where they do not fit and
    ///   `fit` is nil.
    public func fitted(to target: FrameTarget, _ fit: FrameFit?) throws(ClipError) -> VideoInput {
        let size = FrameSize(video.shape[2], video.shape[3])
        let steps = try FrameSizing(fit: fit).steps(from: size, to: target, path: path)
        return applying(steps, words: fit?.rawValue ?? "")
    }

    func applying(_ steps: [FrameStep], words: String) -> VideoInput {
        guard let last = steps.last else { return self }
        let size = FrameSize(video.shape[2], video.shape[3])
        let remark = FrameSizing.remark(path, from: [size], to: last.size, words)
        return VideoInput(
            video: steps.reduce(video) { Self.applied($1, to: $0) }, path: path,
            remarks: remarks + [remark].compactMap { $0 })
    }

    private static func applied(_ step: FrameStep, to video: Tensor<Float>) -> Tensor<Float> {
        guard case .resize(let size) = step else { return step.part(of: video, axis: 2) }
        let (clips, frames) = (video.shape[0], video.shape[1])
        let bytes = video.pixelBytes()
            .reshaped([clips * frames, video.shape[2], video.shape[3], 3])
        let resized = stacked(
            (0..<clips * frames).map { step.applied(to: bytes[$0]) }, axis: 0)
        return resized.reshaped([clips, frames, size.height, size.width, 3]).centeredPixels()
    }
}
