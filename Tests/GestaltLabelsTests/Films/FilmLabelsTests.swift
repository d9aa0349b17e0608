import GestaltLabels
import Testing

struct FilmLabelsTests {
    private let size = PictureSize(height: 4, width: 6)

    private func labels(_ names: [String], frame: Int? = nil) -> LabelSet {
        LabelSet(
            categories: [LabeledCategory("a")],
            pictures: names.map { LabeledPicture(name: $0, frame: frame, size: size) })
    }

    private func films(_ names: String...) -> [FilmFile] {
        names.map { FilmFile($0, frameCount: 20, size: size) }
    }

    @Test(
        "A label picture names the frame of a film in several ways",
        arguments: [
            "film/000012.png", "film.mp4/000012.png", "film/frame_000012.png", "film_000012.png",
            "film-12.png", "masks/film/00012.png", "JPEGImages/480p/film/12.jpg",
        ])
    func names(name: String) {
        let found = FilmLabels(labels([name]), films: films("films/film.mp4", "films/other.mp4"))
        #expect(found.problems == [])
        #expect(found.labels.pictures.map(\.name) == ["films/film.mp4"])
        #expect(found.labels.pictures.map(\.frame) == [12])
        #expect(found.unlabeled == ["films/other.mp4"])
    }

    @Test(
        "A number alone names a frame of the only film",
        arguments: ["000003.png", "frame_000003.png", "img003.png"])
    func numbers(name: String) {
        #expect(
            FilmLabels(labels([name]), films: films("a.mp4")).labels.pictures.map(\.frame) == [3])
        let several = FilmLabels(labels([name]), films: films("a.mp4", "b.mp4"))
        #expect(several.labels.pictures.isEmpty)
        #expect(several.problems.map(\.outcome) == [.omitted])
    }

    @Test("Frames that label files number are those of the named film")
    func numberedFrames() {
        let found = FilmLabels(labels(["clip.mp4"], frame: 7), films: films("raw/clip.mp4"))
        #expect(found.labels.pictures.map(\.frame) == [7])
        // The name was found, in another folder than the label file says.
        #expect(found.problems.map(\.outcome) == [.repaired])
        let ending = FilmLabels(labels(["clip"], frame: 7), films: films("clip.mp4"))
        #expect(ending.labels.pictures.count == 1 && ending.problems.count == 1)
    }

    @Test("Numbers count from one where the first number says so")
    func firstNumber() {
        let names = (1...20).map { "film/\($0).png" }
        let found = FilmLabels(labels(names), films: films("film.mp4"), firstNumber: 1)
        #expect(found.labels.pictures.map(\.frame) == Array(0..<20))
        #expect(found.problems == [])
        let shifted = FilmLabels(labels(names), films: films("film.mp4"))
        #expect(shifted.problems.map(\.place) == ["film/20.png"])
        #expect(shifted.problems[0].message.contains("begin at 1"))
    }

    @Test("What does not match is reported, once for each picture")
    func mismatches() {
        let names = [
            "film/0.png", "film/00000.png", "film/99.png", "gone/000001.png", "film/cover.png",
        ]
        let found = FilmLabels(labels(names), films: films("film.mp4"))
        #expect(found.labels.pictures.map(\.frame) == [0])
        let messages = found.problems.map(\.message)
        #expect(found.problems.map(\.place) == Array(names.dropFirst()))
        for (message, words) in zip(
            messages, ["has labels already", "frames 0 to 19", "no film “gone”", "no frame number"])
        {
            #expect(message.contains(words), "\(messages)")
        }
        var large = labels(["film/1.png"])
        large.pictures[0].size = PictureSize(height: 8, width: 6)
        let other = FilmLabels(large, films: films("film.mp4"))
        #expect(other.problems.first?.message.contains("6 × 8") == true)
    }

    @Test("Films of one name in several folders are told apart by the folder")
    func folders() {
        let all = films("left/film.mp4", "right/film.mp4")
        let found = FilmLabels(labels(["right/film/3.png"]), films: all)
        #expect(found.labels.pictures.map(\.name) == ["right/film.mp4"])
        let unclear = FilmLabels(labels(["film/3.png"]), films: all)
        #expect(unclear.labels.pictures.isEmpty)
        #expect(unclear.problems[0].message.contains("any of the films"))
    }

    @Test("A dot in the name of a folder is no ending")
    func dots() {
        let found = FilmLabels(labels(["clip.v2/3.png"]), films: films("clip.v2.mp4", "clip.mp4"))
        #expect(found.labels.pictures.map(\.name) == ["clip.v2.mp4"])
    }
}
