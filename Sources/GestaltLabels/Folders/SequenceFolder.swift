import GestaltIO
import GestaltMedia

/// Label pictures of films as folders of frames: `Annotations/…/SEQUENCE/FRAME.png`, with the
/// frames in `JPEGImages/…/SEQUENCE/FRAME.jpg`.
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
        var shown = ShownFrames(sequence.pictures)
        var size: PictureSize?
        var result: [(LabeledPicture, IDRegions)] = []
        for file in sequence.labels {
            let label = "\(path)/\(Self.labelFolder)/\(sequence.folder)/\(file)"
            do throws(LabelError) {
                let picture = shown.remove(file)
                if let picture, Self.stem(picture) != Self.stem(file) {
                    problems.append(
                        LabelProblem(
                            .repaired, path: label, place: sequence.name,
                            "\(file) is taken for the labels of \(picture)"))
                }
                guard picture != nil || sequence.pictures.isEmpty else {
                    let folder = "\(Self.pictureFolder)/\(sequence.folder)"
                    throw LabelError(path: label, "\(file) has no picture in \(folder)")
                }
                let regions = try IDRegions.read(label, table: nil, &problems)
                let actual = try pictureSize(picture, sequence) ?? size ?? regions.size
                guard actual == regions.size else {
                    throw LabelError(
                        path: label,
                        "\(file) has \(regions.size.width) × \(regions.size.height) pixels (width "
                            + "× height), its picture \(actual.width) × \(actual.height)")
                }
                size = actual
                let name = sequence.folder.isEmpty ? file : "\(sequence.name)/\(file)"
                let labeled = try pictures.picture(
                    picture.map { "\(Self.pictureFolder)/\(sequence.folder)/\($0)" } ?? name,
                    size: regions.size, label: label, &problems)
                result.append((labeled, regions))
            } catch {
                problems.omit(error, place: sequence.name)
            }
        }
        reportMissing(shown.stems, sequence, &problems)
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
            throw LabelError(path: picture, error.message)
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

/// The frames of a sequence that no label picture was found for so far.
private struct ShownFrames {
    /// By stem, and by number for names with another number of digits.
    private var files: [String: String]
    private let numbers: [Int: String]

    init(_ files: [String]) {
        let stems = files.map { (SequenceFolder.stem($0), $0) }
        self.files = Dictionary(stems) { first, _ in first }
        numbers = Dictionary(
            stems.compactMap { stem, _ in Int(stem).map { ($0, stem) } }
        ) { first, _ in first }
    }

    /// Removes and returns the frame of a label picture; nil where there is none.
    mutating func remove(_ label: String) -> String? {
        let stem = SequenceFolder.stem(label)
        if let file = files.removeValue(forKey: stem) { return file }
        return Int(stem).flatMap { numbers[$0] }.flatMap { files.removeValue(forKey: $0) }
    }

    var stems: [String] { files.keys.sorted() }
}
