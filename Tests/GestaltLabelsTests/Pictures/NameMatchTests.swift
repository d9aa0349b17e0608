import GestaltLabels
import TestSupport
import Testing

struct NameMatchTests {
    private let folder = PictureFolder(
        "/data",
        files: [
            "frame_000001.png", "frame_000002.png", "left/a.jpg", "right/a.jpg", "sub/Photo.JPEG",
            "0badcafe-real.png", "v1/x1.png", "clip/00007.png",
        ])

    @Test(
        "Differences between the name and the file are named",
        arguments: [
            ("frame_000001.png", "frame_000001.png", []),
            ("Frame_000001.PNG", "frame_000001.png", [.letterCase]),
            ("frame_000002.jpg", "frame_000002.png", [.ending]),
            ("frame_1.png", "frame_000001.png", [.digits]),
            ("frame_0000002.PNG", "frame_000002.png", [.letterCase, .digits]),
            ("images\\frame_000002.png", "frame_000002.png", [.separators, .folder]),
            ("D:\\set\\frame_000002.png", "frame_000002.png", [.separators, .folder]),
            ("/home/me/frame_000002.png", "frame_000002.png", [.folder]),
            ("../frame_000002.png", "frame_000002.png", [.folder]),
            ("./left/a.jpg", "left/a.jpg", []),
            ("other/left/a.jpg", "left/a.jpg", [.folder]),
            ("photo.jpg", "sub/Photo.JPEG", [.folder, .letterCase, .ending]),
            ("1a2b3c4d-frame_000001.png", "frame_000001.png", [.prefix]),
            ("0badcafe-real.png", "0badcafe-real.png", []),
            ("real.png", "0badcafe-real.png", [.prefix]),
            ("clip/7.png", "clip/00007.png", [.digits]),
        ] as [(String, String, [NameMatch.Difference])])
    func differences(name: String, file: String, differences: [NameMatch.Difference]) {
        #expect(folder.match(name).outcome == .found(file, differences: differences))
    }

    @Test("Names without a file, outside the folder, or of several files are told apart")
    func unmatched() {
        #expect(folder.match("frame_000003.png").outcome == .missing)
        #expect(folder.match("frame_.png").outcome == .missing)
        #expect(folder.match("").outcome == .missing)
        #expect(folder.match("../../secret.png").outcome == .outside)
        #expect(folder.match("a.jpg").outcome == .ambiguous(["left/a.jpg", "right/a.jpg"]))
    }

    @Test("A closer file is preferred, whatever the order")
    func preference() {
        let folder = PictureFolder(
            "", files: ["a_01.png", "A_1.png", "a_1.jpg", "x/a_1.png", "a_001.png"])
        #expect(folder.match("a_1.png").file == "x/a_1.png")
        #expect(folder.match("a_1.bmp").file == "a_1.jpg")
        #expect(folder.match("A_1.PNG").file == "A_1.png")
        #expect(folder.match("a_1", ignoringEnding: true).file == "a_1.jpg")
    }

    @Test("Pictures that no name refers to are listed")
    func unnamed() {
        let matching = folder.matching([
            "left/a.jpg", "right/a.jpg", "frame_1.png", "photo.jpeg", "gone.png", "real.png",
        ])
        #expect(matching.unnamed == ["clip/00007.png", "frame_000002.png", "v1/x1.png"])
        #expect(
            matching.mismatches.map(\.name) == [
                "frame_1.png", "photo.jpeg", "gone.png", "real.png",
            ])
        #expect("\(matching.mismatches[0])".contains("another number of digits"))
        #expect("\(matching.mismatches[2])".contains("not found"))
    }

    @Test("A folder is listed with the folders in it, pictures only")
    func listing() throws {
        let temporary = TemporaryFolder()
        try temporary.makeFolder("sub")
        _ = temporary.write([1], as: "a.png")
        _ = temporary.write([1], as: ".hidden.png")
        _ = temporary.write([1], as: "notes.txt")
        _ = temporary.write([1], as: "sub/B.JPG")
        #expect(try PictureFolder(temporary.path).files == ["a.png", "sub/B.JPG"])
    }
}
