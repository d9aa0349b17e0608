import GestaltIO
import GestaltMedia

/// A writer of label pictures into a folder, named like the pictures they label.
struct LabelFolderWriter {
    let path: String
    /// What the format could not hold.
    private(set) var problems: [LabelProblem] = []
    private var written: Set<String> = []
    private var coveredCount = 0

    init(_ path: String) { self.path = path }

    /// Returns the path of the label picture below a folder: that of the picture with `.png`; for frame 12 of `film.mp4`, `film/000012.png`.
    ///
    /// - Throws: ``LabelError`` for a path that leads out of the folder, and for a second picture of
    ///   one path.
    mutating func file(for picture: LabeledPicture) throws(LabelError) -> String {
        let name = PictureName(picture.name)
        guard !name.leadsOutside, !name.path.isEmpty else {
            throw LabelError(
                path: path, "the picture “\(picture.name)” has no place inside of the folder")
        }
        let stem = SequenceFolder.stem(name.path)
        let file =
            picture.frame.map { FilmFrameName.path(film: name.path, frame: $0) } ?? stem + ".png"
        guard written.insert(file).inserted else {
            throw LabelError(path: path, "two pictures are written as \(file)")
        }
        return file
    }

    /// Returns the label picture of a picture.
    ///
    /// - Parameter value: Returns the value of an object, nil to leave it out.
    /// - Throws: ``LabelError`` for a picture whose size is not known.
    mutating func paint(
        _ picture: LabeledPicture, value: (LabeledObject) throws(LabelError) -> UInt8?
    ) throws(LabelError) -> LabelPainter {
        guard let size = picture.size, size.isUsable else {
            throw LabelError(path: path, "the size of \(picture.name) is not known")
        }
        var painter = LabelPainter(size: size)
        for object in picture.objects {
            guard let value = try value(object) else { continue }
            painter.paint(object.region, value)
        }
        coveredCount += painter.coveredCount
        return painter
    }

    /// Writes a label picture with a palette.
    ///
    /// - Parameter file: The path below the folder.
    func write(
        _ painter: LabelPainter, as file: String, palette: [Color] = LabelColors.vocPalette
    ) throws {
        let target = path + "/" + file
        try OutputFile.makeFolder(of: target)
        try PNG.writeIndices(painter.tensor, palette: palette, to: target)
    }

    func write(_ text: String, as file: String) throws {
        let target = path + "/" + file
        try OutputFile.makeFolder(of: target)
        try AtomicFile.write(Array(text.utf8), to: target)
    }

    mutating func report(_ place: String, _ message: String) {
        problems.append(LabelProblem(.ignored, path: path, place: place, message))
    }

    /// Returns all problems, with the pixels that later objects cover.
    mutating func finish() -> [LabelProblem] {
        if coveredCount > 0 {
            report(
                "overlaps", "\(coveredCount) pixels of several objects belong to the last of them")
        }
        return problems
    }

    /// Reports what labels have and the format does not hold.
    mutating func reportLosses(_ labels: LabelSet, holding held: Set<LabelFeature>) {
        problems += LabelFeature.losses(of: labels, path: path, holding: held)
    }
}

extension LabelSet {
    /// Returns the value of each category in label pictures: from 1 on, 255 for ignored ones.
    ///
    /// - Throws: ``LabelError`` for more than 254 of them.
    func pictureValues(path: String) throws(LabelError) -> [UInt8] {
        guard categories.count(where: { !$0.isIgnored }) <= 254 else {
            throw LabelError(
                path: path, "\(categories.count) categories; label pictures hold 254")
        }
        return categories.enumerated().map { index, category in
            category.isIgnored ? UInt8(LabelTable.ignoredValue) : UInt8(index + 1)
        }
    }

    /// The palette of ``pictureValues(path:)``: black, then the colors of the categories, or those
    /// of Pascal VOC.
    var picturePalette: [Color] {
        var palette = LabelColors.vocPalette
        for (index, category) in categories.enumerated() where !category.isIgnored {
            if let color = category.color, index + 1 < 255 { palette[index + 1] = color }
        }
        return palette
    }
}
