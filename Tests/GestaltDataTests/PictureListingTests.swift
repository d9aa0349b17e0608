import Foundation
import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltRobotPush
import GestaltTensor
import TestSupport
import Testing

/// What lies behind the paths that somebody points at, and under which names.
@Suite struct PictureListingTests {
    private let folder = TemporaryFolder()
    private let options = ClipOptions(masks: .ignored)

    /// Makes files: pictures where the ending is one, arrays of clips, other bytes.
    private func make(_ paths: String...) throws {
        for path in paths {
            let whole = folder.path(path)
            try FileManager.default.createDirectory(
                at: URL(filePath: whole).deletingLastPathComponent(),
                withIntermediateDirectories: true)
            let picture = Tensor<UInt8>.zeros([4, 6, 3])
            switch path.split(separator: ".").last {
            case "png", "PNG", "picture": try PNG.write(picture, to: whole)
            case "jpg", "jpeg": try JPEG.write(picture, to: whole)
            case "npy": try NPY.write(Tensor<UInt8>.zeros([2, 10, 12, 3]), to: whole)
            case "npz":
                try NPZ.write([("video", Tensor<UInt8>.zeros([2, 2, 10, 12, 3]))], to: whole)
            default: try Data([1, 2, 3]).write(to: URL(filePath: whole))
            }
        }
    }

    private func names(_ paths: [String], excluding: String? = nil) throws -> [String] {
        let listing = PictureListing(paths.map(folder.path), excluding: excluding)
        #expect(listing.failures.isEmpty, "\(listing.failures)")
        return try listing.groups.flatMap { try $0.pictures(options).map(\.name) }
    }

    @Test("folders keep their names, in natural order; masks beside are passed over")
    func folders() throws {
        try make("d/b10.png", "d/b2.png", "d/clip/1.jpg", "d/clip/deep/x.png", "d/masks/b2.png")
        #expect(try names(["d"]) == ["b2", "b10", "clip/1", "clip/deep/x"])
        let listing = PictureListing([folder.path("d")])
        #expect(listing.skipped.map(\.path) == [folder.path("d/masks")])
        #expect(listing.groups.map(\.path) == ["d", "d/clip", "d/clip/deep"].map(folder.path))
        #expect(try names(["d/masks"]) == ["b2"])
    }

    @Test(
        "no two have one name",
        arguments: [
            (["d/a.png", "d/a.jpg"], ["d"], ["a.jpg", "a.png"]),
            (["d/a.png", "e/a.png"], ["d/a.png", "e/a.png"], ["a.png", "a.png-2"]),
            (["d/a.png", "e/a.png"], ["d", "e"], ["d/a", "e/a"]),
            (["d/a.png", "e/d/a.png"], ["d", "e/d"], ["d/a.png", "d/a.png-2"]),
            (["d/a/1.png", "d/a.npy"], ["d"], ["a.npy/0000", "a.npy/0001", "a/1"]),
            (["d/a.b.png", "d/a.c.png"], ["d"], ["a.b", "a.c"]),
            (["d/a.PNG"], ["d"], ["a"]), (["a.png"], ["a.png"], ["a"]),
        ])
    func unique(files: [String], paths: [String], expected: [String]) throws {
        for file in files { try make(file) }
        #expect(try names(paths) == expected)
    }

    @Test("clips are folders of frames; several clips of a file have numbers")
    func clips() throws {
        RobotPush.register()
        try make("one.npy", "two.npz")
        #expect(
            try names(["one.npy", "two.npz"]) == [
                "one/0000", "one/0001", "two/0000/0000", "two/0000/0001", "two/0001/0000",
                "two/0001/0001",
            ])
        let made = PictureListing(["synthetic:2"])
        let pictures = try made.groups[0].pictures(options)
        #expect(pictures[0].name == "synthetic-2/0000/0000")
        #expect(try pictures[0].read().shape == [64, 64, 3])
    }

    @Test("pictures of a folder as a clip")
    func folderClip() throws {
        try make("d/1.png", "d/2.png", "d/10.png")
        let clips = try PictureListing([folder.path("d")]).groups[0].clips(options)
        #expect(clips.count == 1 && clips[0].names == ["1", "2", "10"])
        #expect(clips[0].clip.frames.shape == [3, 4, 6, 3])
        try PNG.write(Tensor<UInt8>.zeros([4, 5, 3]), to: folder.path("d/3.png"))
        let error = #expect(throws: ClipError.self) {
            try PictureListing([folder.path("d")]).groups[0].clips(options)
        }
        #expect("\(String(describing: error))".contains("d/3.png"))
    }

    @Test("bytes decide where the ending does not, and what is no picture is passed over, not lost")
    func kinds() throws {
        try make("d/a.picture", "d/notes.txt", "d/film.part", "d/a.png", "d/none")
        #expect(try names(["d"]) == ["a.picture", "a.png"])
        let listing = PictureListing([folder.path("d")])
        #expect(
            listing.skipped.map(\.description).sorted() == [
                "\(folder.path("d/film.part")): .part", "\(folder.path("d/none")): no picture",
                "\(folder.path("d/notes.txt")): .txt",
            ])
    }

    @Test(
        "paths with nothing in them are failures, the others stay",
        arguments: ["nowhere.png", "empty", "d/notes.txt"])
    func failures(path: String) throws {
        try make("d/a.png", "d/notes.txt")
        try FileManager.default.createDirectory(
            atPath: folder.path("empty"), withIntermediateDirectories: true)
        let listing = PictureListing([folder.path(path), folder.path("d/a.png")])
        #expect(listing.failures.map(\.path) == [folder.path(path)])
        #expect(listing.fileCount == 1)
    }

    @Test("the folder of the results, and links that lead round, are not entered")
    func excluded() throws {
        try make("d/a.png", "d/out/masks/a.png")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("d/round"), withDestinationPath: folder.path("d"))
        #expect(try names(["d"], excluding: folder.path("d/./out")) == ["a"])
    }
}
