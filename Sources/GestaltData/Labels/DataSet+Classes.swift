import GestaltTensor

extension DataSet {
    /// The set with masks that hold the classes of a model; the one place where ids become classes.
    ///
    /// With one class nothing changes: any id above 0 is foreground. With K, ids of
    /// ``LabelMeaning/instances`` from K − 1 on become K − 1; ids of ``LabelMeaning/classes`` stay,
    /// and one from K on is an error. Ignored pixels stay ignored.
    ///
    /// - Throws: ``ClipError/label(path:value:expected:)``.
    public func classified(into count: Int) throws(ClipError) -> DataSet {
        guard count > 1 else { return self }
        var result: [Clip] = []
        for clip in clips { result.append(try classified(clip, into: count)) }
        return with(clips: result)
    }

    private func classified(_ clip: Clip, into count: Int) throws(ClipError) -> Clip {
        guard let masks = clip.masks else { return clip }
        let last = UInt8(clamping: count - 1)
        let outlier = masks.withScalars { ids in
            ids.firstIndex { $0 > last && $0 != Clip.ignoredLabel }
        }
        guard let outlier else { return clip }
        guard labelMeaning == .instances else {
            throw .label(
                path: "\(name), \(clip.name), frame \(outlier / (clip.height * clip.width))",
                value: masks.withScalars { Int($0[outlier]) },
                expected: "ids from 0 to \(last), or \(Clip.ignoredLabel) for ignored pixels")
        }
        var classified = clip
        classified.masks = Tensor(
            shape: masks.shape,
            scalars: masks.scalars.map { $0 == Clip.ignoredLabel ? $0 : min($0, last) })
        return classified
    }
}
