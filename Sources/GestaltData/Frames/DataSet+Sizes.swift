import GestaltMedia
import GestaltTensor

extension DataSet {
    /// The set with frames of sizes that a model takes; itself where they have them.
    ///
    /// Clips that are not in memory are read once more, since cutting changes what masks show.
    ///
    /// - Parameter fit: how they are brought there.
    /// - Throws: ``ClipError/unfitSize(path:found:expected:nearest:)`` where they do not fit and
    ///   `fit` is nil; what reading clips throws.
    public func fitted(to target: FrameTarget, _ fit: FrameFit?) throws -> DataSet {
        let steps = try known.map { info throws(ClipError) in
            try FrameSizing(fit: fit).steps(from: info.size, to: target, path: name)
        }
        guard steps.contains(where: { !$0.isEmpty }) else { return self }
        var result: DataSet
        switch content {
        case .memory(let clips):
            result = with(.memory(zip(clips, steps).map { $0.applying($1) }))
        case .lazy(let lazy): result = with(.lazy(try lazy.applying(steps)))
        }
        let (before, after) = (Set(known.map(\.size)), Set(result.known.map(\.size)))
        if let size = after.first, after.count == 1 {
            result.remarks += [
                FrameSizing.remark(name, from: before, to: size, fit?.rawValue ?? "")
            ].compactMap { $0 }
        } else {
            result.remarks.append(
                "\(name): frames of \(before.count) sizes become \(after.count) (\(fit?.rawValue ?? ""))"
            )
        }
        return result
    }

    /// The set without clips of fewer than `frames` frames.
    ///
    /// - Throws: ``ClipError/tooShort(clip:expected:found:)`` where no clip is left.
    public func longEnough(for frames: Int) throws(ClipError) -> DataSet {
        let kept = known.indices.filter { known[$0].frameCount >= frames }
        if kept.count == count { return self }
        guard !kept.isEmpty else {
            let longest = known.max { $0.frameCount < $1.frameCount }
            throw .tooShort(
                clip: count == 1 ? "\(name), \(longest?.name ?? "")" : "\(name), its longest clip",
                expected: frames, found: longest?.frameCount ?? 0)
        }
        var result = keeping(kept)
        result.remarks.append(
            "\(name): \(count - kept.count) of \(count) clips have fewer than \(frames) frames "
                + "and are left out")
        return result
    }

    /// The set with these clips alone.
    ///
    /// - Precondition: the numbers are those of clips.
    public func keeping(_ indices: some Sequence<Int>) -> DataSet {
        switch content {
        case .memory(let clips): return with(.memory(indices.map { clips[$0] }))
        case .lazy(var lazy):
            lazy.entries = indices.map { lazy.entries[$0] }
            return with(.lazy(lazy))
        }
    }
}

extension LazyClips {
    /// The clips with frames of another size, `steps` of each; all are read once.
    fileprivate func applying(_ steps: [[FrameStep]]) throws -> LazyClips {
        let own = self
        let resized = CachedClips(
            ChangedClips(source: LazySource(clips: own)) { index, clip in
                clip.applying(steps[index])
            }, cache: source.cache)
        let entries = try concurrentMap(count: entries.count) { index in
            let clip = try resized.source.clip(at: index)
            resized.offer(clip, at: index)
            return Entry(index: index, info: ClipInfo(clip), counts: ClipCounts(clip))
        }
        return LazyClips(source: resized, entries: entries)
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
        guard case .resize = step else { return step.part(of: video, axis: 2) }
        return step.applied(toFrames: video.pixelBytes()).centeredPixels()
    }
}
