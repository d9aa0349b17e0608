import GestaltData
import GestaltLabels

/// The frames of sources by the names that label files may use for them.
///
/// Pictures are found by their paths from the input as ``PictureFolder`` finds them, frames of
/// films by the name of the film and a number, which may be part of one name:
/// `film/000012.png`, `film_000012.png`.
struct FrameNames: Sendable {
    /// A frame: the source, and its number in it.
    struct Place: Hashable, Sendable {
        var source: Int
        var number: Int
    }

    enum Match {
        /// The frame, and how the name differs from its own; empty where it does not matter.
        case place(Place, difference: String)
        case failure(String)
    }

    private let sources: [any ImportSource]
    private let pictures: PictureFolder
    private let places: [String: Place]

    init(_ sources: [any ImportSource]) {
        self.sources = sources
        var places: [String: Place] = [:]
        for (source, entry) in sources.enumerated() {
            for (number, name) in (entry.frameNames ?? []).enumerated() {
                places[name] = Place(source: source, number: number)
            }
        }
        self.places = places
        pictures = PictureFolder("", files: Array(places.keys))
    }

    /// Finds the frame of a name, or of a number in a film of that name.
    func place(of name: String, frame: Int?) -> Match {
        if let frame { return film(name, frame) }
        let match = pictures.match(name)
        switch match.outcome {
        case .found(let file, let differences):
            guard let place = places[file] else { break }
            // Label files are often made in a folder above or below.
            let isPart = file.hasSuffix("/" + name) || name.hasSuffix("/" + file)
            let words = differences.map(\.description).joined(separator: " and ")
            return .place(place, difference: isPart ? "" : words)
        case .ambiguous: return .failure("\(match)")
        case .missing, .outside:
            if let match = numbered(name) { return match }
        }
        return .failure("no picture has this name; there are \(examples)")
    }

    /// Returns the size of the picture or film of a name; nil where there is none or it cannot be
    /// read.
    func size(of name: String) -> PictureSize? {
        guard case .place(let place, _) = place(of: name, frame: nil) else { return nil }
        return sources[place.source].size(of: place.number)
    }

    /// The frame of a film, or of a folder of pictures, of this name.
    private func film(_ name: String, _ frame: Int) -> Match {
        let named = sources.indices.filter { sources[$0].name == name }
        let stem = PathParts.stem(name)
        let alike = sources.indices.filter { PathParts.stem(sources[$0].name) == stem }
        let best = named.isEmpty ? alike : named
        if best.count == 1 { return place(best[0], frame, "") }
        if best.count > 1 {
            let names = best.prefix(3).map { sources[$0].name }.joined(separator: ", ")
            return .failure("\(best.count) films may be meant: \(names)")
        }
        if sources.count == 1 { return place(0, frame, "the name of the only film") }
        return .failure("no film has this name; there are \(examples)")
    }

    /// The frame of a film whose name is the folder, or precedes the number, of a picture's name;
    /// of the only film any name with a number.
    private func numbered(_ name: String) -> Match? {
        let stem = PathParts.stem(name)
        let digits = stem.reversed().prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let number = Int(String(digits.reversed())) else { return nil }
        var before = stem.dropLast(digits.count)
        while let last = before.last, "_-. ".contains(last) { before.removeLast() }
        let folder = PathParts.stem(PathParts.parent(name))
        let films = sources.indices.filter { sources[$0].frameNames == nil }
        let named = films.filter {
            let own = PathParts.stem(sources[$0].name)
            return own == before || own == folder
        }
        if named.count == 1 { return place(named[0], number, "a number for a frame of a film") }
        return films.count == 1 && sources.count == 1
            ? place(films[0], number, "a number for a frame of the only film") : nil
    }

    private func place(_ source: Int, _ number: Int, _ difference: String) -> Match {
        if let count = sources[source].frameCount, number >= count {
            return .failure("\(sources[source].name) has \(count) frames, from 0 on")
        }
        guard number >= 0 else { return .failure("frames are numbered from 0 on") }
        return .place(Place(source: source, number: number), difference: difference)
    }

    /// Some names that there are, for messages.
    private var examples: String {
        sources.prefix(3).map { $0.frameNames?.first ?? $0.name }.joined(separator: ", ")
            + (sources.count > 3 ? ", …" : "")
    }
}
