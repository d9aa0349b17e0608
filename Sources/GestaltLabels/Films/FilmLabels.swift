/// A film that labels may refer to.
public struct FilmFile: Sendable, Hashable {
    /// The path of the film as other parts of a program name it, with forward slashes.
    public var name: String
    /// The number of frames; nil where it is not known.
    public var frameCount: Int?
    /// Rows and columns of a shown frame; nil where they are not known.
    public var size: PictureSize?

    public init(_ name: String, frameCount: Int? = nil, size: PictureSize? = nil) {
        self.name = name
        self.frameCount = frameCount
        self.size = size
    }
}

/// The labels of frames of films, matched with the films.
///
/// A picture names a frame in one of these ways:
///
/// | picture | film and frame |
/// |---|---|
/// | ``LabeledPicture/frame`` is 12 (CVAT video, SA-V) | the film of the picture's name, frame 12 |
/// | `film/000012.png`, `film.mp4/000012.png`, `film/frame_000012.png` | `film.mp4`, number 12 |
/// | `film_000012.png`, `film-12.png` | `film.mp4`, number 12 |
/// | `000012.png`, `frame_000012.png` | the only film, number 12 |
///
/// Films are found by their names as pictures are: other folders, another case, another ending and
/// another number of digits are reported and taken; of several films that fit equally none is.
/// Numbers count from `firstNumber`: 0 for most programs, 1 for frames that `ffmpeg` wrote as
/// `%06d.png`.
public struct FilmLabels: Sendable, Equatable {
    /// The labels whose frames were found: named by their films, with the number of the frame from
    /// 0, in the order of the films and their frames.
    public private(set) var labels: LabelSet
    /// What was not found, and names that differ from the film's.
    public private(set) var problems: [LabelProblem] = []
    /// The films without any labels, in their order.
    public private(set) var unlabeled: [String]

    /// Matches labels with films.
    ///
    /// - Parameters:
    ///   - films: All films, of different names.
    ///   - firstNumber: The number of the first frame in the names of label pictures.
    ///   - path: The path of the label file, for problems.
    public init(
        _ labels: LabelSet, films: [FilmFile], firstNumber: Int = 0, path: String = "labels"
    ) {
        let matcher = FilmMatcher(films, firstNumber: firstNumber)
        self.labels = LabelSet(categories: labels.categories)
        var found: [String: [Int: LabeledPicture]] = [:]
        var reported: Set<String> = []
        for picture in labels.pictures {
            do throws(FilmMatcher.Fault) {
                let match = try matcher.match(picture)
                if let remark = match.remark, reported.insert(remark).inserted {
                    problems.append(
                        LabelProblem(.repaired, path: path, place: picture.name, remark))
                }
                guard found[match.film.name]?[match.frame] == nil else {
                    throw FilmMatcher.Fault(
                        "frame \(match.frame) of \(match.film.name) has labels already")
                }
                var frame = picture
                frame.name = match.film.name
                frame.frame = match.frame
                frame.size = picture.size ?? match.film.size
                found[match.film.name, default: [:]][match.frame] = frame
            } catch {
                problems.append(
                    LabelProblem(.omitted, path: path, place: picture.name, error.message))
            }
        }
        for film in films {
            let frames = found[film.name] ?? [:]
            self.labels.pictures += frames.sorted { $0.key < $1.key }.map(\.value)
        }
        unlabeled = films.map(\.name).filter { found[$0] == nil }
    }
}

/// The films of a set, found by the names of label pictures.
struct FilmMatcher {
    struct Fault: Error {
        let message: String

        init(_ message: String) { self.message = message }
    }

    struct Match {
        let film: FilmFile
        /// From 0.
        let frame: Int
        /// How the name differs from the film's; nil for an exact one.
        let remark: String?
    }

    private let films: [String: FilmFile]
    private let names: PictureFolder
    private let firstNumber: Int

    init(_ films: [FilmFile], firstNumber: Int) {
        self.films = Dictionary(films.map { ($0.name, $0) }) { first, _ in first }
        names = PictureFolder(".", files: films.map(\.name))
        self.firstNumber = firstNumber
    }

    func match(_ picture: LabeledPicture) throws(Fault) -> Match {
        if let frame = picture.frame {
            let (film, remark) = try film(picture.name, isWhole: true)
            return try checked(Match(film: film, frame: frame, remark: remark), picture)
        }
        guard let name = FilmFrameName(picture.name) else {
            throw Fault("the name has no frame number at its end")
        }
        let (film, remark) = try film(name.film, isWhole: false)
        let frame = name.number - firstNumber
        return try checked(Match(film: film, frame: frame, remark: remark), picture)
    }

    /// Returns the film of a name.
    ///
    /// - Parameter isWhole: Whether the name has the film's ending, or should.
    private func film(_ name: String, isWhole: Bool) throws(Fault) -> (FilmFile, String?) {
        if name.isEmpty {
            guard films.count == 1, let film = films.first?.value else {
                throw Fault("the name is a number alone, which of \(films.count) films is not said")
            }
            return (film, nil)
        }
        // “clip.v2” has no ending where it is a folder.
        var match = isWhole ? names.match(name) : names.match(name, ignoringEnding: true)
        if match.file == nil { match = names.match(name) }
        switch match.outcome {
        case .found(let file, let differences):
            guard let film = films[file] else { throw Fault("no film “\(name)”") }
            // A folder of label pictures has no ending, and lies somewhere else than the film.
            let expected: Set<NameMatch.Difference> = isWhole ? [] : [.ending, .folder]
            let isExpected = differences.allSatisfy { expected.contains($0) }
            return (film, isExpected ? nil : "\(match)")
        case .ambiguous(let files):
            throw Fault("“\(name)” may be any of the films \(files.joined(separator: ", "))")
        case .missing, .outside:
            throw Fault("no film “\(name)” is there")
        }
    }

    private func checked(_ match: Match, _ picture: LabeledPicture) throws(Fault) -> Match {
        if let count = match.film.frameCount, !(0..<count).contains(match.frame) {
            let hint =
                match.frame == count && firstNumber == 0
                ? "; do the numbers begin at 1?" : match.frame == -1 ? "; do they begin at 0?" : ""
            throw Fault(
                "frame \(match.frame) of \(match.film.name), which has frames 0 to \(count - 1)"
                    + hint)
        }
        guard match.frame >= 0 else {
            throw Fault("frame \(match.frame) of \(match.film.name); do the numbers begin at 0?")
        }
        if let size = picture.size, let shown = match.film.size, size != shown {
            throw Fault(
                "labels of \(size.width) × \(size.height) pixels (width × height) for "
                    + "\(match.film.name) of \(shown.width) × \(shown.height)")
        }
        return match
    }
}
