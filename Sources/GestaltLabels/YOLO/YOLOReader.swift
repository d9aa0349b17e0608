import GestaltIO
import GestaltMedia

/// Reads the text files of a YOLO data set.
///
/// Sizes come from the pictures: those of the options, else those in the folder `images` of the
/// data set. A picture without a text file has no objects.
struct YOLOReader {
    private let path: String
    private let layout: YOLOLayout
    private let options: LabelReadingOptions
    private let pictureFolder: PictureFolder?
    /// What precedes the paths in the folder of pictures in the names of pictures.
    private let prefix: String
    private var categories: [LabeledCategory] = []
    private var problems: [LabelProblem] = []

    init(path: String, options: LabelReadingOptions) throws {
        self.path = path
        self.options = options
        layout = try YOLOLayout(path)
        let images = layout.root + "/images"
        let hasImages = if case .folder? = try? PathStatus(images) { true } else { false }
        pictureFolder = try options.pictures ?? (hasImages ? PictureFolder(images) : nil)
        prefix = options.pictures == nil && hasImages ? "images/" : ""
        if let yaml = layout.yaml {
            categories = try YOLONames(path: yaml).names.enumerated().map {
                LabeledCategory($1, number: $0)
            }
        } else {
            categories = options.categories
        }
    }

    mutating func read() throws -> LabelReading {
        if categories.isEmpty {
            throw LabelError(
                path: path, "the names of classes are not known: give the YAML file, or categories")
        }
        var pictures: [LabeledPicture] = []
        var named: Set<String> = []
        for file in layout.files {
            guard let picture = picture(of: file) else { continue }
            if let path = picture.path { named.insert(path) }
            pictures.append(try objects(of: file, in: picture))
        }
        // A text file alone says nothing about other pictures.
        if layout.yaml != nil, let folder = pictureFolder {
            for file in folder.files where !named.contains(folder.path + "/" + file) {
                guard let header = try? folder.header(of: file) else { continue }
                pictures.append(
                    LabeledPicture(
                        name: prefix + file, path: folder.path + "/" + file,
                        size: PictureSize(height: header.height, width: header.width)))
            }
        }
        pictures.sort { $0.name < $1.name }
        return LabelReading(
            LabelSet(categories: categories, pictures: pictures), problems: problems)
    }

    private mutating func report(
        _ outcome: LabelProblem.Outcome, _ file: String, _ place: String, _ message: String
    ) {
        problems.append(
            LabelProblem(outcome, path: layout.root + "/" + file, place: place, message))
    }

    /// Returns the picture of a text file, without objects; nil when there is none.
    private mutating func picture(of file: String) -> LabeledPicture? {
        let name = file.hasPrefix("labels/") ? String(file.dropFirst(7)) : file
        let stem = String(name.dropLast(4))
        guard let pictureFolder else {
            guard let size = options.size(stem) else {
                report(
                    .omitted, file, PictureName.lastPart(file),
                    "“\(stem)”: no picture is found, and its size is not known")
                return nil
            }
            let folder = file.hasPrefix("labels/") ? "images/" : ""
            return LabeledPicture(name: folder + stem, size: size)
        }
        let match = pictureFolder.match(stem, ignoringEnding: true)
        guard let found = match.file else {
            report(
                .omitted, file, PictureName.lastPart(file), "there is no picture: \(match)")
            return nil
        }
        if !match.isExact { report(.repaired, file, PictureName.lastPart(file), "\(match)") }
        do throws(MediaError) {
            let header = try pictureFolder.header(of: found)
            return LabeledPicture(
                name: prefix + found, path: pictureFolder.path + "/" + found,
                size: PictureSize(height: header.height, width: header.width))
        } catch {
            report(.omitted, file, PictureName.lastPart(file), "\(error)")
            return nil
        }
    }

    private mutating func objects(
        of file: String, in picture: LabeledPicture
    ) throws -> LabeledPicture {
        guard let size = picture.size else { return picture }
        var picture = picture
        let bytes = try FileReader.bytes(path: layout.root + "/" + file)
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = String(
            decoding: bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0), as: UTF8.self)
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty { continue }
            let place = "line \(number)"
            do throws(YOLORow.Fault) {
                let row = try YOLORow(words, classCount: categories.count, size: size)
                if let remark = row.remark { report(.repaired, file, place, remark) }
                picture.objects.append(
                    LabeledObject(
                        category: row.category, region: .polygons([row.outline]), place: place))
            } catch {
                report(.omitted, file, place, error.message)
            }
        }
        return picture
    }
}
