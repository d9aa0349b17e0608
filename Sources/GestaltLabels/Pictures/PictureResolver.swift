import GestaltMedia

/// Turns what a label file states about a picture into a ``LabeledPicture``: finds its file,
/// compares the size, and reports what differs. Used by all readers.
package struct PictureResolver {
    private let options: LabelReadingOptions
    /// The path of the label file, for problems.
    private let path: String
    /// What was repaired or omitted so far.
    package var problems: [LabelProblem] = []

    package init(path: String, options: LabelReadingOptions) {
        self.path = path
        self.options = options
    }

    /// Returns the picture of a name; nil when its labels cannot be used, which is reported.
    ///
    /// - Parameters:
    ///   - name: The name in the label file.
    ///   - stated: The size in the label file; nil where it states none.
    ///   - needsSize: Whether a missing size is a defect of the file, and so reported.
    ///   - isShown: Whether the format defines its sizes to be those of the turned picture, so
    ///     that turning by Exif data needs no remark.
    ///   - place: The place of the picture in the file: `images[3]`.
    ///   - namePlace: The place of its name: `images[3].file_name`.
    ///   - sizePlace: The place of its size; nil for `place`.
    package mutating func picture(
        _ name: String, stated: PictureSize?, needsSize: Bool = true, isShown: Bool = false,
        place: String, namePlace: String, sizePlace: String? = nil
    ) -> LabeledPicture? {
        let sizePlace = sizePlace ?? place
        if let stated, !stated.isUsable {
            report(
                .omitted, sizePlace,
                "“\(name)”: width \(stated.width) and height \(stated.height) are no size of a "
                    + "picture of up to \(PictureSize.maximumPixelCount) pixels")
            return nil
        }
        var picture = LabeledPicture(name: PictureName.normalized(name), size: stated)
        guard let pictures = options.pictures else {
            if name.contains("\\") || PictureName.isOnDrive(name) {
                report(.repaired, namePlace, "“\(name)” is read as “\(picture.name)”")
            }
            completeSize(of: &picture, needsSize: needsSize, place: sizePlace)
            return picture
        }
        let match = pictures.match(name)
        guard let file = match.file else {
            report(.omitted, match.outcome == .missing ? place : namePlace, "\(match)")
            return nil
        }
        if !match.isExact { report(.repaired, namePlace, "\(match)") }
        picture.path = pictures.path + "/" + file
        do {
            let header = try pictures.header(of: file)
            return compare(
                picture, with: header, needsSize: needsSize, isShown: isShown, place: sizePlace)
        } catch {
            report(.omitted, place, "the picture “\(name)” cannot be read: \(error)")
            return nil
        }
    }

    private mutating func completeSize(
        of picture: inout LabeledPicture, needsSize: Bool, place: String
    ) {
        guard picture.size == nil else { return }
        picture.size = options.size(picture.name)
        guard needsSize else { return }
        let taken = picture.size.map { "\($0) is used" } ?? "none is known"
        report(.repaired, place, "“\(picture.name)” has no width and height; \(taken)")
    }

    /// Compares the stated size with that of the file.
    private mutating func compare(
        _ picture: LabeledPicture, with header: PictureHeader, needsSize: Bool, isShown: Bool,
        place: String
    ) -> LabeledPicture? {
        var picture = picture
        let shown = PictureSize(height: header.height, width: header.width)
        let stored =
            header.hasSwappedSides ? PictureSize(height: shown.width, width: shown.height) : shown
        guard let stated = picture.size else {
            picture.size = shown
            if needsSize {
                report(
                    .repaired, place,
                    "“\(picture.name)” has no width and height; those of the file are used: "
                        + "\(shown)")
            }
            return picture
        }
        if stated == shown {
            if header.hasSwappedSides && !isShown {
                report(
                    .repaired, place,
                    "“\(picture.name)” is turned by EXIF; the labels are those of the turned "
                        + "picture")
            }
            return picture
        }
        guard stated == stored else {
            report(
                .omitted, place,
                "“\(picture.name)” is \(stated.width) wide and \(stated.height) high in the "
                    + "label file, but \(shown.width) wide and \(shown.height) high in "
                    + (picture.path ?? "")
            )
            return nil
        }
        picture.storedOrientation = header.orientation
        report(
            .repaired, place,
            "“\(picture.name)” is turned by EXIF; the labels are those of the stored pixels")
        return picture
    }

    private mutating func report(
        _ outcome: LabelProblem.Outcome, _ place: String, _ message: String
    ) {
        problems.append(LabelProblem(outcome, path: path, place: place, message))
    }
}
