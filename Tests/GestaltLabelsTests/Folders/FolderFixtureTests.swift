import GestaltIO
import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

/// Folders of label pictures as programs write them, against their exact masks.
@Suite(.tags(.peer), .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"))
struct FolderFixtureTests {
    /// An entry of the manifest, the format that reads it, and how its pictures are named.
    struct Case: Sendable, CustomStringConvertible {
        let key: String
        let format: String
        let path: String
        /// Returns the end of the name of a picture of the manifest.
        let name: @Sendable (String) -> String

        var description: String { key }
    }

    private static func last(_ parts: Int) -> @Sendable (String) -> String {
        { $0.split(separator: ".")[0].split(separator: "/").suffix(parts).joined(separator: "/") }
    }

    static let cases: [Case] =
        [
            "png-indexed", "png-indexed-4bit", "png-grey-ids", "png-grey16-ids", "png-voc-class",
            "png-voc-instance",
        ].map {
            Case(key: $0, format: "png", path: "png/" + $0.dropFirst(4), name: last(1))
        } + [
            Case(key: "png-binary", format: "masks", path: "png/binary", name: last(1)),
            Case(key: "voc-object", format: "voc", path: "voc", name: last(1)),
            Case(key: "davis", format: "davis", path: "davis", name: last(2)),
            Case(key: "ytvos", format: "youtube-vos", path: "ytvos/train", name: last(1)),
        ]

    @Test("Folders of labels are recognized and have their exact masks", arguments: cases)
    func masks(of test: Case) throws {
        let path = LabelFixtures.path(test.path)
        #expect(try LabelFormat.detect(path).name == test.format)
        let reading = try LabelFormat.registry.entry(named: test.format)
            .read(path, LabelReadingOptions())
        let problems = reading.problems.map(\.description)
        // VOC lists a picture without objects that datumaro does not write.
        #expect(problems.count == (test.key == "voc-object" ? 1 : 0), "\(problems)")
        for picture in try ManifestEntry.entry(test.key).images {
            let name = test.name(picture.image)
            let labeled = try #require(
                reading.labels.pictures.first { $0.name.split(separator: ".")[0].hasSuffix(name) },
                "\(name) in \(reading.labels.pictures.map(\.name))")
            try check(picture, labeled, reading.labels)
        }
    }

    private func check(
        _ picture: ManifestEntry.Picture, _ labeled: LabeledPicture, _ labels: LabelSet
    ) throws {
        let expected = try ExpectedMasks(LabelFixtures.path(picture.expected))
        #expect(labeled.size == expected.size)
        let shown = picture.instances.filter { $0.pixels > 0 }
        #expect(labeled.objects.count == shown.count, "\(picture.image)")
        for instance in shown {
            let object = try #require(
                labeled.objects.first { object in
                    let category = labels.categories[object.category]
                    let isVoid = instance.id == 255 && category.isIgnored
                    return isVoid || object.instance == instance.id && !category.isIgnored
                        || object.instance == nil && category.name == instance.category
                }, "\(instance) of \(picture.image)")
            let mask = object.region.runs(size: expected.size)
            let name = "\(picture.image), \(object.place)"
            #expect(mask.difference(from: expected.mask(instance.bit)) == 0, "\(name)")
        }
    }

    @Test("Categories are those of the table, of the folders and of meta.json")
    func categories() throws {
        func names(_ format: LabelFormat, _ path: String) throws -> [String] {
            try format.read(LabelFixtures.path(path), LabelReadingOptions())
                .labels.categories.map(\.name)
        }
        #expect(try names(.voc, "voc") == ["disc", "brick"])
        #expect(try names(.masks, "png/binary") == ["brick", "disc"])
        #expect(try names(.youTubeVOS, "ytvos/train") == ["brick", "disc"])
        #expect(try names(.davis, "davis") == ["object"])
    }

    @Test(
        "Films of SA-V have the same masks in both forms",
        arguments: ["sav/train", "sav/train/sav_000101_manual.json", "sav/val"])
    func sav(path: String) throws {
        let path = LabelFixtures.path(path)
        #expect(try LabelFormat.sav.recognizes(path))
        let reading = try LabelFormat.sav.read(path, LabelReadingOptions())
        #expect(reading.problems == [])
        let entry = try ManifestEntry.entry("sav")
        #expect(reading.labels.pictures.count == entry.images.count)
        for (picture, labeled) in zip(entry.images, reading.labels.pictures) {
            try check(picture, labeled, reading.labels)
        }
    }

    @Test("A broken label picture is reported as it should be", arguments: BrokenLabels.of("png"))
    func brokenPictures(file: BrokenLabels) throws {
        let options = LabelReadingOptions { _ in PictureSize(height: 64, width: 96) }
        let format: LabelFormat = file.kind == "binary" ? .masks : .png
        file.check {
            let reading = try format.read(file.path, options)
            if let expected = file.expected {
                let size = PictureSize(height: 64, width: 96)
                let ids: Tensor<UInt8> = try ExpectedIDs.read(expected)
                let picture = try #require(reading.labels.pictures.first)
                for id in Set(ids.scalars) where id != 0 {
                    let object = picture.objects.first {
                        file.kind == "binary" || $0.instance == Int(id)
                    }
                    let mask = RunLengthMask(size: size, rows: ids.scalars) { $0 == id }
                    #expect(object?.region.runs(size: size) == mask, "id \(id)")
                }
            }
            return reading
        }
    }

    @Test("A folder of DAVIS with every sort of gap is read as far as it goes")
    func brokenDAVIS() throws {
        let file = try #require(BrokenLabels.of("davis").first)
        let reading = try LabelFormat.davis.read(file.path, LabelReadingOptions())
        let problems = reading.problems.map(\.description)
        for words in file.says {
            #expect(
                problems.contains { problem in
                    words.split(separator: " ").allSatisfy { problem.contains($0) }
                }, "\(words): \(problems)")
        }
        #expect(problems.count == 5, "\(problems)")
        let whole = reading.labels.pictures.filter { $0.name.contains("/whole/") }
        #expect(whole.map { $0.objects.count } == [4, 4, 4])
        let late = reading.labels.pictures.filter { $0.name.contains("/new-object/") }
        #expect(late.map { $0.objects.count } == [3, 3, 4])
        #expect(reading.labels.pictures.count == 2 + 3 + 3 + 2 + 3 + 1)
    }

    @Test("Differences between meta.json and the label pictures are reported")
    func brokenYouTubeVOS() throws {
        let file = try #require(BrokenLabels.of("youtube-vos").first)
        let reading = try LabelFormat.youTubeVOS.read(file.path, LabelReadingOptions())
        let text = reading.problems.map(\.description).joined(separator: "\n")
        #expect(file.missingWords(in: text).isEmpty, "\(text)")
        #expect(reading.problems.count == 4, "\(text)")
        // Objects without an entry are kept, as objects of no name.
        #expect(reading.labels.pictures.map { $0.objects.count } == [4, 4])
        #expect(reading.labels.categories.map(\.name) == ["brick", "disc", "object"])
    }

    @Test(
        "Labels of folders survive being written",
        arguments: [
            ("voc", "voc", "voc"), ("davis", "davis", "davis"),
            ("ytvos/train", "youtube-vos", "youtube-vos"), ("png/indexed", "png", "png"),
            ("png/binary", "masks", "masks"), ("ytvos/train", "youtube-vos", "voc"),
        ])
    func roundTrip(path: String, from: String, to: String) throws {
        let folder = TemporaryFolder()
        let labels = try LabelFormat.registry.entry(named: from)
            .read(LabelFixtures.path(path), LabelReadingOptions()).labels
        let format = try LabelFormat.registry.entry(named: to)
        let write = try #require(format.write)
        _ = try write(labels, folder.path("out"))
        let again = try format.read(folder.path("out"), LabelReadingOptions())
        #expect(again.problems == [])
        #expect(again.labels.pictures.count == labels.pictures.count)
        func regions(_ labels: LabelSet, _ picture: LabeledPicture) -> Set<RunLengthMask> {
            Set(
                picture.objects.compactMap {
                    $0.region.runs(size: picture.size ?? .init(height: 0, width: 0))
                })
        }
        let stem = { (picture: LabeledPicture) in
            picture.name.split(separator: "/").suffix(from == "davis" ? 2 : 1)
                .joined(separator: "/").split(separator: ".")[0]
        }
        for picture in labels.pictures {
            let other = try #require(again.labels.pictures.first { stem($0) == stem(picture) })
            #expect(regions(labels, picture) == regions(again.labels, other), "\(picture.name)")
            for object in picture.objects where to != "davis" {
                let name = labels.categories[object.category].name
                let same = other.objects.first { $0.region == object.region }
                #expect(same.map { again.labels.categories[$0.category].name } == name)
                if to != "masks", from != "voc" || to == "voc" {
                    #expect(same?.instance == object.instance, "\(picture.name), \(name)")
                }
            }
        }
    }
}
