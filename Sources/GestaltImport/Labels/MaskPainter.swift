import GestaltData
import GestaltLabels
import GestaltMedia
import GestaltTensor

/// Paints the labels of a frame as ids of categories.
struct MaskPainter: Sendable {
    /// A label file as the painter needs it.
    struct File: Sendable {
        var path: String
        var categories: [LabeledCategory]
        var ids: [UInt8?]
        var foreground: Set<UInt8>

        init(_ file: ReadLabelFile) {
            path = file.path
            categories = file.labels.categories
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
        guard let picture = Self.upright(entry.picture, size: size, path: path) else {
            let stated = entry.picture.size ?? size
            report(.bad, "", "labels of \(stated) pixels for a picture of \(size)")
            return nil
        }
        if picture.size != entry.picture.size, entry.picture.size != nil {
            report(
                .note, "", "labels of the stored pixels are turned as Exif data turn the picture")
        }
        var labels = LabelSet(categories: file.categories, pictures: [picture])
        labels.pictures[0].objects = picture.objects.filter { object in
            guard file.ids[object.category] != nil else { return false }
            guard case .runs(let mask) = object.region, mask.size != size else { return true }
            report(.bad, object.place, "a mask of \(mask.size) pixels for a picture of \(size)")
            return false
        }
        let ignored = Int32(Clip.ignoredLabel)
        let map = labels.classMap(of: 0, size: size, ignored: -ignored)
        return map.scalars.map { category in
            guard category != 0 else { return 0 }
            return category < 0 ? Clip.ignoredLabel : file.ids[Int(category) - 1] ?? 0
        }
    }

    /// Returns labels of the sides of the picture; those of stored pixels that Exif data turn are
    /// turned along. Nil for labels of another size.
    private static func upright(
        _ picture: LabeledPicture, size: PictureSize, path: String
    ) -> LabeledPicture? {
        guard let stated = picture.size, stated != size else { return picture }
        guard stated.height == size.width, stated.width == size.height,
            let header = try? PictureHeader(path: path), header.hasSwappedSides
        else { return nil }
        var picture = picture
        picture.storedOrientation = header.orientation
        return picture.upright
    }
}
