import GestaltIO
import GestaltLabels
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

struct LabelPictureTests {
    private let folder = TemporaryFolder()
    private let size = PictureSize(height: 2, width: 3)

    private func write(_ ids: [UInt8], as name: String, palette: [Color]? = nil) throws {
        let tensor = Tensor<UInt8>(shape: [2, 3], scalars: ids)
        if let palette {
            try PNG.writeIndices(tensor, palette: palette, to: folder.path(name))
        } else {
            try PNG.write(tensor, to: folder.path(name))
        }
    }

    private func read(_ categories: [LabeledCategory] = []) throws -> LabelReading {
        try LabelFormat.png.read(folder.path, LabelReadingOptions(categories: categories))
    }

    @Test("255 counts for nothing beside other values, and is foreground where it is alone")
    func ignoredValue() throws {
        try write([0, 1, 1, 255, 0, 0], as: "a.png")
        var labels = try read().labels
        #expect(labels.categories.map(\.name) == ["1", "void"])
        #expect(labels.categories.map(\.isIgnored) == [false, true])
        try write([0, 255, 0, 255, 0, 0], as: "a.png")
        labels = try read().labels
        #expect(labels.categories.map(\.name) == ["foreground"])
        #expect(labels.categories[0].isIgnored == false)
    }

    @Test("Values have the given categories, and those without one are reported")
    func givenCategories() throws {
        try write([0, 7, 7, 2, 9, 0], as: "a.png")
        let reading = try read([
            LabeledCategory("disc", number: 7), LabeledCategory("brick", number: 2),
        ])
        let picture = reading.labels.pictures[0]
        #expect(picture.objects.map(\.category).sorted() == [0, 1])
        #expect(reading.problems.map(\.place) == ["value 9"])
        #expect(reading.problems.map(\.outcome) == [.omitted])
    }

    @Test("A label map gives names, colors and the values of RGB pictures")
    func labelMap() throws {
        let text = "# comment\nbackground:0,0,0::\ncat:10,20,30::\ndog:1,2,3:head:run\n"
        _ = folder.write(Array(text.utf8), as: "labelmap.txt")
        try write([0, 1, 1, 2, 0, 0], as: "a.png", palette: [.black, .white, .gray])
        let colors: [[UInt8]] = [[0, 0, 0], [1, 2, 3], [10, 20, 30]]
        let pixels = [0, 1, 1, 2, 0, 0].flatMap { colors[$0] }
        try PNG.write(Tensor(shape: [2, 3, 3], scalars: pixels), to: folder.path("b.png"))
        let reading = try read()
        #expect(reading.problems == [])
        let labels = reading.labels
        #expect(labels.categories.map(\.name) == ["cat", "dog"])
        #expect(labels.categories.map(\.color) == [Color(10, 20, 30), Color(1, 2, 3)])
        let names = labels.pictures.map { picture in
            picture.objects.map {
                "\(labels.categories[$0.category].name) \($0.region.runs(size: size).area)"
            }
        }
        #expect(names == [["cat 2", "dog 1"], ["cat 1", "dog 2"]])
    }

    @Test("A table in the form of CamVid is read, a broken one refused with its line")
    func tables() throws {
        try write([0, 1, 1, 2, 0, 0], as: "a.png")
        _ = folder.write(Array("0 0 0\tVoid\n64 128 64\tAnimal\n".utf8), as: "label_colors.txt")
        #expect(try read().labels.categories.map(\.name) == ["Animal"])
        _ = folder.write(Array("a:0,0,0::\nb:0,0\n".utf8), as: "labelmap.txt")
        #expect { try read() } throws: { "\($0)".contains("line 2") }
    }

    @Test("Labels of a picture that is not there, or of another size, are reported")
    func pictures() throws {
        let pictures = TemporaryFolder()
        try write([0, 1, 1, 0, 0, 0], as: "a.png")
        try write([0, 1, 1, 0, 0, 0], as: "b.png")
        try write([0, 1, 1, 0, 0, 0], as: "c.png")
        try JPEG.write(.zeros([2, 3, 3]), to: pictures.path("a.jpg"))
        try JPEG.write(.zeros([3, 3, 3]), to: pictures.path("b.jpg"))
        let options = LabelReadingOptions(pictures: try PictureFolder(pictures.path))
        let reading = try LabelFormat.png.read(folder.path, options)
        #expect(reading.labels.pictures.map(\.path) == [pictures.path("a.jpg")])
        #expect(reading.problems.map(\.outcome) == [.omitted, .omitted])
        #expect(reading.problems[0].message.contains("3 × 2"))
        #expect(reading.problems[1].message.contains("c.png"))
    }

