import GestaltLabels
import GestaltTensor

/// Paints the labels of a frame as ids of categories.
struct MaskPainter: Sendable {
    /// A label file as the painter needs it.
    struct File: Sendable {
        var path: String
        var ids: [UInt8?]
        var foreground: Set<UInt8>

        init(_ file: ReadLabelFile) {
            path = file.path
            ids = file.ids
            foreground = file.foreground
        }
    }

    let files: [File]
    /// The share of labeled pixels in which two files may differ: outlines are rounded.
    static let tolerance = 0.02

    /// Returns the mask `[H, W]` of a frame; nil when nothing in its labels is usable.
    ///
    /// - Parameter problems: receives what is wrong with the labels.
    func mask(
        _ entries: [SourceLabels.Entry], size: PictureSize, problems: inout [ImportProblem]
    ) -> Tensor<UInt8>? {
        var result: [UInt8]?
        var painted: [Int] = []
        for entry in entries {
            guard let ids = ids(entry, size: size, problems: &problems) else { continue }
            guard let before = result else {
                result = ids
                painted = [entry.file]
                continue
            }
            let sharing = painted.first {
                !files[$0].foreground.isDisjoint(with: files[entry.file].foreground)
            }
            guard let sharing else {
                // Files of different categories complete each other.
                result = zip(before, ids).map { $1 != 0 ? $1 : $0 }
                painted.append(entry.file)
                continue
            }
            let labeled = zip(before, ids).count { $0 != 0 || $1 != 0 }
            let different = zip(before, ids).count { $0 != $1 }
            if Double(different) > Self.tolerance * Double(labeled) {
                problems.append(
                    ImportProblem(
                        .bad, path: files[entry.file].path, place: entry.picture.place,
                        "disagrees with \(files[sharing].path) in \(different) of \(labeled) "
                            + "labeled pixels"))
            }
        }
        return result.map { Tensor(shape: [size.height, size.width], scalars: $0) }
    }

    /// The ids of one file's labels, row by row.
    private func ids(
        _ entry: SourceLabels.Entry, size: PictureSize, problems: inout [ImportProblem]
    ) -> [UInt8]? {
        let file = files[entry.file]
        func report(_ severity: ImportProblem.Severity, _ place: String, _ reason: String) {
            let place = [entry.picture.place, place].filter { !$0.isEmpty }.joined(separator: ", ")
            problems.append(ImportProblem(severity, path: file.path, place: place, reason))
        }
        if let stated = entry.picture.size, stated != size {
            report(.bad, "", "labels of \(stated) pixels for a picture of \(size)")
            return nil
        }
        var ids = [UInt8](repeating: 0, count: size.pixelCount)
        for object in entry.picture.objects {
            guard let id = file.ids[object.category] else { continue }
            if case .runs(let mask) = object.region, mask.size != size {
                report(.bad, object.place, "a mask of \(mask.size) pixels for a picture of \(size)")
                continue
            }
            let runs = object.region.runs(size: size)
            if runs.area == 0 { report(.note, object.place, "covers no pixel of the picture") }
            Self.paint(runs, with: id, on: &ids)
        }
        return ids
    }

    /// Paints the inside of runs, which go column by column, on ids row by row.
    private static func paint(_ mask: RunLengthMask, with id: UInt8, on ids: inout [UInt8]) {
        let (height, width) = (mask.size.height, mask.size.width)
        var place = 0
        for (index, run) in mask.runs.enumerated() {
            if index % 2 == 1 {
                for pixel in place..<(place + run) {
                    ids[pixel % height * width + pixel / height] = id
                }
            }
            place += run
        }
    }
}
