import GestaltLabels
import GestaltMedia
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
    /// - Parameters:
    ///   - path: the file of the frame.
    ///   - problems: receives what is wrong with the labels.
    func mask(
        _ entries: [SourceLabels.Entry], size: PictureSize, path: String,
        problems: inout [ImportProblem]
    ) -> Tensor<UInt8>? {
        var result: [UInt8]?
        var painted: [Int] = []
        for entry in entries {
            guard let ids = ids(entry, size: size, path: path, problems: &problems) else {
                continue
            }
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
        _ entry: SourceLabels.Entry, size: PictureSize, path: String,
        problems: inout [ImportProblem]
    ) -> [UInt8]? {
        let file = files[entry.file]
        func report(_ severity: ImportProblem.Severity, _ place: String, _ reason: String) {
            let place = [entry.picture.place, place].filter { !$0.isEmpty }.joined(separator: ", ")
            problems.append(ImportProblem(severity, path: file.path, place: place, reason))
        }
        let stated = entry.picture.size ?? size
        let turn = stated == size ? nil : Self.turn(from: stated, to: size, path: path)
        guard stated == size || turn != nil else {
            report(.bad, "", "labels of \(stated) pixels for a picture of \(size)")
            return nil
        }
        var ids = [UInt8](repeating: 0, count: stated.pixelCount)
        for object in entry.picture.objects {
            guard let id = file.ids[object.category] else { continue }
            if case .runs(let mask) = object.region, mask.size != stated {
                report(
                    .bad, object.place, "a mask of \(mask.size) pixels for a picture of \(stated)")
                continue
            }
            let runs = object.region.runs(size: stated)
            if runs.area == 0 { report(.note, object.place, "covers no pixel of the picture") }
            Self.paint(runs, with: id, on: &ids)
        }
        guard let turn else { return ids }
        report(.note, "", "labels of the stored pixels are turned as Exif data turn the picture")
        return Self.turned(ids, stated, turn)
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

    /// The orientation of a picture's stored pixels by Exif's tag, 5 to 8, where labels have their
    /// sides and not those of the upright picture; else nil.
    private static func turn(
        from stated: PictureSize, to size: PictureSize, path: String
    ) -> Int? {
        guard stated.height == size.width, stated.width == size.height,
            let header = try? PictureHeader(path: path), header.hasSwappedSides
        else { return nil }
        return header.orientation
    }

    /// Returns ids of stored pixels as those of the upright picture.
    private static func turned(_ ids: [UInt8], _ stored: PictureSize, _ turn: Int) -> [UInt8] {
        let (rows, columns) = (stored.height, stored.width)
        return (0..<columns).flatMap { y in
            (0..<rows).map { x in
                // Of a mirrored one, 5 and 7, the main or the other diagonal is the axis.
                let row = turn == 6 || turn == 7 ? rows - 1 - x : x
                let column = turn == 7 || turn == 8 ? columns - 1 - y : y
                return ids[row * columns + column]
            }
        }
    }
}
