import GestaltData
import GestaltLabels

/// The frames of sources by the names that label files may use for them.
///
/// Pictures are found by their paths from the input as ``PictureFolder`` finds them, frames of
/// films by name and number as ``FilmLabels`` does.
struct FrameNames: Sendable {
    /// A frame: the source, and its number in it.
    struct Place: Hashable, Sendable {
        var source: Int
        var number: Int
    }

    enum Match {
        /// The frame, and how the name differs from its own; empty where it does not matter.
        case place(Place, difference: String)
        /// No picture: perhaps a frame of one of the films.
        case film
        case failure(String)
    }

    private let sources: [any ImportSource]
    private let pictures: PictureFolder
    private let places: [String: Place]
    private let indices: [String: Int]
    /// The sources as films: a folder of pictures may be named as one.
    private let films: [FilmFile]
    private let firstNumber: Int

    /// - Parameter firstNumber: the number of the first frame in names of label pictures of films.
    init(_ sources: [any ImportSource], firstNumber: Int) {
        self.sources = sources
        self.firstNumber = firstNumber
        var places: [String: Place] = [:]
        for (source, entry) in sources.enumerated() {
            for (number, name) in (entry.frameNames ?? []).enumerated() {
                places[name] = Place(source: source, number: number)
            }
        }
        self.places = places
        pictures = PictureFolder("", files: Array(places.keys))
        indices = Dictionary(sources.enumerated().map { ($1.name, $0) }) { first, _ in first }
        films = sources.map { FilmFile($0.name, frameCount: $0.frameCount) }
    }

    /// Finds the frame that the labels of a picture belong to.
    func match(_ picture: LabeledPicture) -> Match {
        if let frame = picture.frame {
            // Of an only film the name does not matter.
            guard sources.count == 1 else { return .film }
            let isNamed = PathParts.stem(sources[0].name) == PathParts.stem(picture.name)
            guard frame >= 0, frame < sources[0].frameCount ?? .max else {
                return .failure("\(sources[0].name) has no such frame")
            }
            return .place(
                Place(source: 0, number: frame),
                difference: isNamed ? "" : "another name for the only film")
        }
        let name = picture.name
        let match = pictures.match(name)
        switch match.outcome {
        case .found(let file, let differences):
            guard let place = places[file] else { return .film }
            // Label files are often made in a folder above or below.
            let isPart = file.hasSuffix("/" + name) || name.hasSuffix("/" + file)
            let words = differences.map(\.description).joined(separator: " and ")
            return .place(place, difference: isPart ? "" : words)
        case .ambiguous: return .failure("\(match)")
        case .missing, .outside:
            guard sources.contains(where: { $0.frameNames == nil }) else {
                return .failure("no picture has this name; there are \(examples)")
            }
            return .film
        }
    }

    /// Matches labels with the frames of films.
    /// - Parameter path: the label file, for problems.
    func filmLabels(_ labels: LabelSet, path: String) -> FilmLabels {
        FilmLabels(labels, films: films, firstNumber: firstNumber, path: path)
    }

    /// Returns the frame that ``FilmLabels`` found: named by its source, with its number.
    func place(ofFilm picture: LabeledPicture) -> Place? {
        guard let source = indices[picture.name], let number = picture.frame else { return nil }
        return Place(source: source, number: number)
    }

    /// Returns the size of the picture or film of a name; nil where there is none or it cannot be
    /// read.
    func size(of name: String) -> PictureSize? {
        let picture = LabeledPicture(name: name, size: nil)
        var place: Place?
        if case .place(let found, _) = match(picture) {
            place = found
        } else {
            let found = filmLabels(LabelSet(pictures: [picture]), path: "").labels.pictures
            place = found.first.flatMap { self.place(ofFilm: $0) }
        }
        return place.flatMap { sources[$0.source].size(of: $0.number) }
    }

    /// Some names that there are, for messages.
    private var examples: String {
        sources.prefix(3).map { $0.frameNames?.first ?? $0.name }.joined(separator: ", ")
            + (sources.count > 3 ? ", …" : "")
    }
}
