import GestaltIO
import GestaltTensor

extension DataSet {
    /// Remarks about single frames that are kept; more are counted.
    private static let mostRemarks = 8

    /// Reads clips of a source as the options say.
    ///
    /// - Parameter indices: which clips; nil for all.
    package static func load(
        _ source: any ClipSource, indices: [Int]? = nil, options: ClipOptions, name: String,
        split: Split, progress: ProgressHandler? = nil
    ) throws -> DataSet {
        let chosen = indices ?? Array(0..<source.count)
        let report = ProgressReport(total: chosen.count, progress)
        let pieces = try concurrentMap(count: chosen.count) { place in
            let pieces = try source.pieces(at: chosen[place]).sized(options)
            try report.advance()
            return pieces
        }
        let remarks = shortened(pieces.flatMap(\.remarks))
        let clips = pieces.flatMap(\.clips)
        guard !clips.isEmpty || chosen.isEmpty else {
            throw ClipError.unreadable(
                path: name, reason: "no frame can be read: " + (remarks.first ?? ""))
        }
        var set = try DataSet(
            name: name, split: split, clips: clips, labelMeaning: source.labelMeaning,
            labelCoding: source.labelCoding)
        set.remarks = source.remarks + remarks
        if let frames = options.frames, pieces.contains(where: \.isCut) {
            set.remarks.append("\(name): only the first \(frames) frames of each clip are read")
        }
        if let first = clips.first {
            let sizes = pieces.reduce(into: Set<FrameSize>()) { $0.formUnion($1.sizes) }
            set.remarks += [
                FrameSizing.remark(
                    name, from: sizes, to: FrameSize(first), options.sizing.words)
            ].compactMap { $0 }
        }
        return set
    }

    private static func shortened(_ remarks: [String]) -> [String] {
        guard remarks.count > mostRemarks else { return remarks }
        return remarks.prefix(mostRemarks)
            + ["and \(remarks.count - mostRemarks) more remarks on single frames"]
    }
}

extension ClipPieces {
    /// In the size and with the frames that are asked for.
    fileprivate func sized(_ options: ClipOptions) -> ClipPieces {
        var result = self
        if sizes.isEmpty {
            result.sizes = Set(clips.map { FrameSize($0) })
            result.clips = clips.map { $0.applying(options.sizing.steps(from: FrameSize($0))) }
        }
        result.clips = result.clips.map { $0.everyFrame(options.stride) }
        if let frames = options.frames {
            result.isCut = isCut || result.clips.contains { $0.frameCount > frames }
            result.clips = result.clips.map {
                $0.frameCount > frames ? $0.window(0..<frames) : $0
            }
        }
        return result
    }
}
