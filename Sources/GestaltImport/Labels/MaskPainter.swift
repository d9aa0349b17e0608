import GestaltData
import GestaltLabels
import GestaltMedia
import GestaltTensor

/// The labels of a frame as ids of pixels.
struct PaintedLabels: Sendable {
    /// `[H, W]`: ids of categories.
    var categories: Tensor<UInt8>
    /// `[H, W]`: ids of objects, see ``InstanceIDs``; nil where labels do not tell them apart.
    var instances: Tensor<UInt8>?

    /// Returns the labels with both maps changed.
    func map(_ change: (Tensor<UInt8>) throws -> Tensor<UInt8>) rethrows -> PaintedLabels {
        PaintedLabels(
            categories: try change(categories), instances: try instances.map(change))
    }
}

/// Paints the labels of the frames of one source as ids of categories and of objects.
struct MaskPainter: Sendable {
    /// A label file as the painter needs it.
    struct File: Sendable {
        var path: String
        var categories: [LabeledCategory]
        var ids: [UInt8?]
        var foreground: Set<UInt8>
        var tellsInstances: Bool

        init(_ file: ReadLabelFile) {
            path = file.path
            categories = file.labels.categories
            ids = file.ids
            foreground = file.foreground
            tellsInstances = file.tellsInstances
        }

        /// Returns an object as ``InstanceIDs`` know it; nil for one that is none: background, and
        /// what counts for nothing.
        func object(_ object: LabeledObject, of file: Int) -> InstanceIDs.Object? {
            guard let id = ids[object.category], id > 0, id != Clip.ignoredLabel else { return nil }
            return InstanceIDs.Object(file: file, category: id, track: object.instance)
        }
    }

    let files: [File]
    /// The ids of the source's objects.
    var instances = InstanceIDs([])
    /// The share of labeled pixels in which two files may differ: outlines are rounded.
    static let tolerance = 0.02

    /// The ids of one file's labels, row by row.
    private struct Layer {
        var categories: [UInt8]
        /// Nil where the file does not tell objects apart.
        var instances: [UInt8]?

        /// Lays another file's labels over these.
        mutating func add(_ other: Layer) {
            instances = instances.flatMap { mine in
                other.instances.map { theirs in
                    mine.indices.map { other.categories[$0] != 0 ? theirs[$0] : mine[$0] }
                }
            }
            categories = zip(categories, other.categories).map { $1 != 0 ? $1 : $0 }
        }
    }

    /// Returns the labels of a frame; nil when nothing in them is usable.
    ///
    /// - Parameters:
    ///   - path: the file of the frame.
    ///   - problems: receives what is wrong with the labels.
    func labels(
        _ entries: [SourceLabels.Entry], size: PictureSize, path: String,
        problems: inout [ImportProblem]
    ) -> PaintedLabels? {
        var result: Layer?
        var painted: [Int] = []
        for entry in entries {
            guard let layer = layer(entry, size: size, path: path, problems: &problems) else {
                continue
            }
            guard let before = result else {
                result = layer
                painted = [entry.file]
                continue
            }
            let sharing = painted.first {
                !files[$0].foreground.isDisjoint(with: files[entry.file].foreground)
            }
            guard let sharing else {
                // Files of different categories complete each other.
                problems += covering(of: painted, by: entry, before.categories, layer.categories)
                result?.add(layer)
                painted.append(entry.file)
                continue
            }
            problems += disagreement(
                of: entry, with: sharing, before.categories, layer.categories)
        }
        let shape: Shape = [size.height, size.width]
        return result.map { layer in
            PaintedLabels(
                categories: Tensor(shape: shape, scalars: layer.categories),
                instances: layer.instances.map { Tensor(shape: shape, scalars: $0) })
        }
    }

    /// Returns the problem of two files that label a frame differently.
    private func disagreement(
        of entry: SourceLabels.Entry, with other: Int, _ before: [UInt8], _ ids: [UInt8]
    ) -> [ImportProblem] {
        let labeled = zip(before, ids).count { $0 != 0 || $1 != 0 }
        let different = zip(before, ids).count { $0 != $1 }
        guard Double(different) > Self.tolerance * Double(labeled) else { return [] }
        return [
            ImportProblem(
                .bad, path: files[entry.file].path, place: entry.picture.place,
                "disagrees with \(files[other].path) in \(different) of \(labeled) labeled pixels")
        ]
    }

    /// Returns a note on labels that those of a later file hide.
    private func covering(
        of others: [Int], by entry: SourceLabels.Entry, _ before: [UInt8], _ ids: [UInt8]
    ) -> [ImportProblem] {
        let labeled = before.count { $0 != 0 }
        let covered = zip(before, ids).count { $0 != 0 && $1 != 0 }
        guard Double(covered) > Self.tolerance * Double(labeled) else { return [] }
        let names = others.map { files[$0].path }.joined(separator: ", ")
        return [
            ImportProblem(
                .note, path: files[entry.file].path, place: entry.picture.place,
                "covers \(covered) of \(labeled) pixels that \(names) labels with other categories")
        ]
    }

    private func layer(
        _ entry: SourceLabels.Entry, size: PictureSize, path: String,
        problems: inout [ImportProblem]
    ) -> Layer? {
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
        var isDamaged = false
        labels.pictures[0].objects = picture.objects.filter { object in
            guard file.ids[object.category] != nil else { return false }
            guard case .runs(let mask) = object.region, mask.size != size else { return true }
            report(.bad, object.place, "a mask of \(mask.size) pixels for a picture of \(size)")
            isDamaged = true
            return false
        }
        // What is left of a picture without any of its objects is no background.
        guard !isDamaged || !labels.pictures[0].objects.isEmpty else { return nil }
        return painted(labels, of: entry.file, size: size)
    }

    private func painted(_ labels: LabelSet, of number: Int, size: PictureSize) -> Layer {
        let file = files[number]
        let map = labels.instanceMap(of: 0, size: size)
        let groups = map.objects.map { labels.pictures[0].objects[$0[0]] }
        // The id of each number in the map; ids of categories and of objects.
        let categories = [0] + groups.map { file.ids[$0.category] ?? 0 }
        func ids(_ table: [UInt8]) -> [UInt8] {
            map.ids.withScalars { $0.map { $0 < 0 ? Clip.ignoredLabel : table[Int($0)] } }
        }
        guard file.tellsInstances else {
            return Layer(categories: ids(categories), instances: nil)
        }
        let objects = groups.map { file.object($0, of: number) }
        var known = instances.ids(of: objects.compactMap { $0 })[...]
        let table =
            [0]
            + zip(objects, categories.dropFirst()).map { object, category -> UInt8 in
                guard object != nil else { return category }
                return (known.popFirst() ?? nil) ?? Clip.ignoredLabel
            }
        return Layer(categories: ids(categories), instances: ids(table))
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
