import GestaltMedia

/// The pictures that label pictures belong to, found by the names of files.
///
/// Unlike for other formats a name with another ending or in another folder is expected: labels are
/// PNG files of their own.
struct FolderPictures {
    private let options: LabelReadingOptions

    init(_ options: LabelReadingOptions) { self.options = options }

    /// Returns the picture of a label file.
    ///
    /// - Parameters:
    ///   - name: The name of the picture as far as the folder of labels tells.
    ///   - size: Of the label picture.
    /// - Throws: ``LabelError`` for a picture that is missing or of another size.
    func picture(
        _ name: String, size: PictureSize, label path: String, _ problems: inout [LabelProblem]
    ) throws(LabelError) -> LabeledPicture {
        var picture = LabeledPicture(name: name, size: size)
        var actual = options.size(name)
        if let pictures = options.pictures {
            let match = pictures.match(name)
            guard case .found(let file, let differences) = match.outcome else {
                throw LabelError(path: path, "\(match)")
            }
            if !differences.allSatisfy({ $0 == .ending || $0 == .folder }) {
                problems.append(
                    LabelProblem(.repaired, path: path, place: "file name", "\(match)"))
            }
            picture.path = pictures.path + "/" + file
            do {
                let header = try pictures.header(of: file)
                actual = PictureSize(height: header.height, width: header.width)
            } catch {
                throw LabelError(path: path, "the picture “\(name)” cannot be read: \(error)")
            }
        }
        if let actual, actual != size {
            throw LabelError(
                path: path,
                "labels of \(size.width) × \(size.height) pixels (width × height) for a picture of "
                    + "\(actual.width) × \(actual.height)")
        }
        return picture
    }
}

/// Pictures whose objects have a label picture each.
struct MergedPictures {
    private var found: [String: LabeledPicture] = [:]

    /// Adds the objects of one label picture.
    ///
    /// - Throws: ``LabelError`` for a label picture of another size than those before.
    mutating func add(
        _ objects: [LabeledObject], to picture: LabeledPicture, label path: String
    ) throws(LabelError) {
        var merged = found[picture.name] ?? picture
        if let size = merged.size, let other = picture.size, size != other {
            throw LabelError(
                path: path,
                "\(other.width) × \(other.height) pixels (width × height), but others of this "
                    + "picture have \(size.width) × \(size.height)")
        }
        merged.objects += objects
        found[picture.name] = merged
    }

    /// All pictures by name.
    var sorted: [LabeledPicture] { found.sorted { $0.key < $1.key }.map(\.value) }
}

extension [LabelProblem] {
    /// Adds the error as a record that was omitted.
    mutating func omit(_ error: LabelError, place: String = "file") {
        append(
            LabelProblem(
                .omitted, path: error.path, place: error.place.isEmpty ? place : error.place,
                error.message))
    }
}
