import GestaltChecks
import GestaltMedia
import GestaltTensor

extension DataSet {
    /// A contact sheet `[H, W, 3]`: a row of frames a clip and, where there are masks, below it the
    /// same frames with the masks laid over: ids in colors, ignored pixels hatched, frames without a
    /// label faded and crossed out. Frames above 256 pixels, or fewer where there are many, are shown
    /// smaller.
    ///
    /// - Parameters:
    ///   - clips: how many of the clips, the first ones.
    ///   - columns: how many frames of each, spread from its first to its last.
    /// - Throws: what reading clips throws; `ClipError.mismatchedShapes` for clips of several sizes.
    /// - Precondition: the set has clips; `clips`, `columns` and `magnification` are positive.
    public func sheet(
        clips: Int = 8, columns: Int = 7, magnification: Int = 2
    ) throws -> Tensor<UInt8> {
        require(
            clips > 0 && columns > 0 && count > 0,
            "DataSet.sheet: \(clips) clips of \(count), \(columns) columns")
        let side = DataSet.thumbnailSide(clips: min(clips, count), columns: columns)
        let shown = keeping(0..<min(clips, count))
        try shown.requireOneSize()
        let fits = max(info(at: 0).height, info(at: 0).width) * magnification <= side
        var sheet = ContactSheet(magnification: fits ? magnification : 1)
        var rows: [[Tensor<UInt8>]] = []
        for index in 0..<shown.count {
            let clip = try shown.clip(at: index)
            let last = clip.frameCount - 1
            let numbers = (0..<columns).map { columns > 1 ? last * $0 / (columns - 1) : 0 }
            let frames = numbers.map { clip.frames.sliced($0..<($0 + 1), axis: 0) }
                .map { $0.reshaped([clip.height, clip.width, 3]).thumbnail(side: side) }
            if sheet.columnTitles.isEmpty { sheet.columnTitles = numbers.map(String.init) }
            rows.append(frames)
            guard let masks = clip.masks else { continue }
            rows.append(
                zip(numbers, frames).map { number, frame in
                    guard clip.isLabeled(number) else { return frame.crossedOut() }
                    let mask = masks.sliced(number..<(number + 1), axis: 0)
                    return frame.overlaid(
                        labels: mask.reshaped([clip.height, clip.width]).thumbnail(side: side),
                        colors: clip.categories == nil ? categories?.map(\.color) ?? [] : [])
                })
        }
        return sheet.drawn(rows)
    }

    /// The longest side of a frame on a sheet, so that it stays a picture one can look at: 256, less
    /// where the whole would otherwise exceed 16 million pixels.
    private static func thumbnailSide(clips: Int, columns: Int) -> Int {
        let (largest, pixels) = (256, 16_000_000)
        let cells = 2 * clips * columns
        return max(16, min(largest, Int((Double(pixels) / Double(cells)).squareRoot())))
    }
}

extension Tensor<UInt8> {
    /// The picture, or the mask `[H, W]`, with sides of at most `side`.
    fileprivate func thumbnail(side: Int) -> Tensor<UInt8> {
        let longest = Swift.max(shape[0], shape[1])
        guard longest > side else { return self }
        return resized(
            height: Swift.max(1, shape[0] * side / longest),
            width: Swift.max(1, shape[1] * side / longest),
            by: rank == 2 ? .nearest : .triangle)
    }
}
