extension Document {
    /// All blocks, those within details in their place.
    package var allBlocks: [Block] { blocks.flatMap(\.flattened) }
}

extension Block {
    fileprivate var flattened: [Block] {
        guard case .details(_, let blocks) = self else { return [self] }
        return blocks.flatMap(\.flattened)
    }
}

extension Figure {
    /// The figure's files: an SVG file of a chart, PNG files of pictures.
    package var files: [(name: String, bytes: [UInt8])] {
        switch content {
        case .chart(let chart):
            [(chartFile, Array(chart.drawing(width: ChartWidth.wide).file.utf8))]
        case .pictures(let pictures, _):
            pictures.indices.map { (pictureFile($0), pictures[$0].bytes) }
        }
    }
}
