import GestaltIO
import GestaltMedia

/// Label pictures of films as folders of frames: `Annotations/…/SEQUENCE/FRAME.png`, with the frames
/// in `JPEGImages/…/SEQUENCE/FRAME.jpg`.
struct SequenceFolder {
    static let labelFolder = "Annotations"
    static let pictureFolder = "JPEGImages"

    /// A sequence with its frames.
    struct Sequence {
        /// The last part of its folder.
        let name: String
        /// Its folder below ``SequenceFolder/labelFolder``.
        let folder: String
        /// The label files, ascending.
        var labels: [String] = []
        /// The picture files, ascending; empty where the set has none.
        var pictures: [String] = []
    }

    let path: String
    private(set) var sequences: [Sequence] = []

    /// Lists a folder.
    /// - Throws: `FileFailure` when its folder `Annotations` cannot be read.
    init(_ path: String) throws(FileFailure) {
        self.path = path
        var indices: [String: Int] = [:]
        for file in try PNGFormat.pictureFiles(in: path + "/" + Self.labelFolder) {
            let (folder, name) = Self.split(file)
            let index = indices[folder] ?? sequences.count
            if index == sequences.count {
                indices[folder] = index
                let last = folder.split(separator: "/").last.map(String.init) ?? folder
                sequences.append(Sequence(name: last, folder: folder))
            }
            sequences[index].labels.append(name)
        }
        let pictures = path + "/" + Self.pictureFolder
        guard case .folder? = try? PathStatus(pictures) else { return }
        for file in try PNGFormat.pictureFiles(in: pictures) {
            let (folder, name) = Self.split(file)
            if let index = indices[folder] { sequences[index].pictures.append(name) }
        }
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    /// Returns a file name or path without its ending.
    static func stem(_ file: String) -> String {
        guard let dot = file.lastIndex(of: "."), !file[dot...].contains("/") else { return file }
        return String(file[..<dot])
    }

    /// Returns the lines of a text file without empty ones.
    /// - Throws: `FileFailure` for a file that cannot be read, ``LabelError`` for text that is not
    ///   UTF-8.
    static func lines(of path: String) throws -> [String] {
        let bytes = try FileReader.bytes(path: path, limit: 1 << 26)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw LabelError(path: path, "the text is not UTF-8")
        }
        return text.split(whereSeparator: \.isNewline).map { String($0).trimmed }
            .filter { !$0.isEmpty }
    }
}

extension SequenceFolder {
    /// Reads the label pictures of a sequence.
    ///
    /// Label files without a picture, of another size than theirs, and pictures without labels are
    /// reported; a name with another number of digits is matched.
    func frames(
        of sequence: Sequence, _ pictures: FolderPictures, _ problems: inout [LabelProblem]
    ) -> [(picture: LabeledPicture, regions: IDRegions)] {
        let folder = "\(path)/\(Self.labelFolder)/\(sequence.folder)"
        var shown = Dictionary(
            sequence.pictures.map { (Self.stem($0), $0) }, uniquingKeysWith: { first, _ in first })
        let numbers = Dictionary(
            sequence.pictures.compactMap { name in Int(Self.stem(name)).map { ($0, name) } },
            uniquingKeysWith: { first, _ in first })
        var size: PictureSize?
        var result: [(LabeledPicture, IDRegions)] = []
        for file in sequence.labels {
            do throws(LabelError) {
                let label = folder + "/" + file
                var picture = shown.removeValue(forKey: Self.stem(file))
                if picture == nil, let other = Int(Self.stem(file)).flatMap({ numbers[$0] }),
                    shown.removeValue(forKey: Self.stem(other)) != nil
                {
                    problems.append(
                        LabelProblem(
                            .repaired, path: label, place: sequence.name,
                            "\(file) is taken for the labels of \(other)"))
                    picture = other
                }
                guard picture != nil || sequence.pictures.isEmpty else {
                    throw LabelError(
                        path: label, place: sequence.name,
                        "\(file) has no picture in "
                            + "\(Self.pictureFolder)/\(sequence.folder)")
                }
                let regions = try IDRegions.read(label, table: nil, &problems)
                let actual = try pictureSize(picture, sequence) ?? size
                guard actual == nil || actual == regions.size else {
                    throw LabelError(
                        path: label, place: sequence.name,
                        "\(file) has \(regions.size.width) × \(regions.size.height) pixels (width × "
                            + "height), its picture \(actual?.width ?? 0) × \(actual?.height ?? 0)")
                }
                size = actual ?? regions.size
                let name =
                    picture.map { "\(Self.pictureFolder)/\(sequence.folder)/\($0)" }
                    ?? (sequence.folder.isEmpty ? file : "\(sequence.name)/\(file)")
                let labeled = try pictures.picture(
                    name, size: regions.size, label: label, &problems)
                result.append((labeled, regions))
            } catch {
                problems.omit(error, place: sequence.name)
            }
        }
        reportMissing(shown.keys.sorted(), sequence, &problems)
        return result
    }

    private func pictureSize(
        _ file: String?, _ sequence: Sequence
    ) throws(LabelError) -> PictureSize? {
        guard let file else { return nil }
        let picture = "\(path)/\(Self.pictureFolder)/\(sequence.folder)/\(file)"
        do throws(MediaError) {
            let header = try PictureHeader(path: picture)
            return PictureSize(height: header.height, width: header.width)
        } catch {
            throw LabelError(path: picture, place: sequence.name, error.message)
        }
    }

    private func reportMissing(
        _ stems: [String], _ sequence: Sequence, _ problems: inout [LabelProblem]
    ) {
        guard !stems.isEmpty else { return }
        let names = stems.prefix(5).map { $0 + ".png" }.joined(separator: ", ")
        let more = stems.count > 5 ? " and \(stems.count - 5) more" : ""
        problems.append(
            LabelProblem(
                .omitted, path: "\(path)/\(Self.labelFolder)/\(sequence.folder)",
                place: sequence.name, "\(names)\(more) missing: pictures without labels"))
    }
}
