extension LabelRegion {
    /// Returns the union of two parts of one object: outlines as outlines, others as a mask.
    ///
    /// - Parameter size: the size of the picture; nil where it is unknown, and there is no mask.
    package func joined(with other: LabelRegion, size: PictureSize?) -> LabelRegion {
        if let mine = straightOutlines, let theirs = other.straightOutlines {
            return .polygons(mine + theirs)
        }
        guard let size else { return .polygons(outlines + other.outlines) }
        return .runs(runs(size: size).union(other.runs(size: size)))
    }

    /// The outlines of polygons and boxes, which have the same pixels; nil for other regions.
    private var straightOutlines: [[LabelPoint]]? {
        switch self {
        case .polygons, .box: outlines
        case .runs, .ellipse: nil
        }
    }

    /// The outlines as one closed line: parts are joined by bridges without width, there and back,
    /// and overlapping parts are united first. Filled by the rule of COCO, it has the same pixels.
    package func singleOutline(size: PictureSize) -> [LabelPoint] {
        let mask = runs(size: size)
        guard let outlines = straightOutlines else { return Self.bridged(mask.outlines) }
        let line = Self.bridged(outlines)
        let isSame = outlines.count < 2 || RunLengthMask(filling: line, size: size) == mask
        return isSame ? line : Self.bridged(mask.outlines)
    }

    private static func bridged(_ outlines: [[LabelPoint]]) -> [LabelPoint] {
        guard let first = outlines.first, let start = first.first else { return [] }
        if outlines.count == 1 { return first }
        // From the first point to each further part, around it and back.
        var line = first + [start]
        for outline in outlines.dropFirst() {
            guard let corner = outline.first else { continue }
            line += outline + [corner, start]
        }
        line.removeLast()
        return line
    }
}
