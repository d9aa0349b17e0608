import GestaltData
import GestaltMedia
import GestaltTensor

extension ImportedSet {
    /// Draws a contact sheet `[H, W, 3]`: for each source a row of labeled frames, below it the
    /// same with the categories laid over, and at the bottom the colors of the categories. Of
    /// sources without labels frames alone are shown, where no source has any.
    ///
    /// - Parameters:
    ///   - sources: the largest number of sources, spread over all.
    ///   - columns: the largest number of frames of each, spread over its labeled frames.
    /// - Throws: `MediaError`, `ClipError`, ``ImportError/damagedSet(path:expected:found:)``.
    public func sheet(sources: Int = 8, columns: Int = 6) throws -> Tensor<UInt8> {
        let frames = places()
        let hasLabels = frames.contains { $0.isLabeled }
        let shown = Dictionary(grouping: frames.filter { $0.isLabeled || !hasLabels }) { $0.source }
        let chosen = Self.spread(shown.keys.sorted(), sources)
        var sheet = ContactSheet()
        var rows: [[Tensor<UInt8>]] = []
        for source in chosen {
            let pictures = try pictures(Self.spread(shown[source] ?? [], columns))
            rows.append(pictures.map(\.frame))
            let name = manifest.sources[source].name
            sheet.rowTitles.append(String(name.suffix(24)))
            guard hasLabels else { continue }
            rows.append(pictures.map(\.overlay))
            sheet.rowTitles.append("")
        }
        if categories.count > 1 { rows.append(legend) }
        return sheet.drawn(rows)
    }

    /// A run of frames of one clip that may be shown.
    private struct Place {
        var source: Int
        var split: Split
        /// The number of the clip in its split.
        var clip: Int
        /// The number among the labeled frames of the clip, or among all where none is labeled.
        var ordinal: Int
        var isLabeled: Bool
    }

    private func places() -> [Place] {
        manifest.splits.flatMap { split in
            manifest.clips(split).enumerated().flatMap { index, entry in
                let labeled = entry.clip.labeledCount
                return (0..<(labeled > 0 ? labeled : entry.clip.frameCount)).map {
                    Place(
                        source: entry.source, split: split, clip: index, ordinal: $0,
                        isLabeled: labeled > 0)
                }
            }
        }
    }

    private func pictures(
        _ places: [Place]
    ) throws -> [(frame: Tensor<UInt8>, overlay: Tensor<UInt8>)] {
        var last: (split: Split, number: Int, clip: Clip)?
        return try places.map { place in
            if last?.split != place.split || last?.number != place.clip {
                let clip = try ImportedClips(self, place.split).clip(at: place.clip)
                last = (place.split, place.clip, clip)
            }
            guard let clip = last?.clip else { preconditionFailure("no clip was read") }
            let number = place.isLabeled ? clip.labeledFrames[place.ordinal] : place.ordinal
            let frame = Self.thumbnail(clip.frames[number])
            guard let mask = clip.masks?[number] else { return (frame, frame) }
            let overlay = frame.overlaid(
                labels: Self.thumbnail(mask), colors: categories.map(\.color))
            return (frame, overlay)
        }
    }

    /// The name of each category beside its color.
    private var legend: [Tensor<UInt8>] {
        categories.enumerated().dropFirst().prefix(12).map { id, category in
            var canvas = Canvas(height: 11, width: 16 + Canvas.width(of: category.name))
            canvas.fill(
                x: 0, y: 1, width: 9, height: 9,
                with: category.color ?? Color.label(UInt8(clamping: id)))
            canvas.draw(category.name, x: 13, y: 2)
            return canvas.image
        }
    }

    private static let largestSide = 256

    private static func thumbnail(_ picture: Tensor<UInt8>) -> Tensor<UInt8> {
        let (height, width) = (picture.shape[0], picture.shape[1])
        let longest = max(height, width)
        guard longest > largestSide else { return picture }
        return picture.resized(
            height: max(1, height * largestSide / longest),
            width: max(1, width * largestSide / longest),
            by: picture.rank == 2 ? .nearest : .triangle)
    }

    /// Returns at most `count` of the values, evenly spread.
    private static func spread<Value>(_ values: [Value], _ count: Int) -> [Value] {
        guard values.count > count else { return values }
        return (0..<count).map { values[$0 * values.count / count] }
    }
}