    private var labels: LabelSet {
        let square = [LabelPoint(0, 0), LabelPoint(2, 0), LabelPoint(2, 2), LabelPoint(0, 2)]
        let column = [LabelPoint(1, 0), LabelPoint(2, 0), LabelPoint(2, 2), LabelPoint(1, 2)]
        return LabelSet(
            categories: [
                LabeledCategory("cat", color: Color(9, 8, 7)),
                LabeledCategory("dog", color: Color(200, 0, 3)), LabelCategories.void,
            ],
            pictures: [
                LabeledPicture(
                    name: "set/a.jpg", size: size,
                    objects: [
                        LabeledObject(category: 0, region: .polygons([square]), instance: 5),
                        LabeledObject(category: 1, region: .polygons([column]), instance: 6),
                    ]),
                LabeledPicture(name: "film.mp4", frame: 3, size: size),
            ])
    }

    private enum LabelCategories {
        static let void = LabeledCategory("void", color: Color(224, 224, 192), isIgnored: true)
    }

    @Test("Names and colors survive, covered pixels are reported", arguments: ["png", "voc"])
    func writing(name: String) throws {
        let format = try LabelFormat.registry.entry(named: name)
        let write = try #require(format.write)
        let problems = try write(labels, folder.path("out"))
        #expect(problems.contains { $0.message.hasPrefix("2 pixels of several objects") })
        #expect(problems.count == (name == "png" ? 2 : 1), "\(problems)")
        let again = try format.read(folder.path("out"), LabelReadingOptions())
        #expect(again.problems == [])
        #expect(again.labels.categories.map(\.name) == labels.categories.map(\.name))
        #expect(again.labels.categories.map(\.color) == labels.categories.map(\.color))
        #expect(again.labels.categories.map(\.isIgnored) == [false, false, true])
        let pictures = Dictionary(
            uniqueKeysWithValues: again.labels.pictures.map { ($0.name, $0.objects.count) })
        #expect(pictures == ["set/a.png": 2, "film/000003.png": 0])
    }

    @Test("What a format cannot hold is refused or reported")
    func losses() throws {
        let davis = try #require(LabelFormat.davis.write)
        #expect { try davis(labels, folder.path("d")) } throws: { "\($0)".contains("categories") }
        let masks = try #require(LabelFormat.masks.write)
        let losses = try masks(labels, folder.path("m")).map(\.message).joined()
        for words in ["colors", "instance numbers", "ignored pixels"] {
            #expect(losses.contains(words), "\(losses)")
        }
        var outside = labels
        outside.pictures[0].name = "../a.png"
        let png = try #require(LabelFormat.png.write)
        #expect(throws: LabelError.self) { try png(outside, folder.path("p")) }
        outside.pictures[0].name = "film/000003.png"
        #expect(throws: LabelError.self) { try png(outside, folder.path("p")) }
        let many = LabelSet(categories: (0..<255).map { LabeledCategory("\($0)") })
        #expect(throws: LabelError.self) { try png(many, folder.path("p")) }
    }

    @Test("Frames of films become sequences of YouTube-VOS with names by five digits")
    func sequences() throws {
        var labels = labels
        labels.pictures[1].objects = labels.pictures[0].objects
        let write = try #require(LabelFormat.youTubeVOS.write)
        let losses = try write(labels, folder.path("y")).map(\.message).joined()
        #expect(losses.contains("colors") && losses.contains("4 pixels of several"), "\(losses)")
        let again = try LabelFormat.youTubeVOS.read(folder.path("y"), LabelReadingOptions())
        #expect(again.problems == [])
        #expect(again.labels.pictures.map(\.name) == ["film/00003.png", "set/a.png"])
        #expect(again.labels.pictures[0].objects.map(\.instance) == [5, 6])
        #expect(again.labels.categories.map(\.name) == ["cat", "dog"])
    }
}
