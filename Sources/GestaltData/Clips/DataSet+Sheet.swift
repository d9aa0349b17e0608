import GestaltChecks
import GestaltMedia
import GestaltTensor

extension DataSet {
    /// A contact sheet `[H, W, 3]`: a row of frames a clip and, where there are masks, below it the
    /// same frames with the masks laid over.
    ///
    /// - Parameters:
    ///   - clips: how many of the clips, the first ones.
    ///   - columns: how many frames of each, spread from its first to its last.
    /// - Precondition: the set has clips; `clips`, `columns` and `magnification` are positive.
    public func sheet(clips: Int = 8, columns: Int = 7, magnification: Int = 2) -> Tensor<UInt8> {
        require(
            clips > 0 && columns > 0 && count > 0,
            "DataSet.sheet: \(clips) clips of \(count), \(columns) columns")
        var sheet = ContactSheet(magnification: magnification)
        var rows: [[Tensor<UInt8>]] = []
        for clip in self.clips.prefix(clips) {
            let last = clip.frameCount - 1
            let numbers = (0..<columns).map { columns > 1 ? last * $0 / (columns - 1) : 0 }
            let frames = numbers.map { clip.frames.sliced($0..<($0 + 1), axis: 0) }
                .map { $0.reshaped([clip.height, clip.width, 3]) }
            if sheet.columnTitles.isEmpty { sheet.columnTitles = numbers.map(String.init) }
            rows.append(frames)
            guard let masks = clip.masks else { continue }
            rows.append(
                zip(numbers, frames).map { number, frame in
                    let mask = masks.sliced(number..<(number + 1), axis: 0)
                    return frame.overlaid(labels: mask.reshaped([clip.height, clip.width]))
                })
        }
        return sheet.drawn(rows)
    }
}
