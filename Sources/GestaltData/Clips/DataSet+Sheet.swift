import GestaltChecks
import GestaltMedia
import GestaltTensor

/// Masks of a contact sheet that are not those of the data: a model's.
public struct SheetMasks {
    /// The caption at the left of each row.
    public var title: String
    /// Returns the labels `[N, H, W]` of some frames of a clip.
    public var labels: (_ clip: Clip, _ frames: [Int]) throws -> Tensor<UInt8>

    public init(
        title: String,
        labels: @escaping (_ clip: Clip, _ frames: [Int]) throws -> Tensor<UInt8>
    ) {
        (self.title, self.labels) = (title, labels)
    }
}

extension DataSet {
    /// A contact sheet `[H, W, 3]`: a row of frames a clip and, where there are masks, below it the
    /// same frames with the masks laid over: ids in colors, ignored pixels hatched, frames without
    /// a label faded and crossed out. Frames above 256 pixels, or fewer where there are many, are
    /// shown smaller.
    ///
    /// - Parameters:
    ///   - clips: how many of the clips, the first ones.
    ///   - columns: how many frames of each, spread from its first to its last.
    ///   - masks: masks that are laid over the frames in further rows, with their captions.
    /// - Throws: what reading clips and `masks` throw; `ClipError.mismatchedShapes` for clips of
    ///   several sizes.
    /// - Precondition: the set has clips; `clips`, `columns` and `magnification` are positive.
    public func sheet(
        clips: Int = 8, columns: Int = 7, magnification: Int = 2, masks others: [SheetMasks] = []
    ) throws -> Tensor<UInt8> {
        require(
            clips > 0 && columns > 0 && count > 0,
            "DataSet.sheet: \(clips) clips of \(count), \(columns) columns")
        let side = DataSet.thumbnailSide(
            rows: (2 + others.count) * min(clips, count), columns: columns)
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
            var titles = [""]
            rows.append(frames)
            let colors = clip.categories == nil ? categories?.map(\.color) ?? [] : []
            if let masks = clip.masks {
                titles.append("labels")
                rows.append(
                    zip(numbers, frames).map { number, frame in
                        guard clip.isLabeled(number) else { return frame.crossedOut() }
                        return frame.overlaid(
                            labels: masks[number].thumbnail(side: side), colors: colors)
                    })
            }
            for other in others {
                let masks = try other.labels(clip, numbers)
                titles.append(other.title)
                rows.append(
                    frames.enumerated().map { place, frame in
                        frame.overlaid(
                            labels: masks[place].thumbnail(side: side), colors: colors)
                    })
            }
            if !others.isEmpty { sheet.rowTitles += titles }
        }
        return sheet.drawn(rows)
    }

    /// The longest side of a frame on a sheet, so that it stays a picture one can look at: 256,
    /// less where the whole would otherwise exceed 16 million pixels.
    private static func thumbnailSide(rows: Int, columns: Int) -> Int {
        let (largest, pixels) = (256, 16_000_000)
        return max(16, min(largest, Int((Double(pixels) / Double(rows * columns)).squareRoot())))
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
