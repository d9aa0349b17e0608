import Foundation
import GestaltLabels
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

struct CVATTests {
    private func read(
        _ body: String, meta: String = "", labels: [String] = ["a"]
    ) throws -> LabelReading {
        let folder = TemporaryFolder()
        let names = labels.map { "<label><name>\($0)</name></label>" }.joined()
        let text = "<annotations><meta><task>\(meta)<labels>\(names)</labels></task></meta>\(body)"
        return try LabelFormat.cvat.read(
            folder.write(Array((text + "</annotations>").utf8), as: "labels.xml"),
            LabelReadingOptions())
    }

    private let size = "<original_size><width>8</width><height>6</height></original_size>"

    @Test("A mask of rows is the same mask of columns")
    func masks() throws {
        let mask =
            "<mask label=\"a\" rle=\"0, 2, 1, 3\" left=\"2\" top=\"1\" width=\"3\" height=\"2\"/>"
        let image = "<image id=\"4\" name=\"x.png\" width=\"8\" height=\"6\">\(mask)</image>"
        let reading = try read(image)
        #expect(reading.problems == [])
        let picture = try #require(reading.labels.pictures.first)
        #expect(picture.number == 4)
        let bitmap = picture.objects[0].region.mask(size: try #require(picture.size))
        let inside = (0..<48).filter { bitmap.scalars[$0] == 1 }
        #expect(inside == [10, 11, 18, 19, 20])
    }

    @Test("A higher z-order covers, and a group joins")
    func order() throws {
        let shape = { (z: Int, group: Int) in
            "<polygon label=\"a\" points=\"0,0;4,0;4,4\" z_order=\"\(z)\" group_id=\"\(group)\"/>"
        }
        let image =
            "<image id=\"0\" name=\"x.png\" width=\"8\" height=\"6\">\(shape(3, 5))\(shape(1, 0))"
            + "\(shape(3, 6))</image>"
        let picture = try #require(try read(image).labels.pictures.first)
        #expect(picture.objects.map(\.instance) == [nil, 5, 6])
    }

    @Test("Shapes without an area, attributes and tags are reported")
    func reports() throws {
        let image = """
            <image id="0" name="x.png" width="8" height="6"><points label="a" points="1,1"/>
            <skeleton label="a"><points label="a" points="1,1"/></skeleton><tag label="a"/>
            <polygon label="a" points="0,0;4,0;4,4"><attribute name="color">red</attribute></polygon>
            </image>
            """
        let reading = try read(image)
        #expect(reading.labels.pictures[0].objects.count == 1)
        let problems = reading.problems.map(\.description).joined(separator: "\n")
        #expect(reading.problems.count == 4, "\(problems)")
        for words in ["a points has no area", "a skeleton has", "attribute color", "tags"] {
            #expect(problems.contains(words), "\(problems)")
        }
    }

    private func box(_ frame: Int, _ x: Double, outside: Int = 0) -> String {
        "<box frame=\"\(frame)\" keyframe=\"1\" outside=\"\(outside)\" xtl=\"\(x)\" ytl=\"1\" "
            + "xbr=\"\(x + 2)\" ybr=\"3\"/>"
    }

    @Test("Frames are those of the task: every step-th from its start")
    func steps() throws {
        let meta =
            "<size>4</size><start_frame>10</start_frame><frame_filter>step=5</frame_filter>\(size)"
            + "<source>film.mp4</source>"
        let track = "<track id=\"0\" label=\"a\">\(box(10, 0))\(box(20, 2))</track>"
        let labels = try read(track, meta: meta).labels
        #expect(labels.pictures.map(\.frame) == [10, 15, 20, 25])
        #expect(Set(labels.pictures.map(\.name)) == ["film.mp4"])
        let centers = labels.pictures.map { picture -> Double in
            if case .box(let center, _, _, _)? = picture.objects.first?.region {
                center.x
            } else {
                -1
            }
        }
        #expect(centers == [1, 2, 3, 3])
    }

    @Test("An object is out of sight from an outside keyframe to the next one")
    func outside() throws {
        let track =
            "<track id=\"7\" label=\"a\">\(box(1, 0))\(box(3, 0, outside: 1))\(box(5, 0))</track>"
        let labels = try read(track, meta: "<size>7</size>" + size).labels
        #expect(labels.pictures.map { $0.objects.count } == [0, 1, 1, 0, 0, 1, 1])
        #expect(labels.pictures[1].objects[0].instance == 7)
    }

    @Test("A turn goes the short way around")
    func turns() throws {
        func turned(_ frame: Int, _ degrees: Int) -> String {
            box(frame, 0).replacing("/>", with: " rotation=\"\(degrees)\"/>")
        }
        let track = "<track id=\"0\" label=\"a\">\(turned(0, 350))\(turned(2, 30))</track>"
        let labels = try read(track, meta: size).labels
        guard case .box(_, _, _, let degrees)? = labels.pictures[1].objects.first?.region else {
            Issue.record("no box")
            return
        }
        #expect(abs(degrees - 10) < 1e-9)
    }

    @Test("Tracks of one group are parts of one object")
    func groups() throws {
        let tracks = (3...4).map {
            "<track id=\"\($0)\" label=\"a\" group_id=\"9\">\(box(0, Double($0)))</track>"
        }
        let labels = try read(tracks.joined(), meta: size).labels
        #expect(labels.pictures[0].objects.map(\.instance) == [3, 3])
    }

    @Test("Numbers far beyond any film are refused without its memory")
    func huge() throws {
        let track = "<track id=\"0\" label=\"a\">\(box(0, 0))</track>"
        for count in ["2000000000", "9223372036854775807"] {
            #expect(throws: LabelError.self, "\(count)") {
                try read(track, meta: "<size>\(count)</size>" + size)
            }
        }
        #expect(throws: LabelError.self) {
            try read("<track id=\"0\" label=\"a\">\(box(9_000_000_000_000_000_000, 0))</track>")
        }
        let mask = { (width: String, rle: String) in
            "<image id=\"0\" name=\"x.png\" width=\"8\" height=\"6\"><mask label=\"a\" rle=\"\(rle)\""
                + " left=\"0\" top=\"0\" width=\"\(width)\" height=\"3\"/></image>"
        }
        for (width, rle) in [
            ("3000000000", "9000000000"), ("9223372036854775807", "1"),
            ("4", "9223372036854775807, 9223372036854775807, 14"),
        ] {
            let reading = try read(mask(width, rle))
            #expect(reading.problems.count == 1)
            #expect(reading.labels.pictures[0].objects == [])
        }
    }

    @Test("Many tracks over a long film are omitted beyond what a file may expand to")
    func allowance() throws {
        let tracks = (0..<40).map { "<track id=\"\($0)\" label=\"a\">\(box(0, 1))</track>" }
        let reading = try read(tracks.joined(), meta: "<size>40000</size>" + size)
        #expect(reading.labels.pictures.count == 40_000)
        #expect(reading.problems.contains { $0.message.contains("expands") })
    }

    @Test("Frames of a film that a task of images names are frames of the film")
    func imagesOfFilms() throws {
        let reading = try read(
            "<image id=\"12\" name=\"frame_000012\" width=\"8\" height=\"6\"/>",
            meta: "<source>film.mp4</source>")
        #expect(reading.labels.pictures.map(\.name) == ["film.mp4"])
        #expect(reading.labels.pictures.map(\.frame) == [12])
    }

    private func write(_ labels: LabelSet) throws -> (LabelReading, problems: [LabelProblem]) {
        let folder = TemporaryFolder()
        let write = try #require(LabelFormat.cvat.write)
        let problems = try write(labels, folder.path("out.xml"))
        return (try LabelFormat.cvat.read(folder.path("out.xml"), LabelReadingOptions()), problems)
    }

    // A mask with a hole, two outlines, an empty frame, gaps between frames.
    @Test(
        "Masks, names, colors and instances of films survive being written",
        arguments: [[0, 1, 2, 3], [4, 9, 14, 19], [1, 2, 5, 30]])
    func filmRoundTrip(frames: [Int]) throws {
        let size = PictureSize(height: 6, width: 8)
        let ring = RunLengthMask(size: size, runs: [7, 3, 3, 1, 1, 1, 3, 3, 26])
        let triangle = [LabelPoint(0, 0), LabelPoint(3, 0), LabelPoint(3, 3)]
        let square = [LabelPoint(5, 4), LabelPoint(8, 4), LabelPoint(8, 6), LabelPoint(5, 6)]
        let objects = [
            LabeledObject(category: 1, region: .runs(ring), instance: 4, isCrowd: true),
            LabeledObject(category: 0, region: .polygons([triangle, square]), instance: 0),
            LabeledObject(
                category: 0,
                region: .ellipse(center: LabelPoint(4, 3), radiusX: 2, radiusY: 1.5, degrees: 20),
                instance: 2),
        ]
        let labels = LabelSet(
            categories: [
                LabeledCategory("a <&> \"b\"", color: Color(1, 2, 254)), LabeledCategory("ö"),
            ],
            pictures: frames.enumerated().map { index, frame in
                LabeledPicture(
                    name: "film.mp4", frame: frame, size: size,
                    objects: index == 1 ? [] : Array(objects.dropFirst(index == 3 ? 1 : 0)))
            })
        let (reading, problems) = try write(labels)
        #expect(problems == [] && reading.problems == [])
        #expect(reading.labels.categories == labels.categories)
        #expect(reading.labels.pictures.map(\.frame) == frames)
        for (picture, other) in zip(labels.pictures, reading.labels.pictures) {
            for instance in [0, 2, 4] {
                // Sparse frames are written as images, whose groups begin at 1.
                let numbers = [instance, instance + (frames == [1, 2, 5, 30] ? 1 : 0)]
                let masks = zip([picture, other], numbers).map { picture, number in
                    let parts = picture.objects.filter { $0.instance == number }
                    return RunLengthMask.union(
                        parts.map { $0.region.runs(size: size) }, size: size)
                }
                #expect(masks[0] == masks[1], "frame \(picture.frame ?? -1), object \(instance)")
            }
        }
    }

    // Each number of a file in turn becomes one that no file has.
    @Test(
        "Numbers beyond all measure are reported, in every place",
        arguments: [
            "9223372036854775807", "-9223372036854775808", "1e308", "-1e308", "nan", "0", "-1",
        ])
    func extremes(number: String) throws {
        let track =
            "<track id=\"1\" label=\"a\" group_id=\"2\">\(box(0, 1))"
            + "<box frame=\"4\" xtl=\"1\" ytl=\"1\" xbr=\"3\" ybr=\"3\" rotation=\"9\" z_order=\"5\"/>"
            + "</track>"
        let shapes =
            "<mask label=\"a\" rle=\"2, 3, 1\" left=\"1\" top=\"1\" width=\"3\" height=\"2\"/>"
            + "<ellipse label=\"a\" cx=\"3\" cy=\"3\" rx=\"2\" ry=\"1\" group_id=\"7\"/>"
            + "<polygon label=\"a\" points=\"1,1;5,1;5,5\"/>"
        let image = "<image id=\"3\" name=\"x.png\" width=\"8\" height=\"6\">\(shapes)</image>"
        let meta = "<size>6</size><start_frame>0</start_frame>" + size
        let folder = TemporaryFolder()
        let whole =
            "<annotations><meta><task>\(meta)<labels><label><name>a</name></label></labels></task>"
            + "</meta>\(image)\(track)</annotations>"
        for range in whole.ranges(of: #/[0-9]+/#) {
            let text = whole.replacingCharacters(in: range, with: number)
            let path = folder.write(Array(text.utf8), as: "labels.xml")
            guard let reading = try? LabelFormat.cvat.read(path, LabelReadingOptions()) else {
                continue
            }
            for picture in reading.labels.pictures.prefix(8) {
                guard let size = picture.size, size.pixelCount < 1 << 20 else { continue }
                for object in picture.objects { _ = object.region.runs(size: size) }
            }
            var labels = reading.labels
            labels.pictures = Array(labels.pictures.filter { $0.frame != nil }.prefix(8))
            let write = try #require(LabelFormat.cvat.write)
            _ = try? write(labels, folder.path("out.xml"))
        }
    }

    @Test("Every kind of region has the same pixels after being written")
    func regions() throws {
        let labels = SampleLabels.labels
        let (reading, problems) = try write(labels)
        #expect(reading.problems == [])
        #expect(reading.labels.categories.map(\.name) == labels.categories.map(\.name))
        #expect(reading.labels.categories.map(\.color) == labels.categories.map(\.color))
        #expect(reading.labels.pictures.map(\.number) == [12, 3])
        func pixels(_ picture: LabeledPicture) -> [RunLengthMask] {
            picture.objects.map { $0.region.runs(size: SampleLabels.size) }
        }
        let found = pixels(reading.labels.pictures[0])
        var expected = pixels(labels.pictures[0])
        // The second object has two outlines, which become two polygons of one group.
        #expect(expected[1] == found[1].union(found[2]))
        let objects = reading.labels.pictures[0].objects
        #expect(objects[1].instance != nil && objects[1].instance == objects[2].instance)
        expected.replaceSubrange(1...1, with: found[1...2])
        #expect(found == expected)
        #expect(objects.last?.isCrowd == true && objects[3].instance == 3)
        #expect(problems.contains { $0.message.contains("scores") })
    }

    @Test("What CVAT has no place for is reported, films side by side are refused")
    func losses() throws {
        let size = PictureSize(height: 6, width: 8)
        var picture = LabeledPicture(name: "a.png", size: size)
        picture.objects = [
            LabeledObject(category: 0, region: .polygons([]), score: 0.5)
        ]
        let category = LabeledCategory("a", supercategory: "things")
        let (_, problems) = try write(LabelSet(categories: [category], pictures: [picture]))
        let messages = problems.map(\.message).joined(separator: "\n")
        #expect(problems.count == 3, "\(messages)")
        for words in ["groups of categories", "without pixels", "scores"] {
            #expect(messages.contains(words), "\(messages)")
        }
        let films = ["a.mp4", "b.mp4"].map { LabeledPicture(name: $0, frame: 0, size: size) }
        #expect(throws: LabelError.self) { try write(LabelSet(pictures: films)) }
    }
}
