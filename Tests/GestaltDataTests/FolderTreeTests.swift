import Foundation
import GestaltData
import GestaltMedia
import GestaltTensor
import Testing

/// Trees of folders of pictures as people keep them. A path ending in `.png` or `.jpg` is a picture
/// of 4 × 5 pixels, one below a folder of masks a mask of id 1, any other file is text.
struct Tree: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String]
    /// Names of the clips with their numbers of frames and of labeled frames.
    let clips: [String: [Int]]
    /// What the remarks say.
    var says: [String] = []

    static let maskFolders: Set = [
        "masks", "Masks", "mask", "labels", "Annotations", "SegmentationClass",
    ]

    func write(to root: String) throws {
        for file in files {
            let path = root + "/" + file
            try makeFolder((path as NSString).deletingLastPathComponent)
            let isMask = file.split(separator: "/").dropLast()
                .contains { Tree.maskFolders.contains(String($0)) }
            switch (path as NSString).pathExtension.lowercased() {
            case "png" where isMask: try PNG.write(.init(repeating: 1, shape: [4, 5]), to: path)
            case "png": try PNG.write(.init(repeating: 9, shape: [4, 5, 3]), to: path)
            case "jpg", "jpeg": try JPEG.write(.init(repeating: 9, shape: [4, 5, 3]), to: path)
            default: try GestaltDataTests.write(Array("text".utf8), to: path)
            }
        }
    }
}

@Suite struct FolderTreeTests {
    static let trees = [
        Tree(
            testDescription: "a flat folder with masks", files: ["1.png", "2.png", "masks/2.png"],
            clips: ["ROOT": [2, 1]]),
        Tree(
            testDescription: "the usual images and masks",
            files: ["images/a.png", "images/b.png", "masks/a.png", "masks/b.png"],
            clips: ["ROOT": [2, 2]]),
        Tree(
            testDescription: "images and labels",
            files: ["images/a.jpg", "labels/a.png"], clips: ["ROOT": [1, 1]]),
        Tree(
            testDescription: "images and masks of clips",
            files: ["images/c1/0.png", "images/c2/0.png", "masks/c1/0.png"],
            clips: ["c1": [1, 1], "c2": [1, 0]]),
        Tree(
            testDescription: "images and masks in each clip",
            files: ["c1/images/0.png", "c1/masks/0.png", "c2/images/0.png"],
            clips: ["c1": [1, 1], "c2": [1, 0]]),
        Tree(
            testDescription: "masks in each clip",
            files: ["c1/0.png", "c1/masks/0.png", "c2/0.png", "c2/1.png"],
            clips: ["c1": [1, 1], "c2": [2, 0]]),
        Tree(
            testDescription: "DAVIS",
            files: [
                "JPEGImages/480p/bear/00000.jpg", "JPEGImages/480p/bus/00000.jpg",
                "Annotations/480p/bear/00000.png",
            ], clips: ["480p/bear": [1, 1], "480p/bus": [1, 0]]),
        Tree(
            testDescription: "VOC",
            files: [
                "JPEGImages/1.jpg", "JPEGImages/2.jpg", "SegmentationClass/2.png",
                "ImageSets/train.txt",
            ], clips: ["ROOT": [2, 1]]),
        Tree(
            testDescription: "cameras with clips, masks above",
            files: ["cam1/c1/0.png", "cam2/c1/0.png", "masks/cam2/c1/0.png"],
            clips: ["cam1/c1": [1, 0], "cam2/c1": [1, 1]]),
        Tree(
            testDescription: "cameras with clips, masks between",
            files: ["cam1/c1/0.png", "cam1/masks/c1/0.png"], clips: ["cam1/c1": [1, 1]]),
        Tree(
            testDescription: "spaces and alphabets",
            files: [
                "Aufnahme 1/Bild ä.png", "записи/кадр 1.png", "録画/コマ1.png", "🎬/1.png",
                "masks/録画/コマ1.png",
            ],
            clips: ["Aufnahme 1": [1, 0], "записи": [1, 0], "録画": [1, 1], "🎬": [1, 0]]),
        Tree(
            testDescription: "a stray picture beside clips",
            files: ["sheet.png", "c1/0.png", "c1/1.png"], clips: ["c1": [2, 0]],
            says: ["1 picture beside folders of clips left out: sheet.png"]),
        Tree(
            testDescription: "strays at two levels",
            files: ["a.png", "cam1/b.png", "cam1/c1/0.png"], clips: ["cam1/c1": [1, 0]],
            says: ["2 pictures beside folders of clips left out: cam1/b.png, a.png"]),
        Tree(
            testDescription: "other files",
            files: ["1.png", "film.mp4", "a.json", "b.json", "LICENSE"],
            clips: ["ROOT": [1, 0]], says: ["skipped 4 files: 2 json, mp4, without ending"]),
        Tree(
            testDescription: "hidden files", files: [".DS_Store", "._1.png", "1.png"],
            clips: ["ROOT": [1, 0]]),
        Tree(
            testDescription: "endings in capitals", files: ["1.PNG", "2.JPG", "masks/2.png"],
            clips: ["ROOT": [2, 1]]),
        Tree(
            testDescription: "an empty folder and one of text beside a clip",
            files: ["notes/a.txt", "c1/0.png"], clips: ["c1": [1, 0]], says: ["skipped 1 file: txt"]
        ),
        Tree(
            testDescription: "a clip named frames", files: ["frames/0.png", "more/0.png"],
            clips: ["frames": [1, 0], "more": [1, 0]]),
        Tree(
            testDescription: "one folder of frames", files: ["frames/0.png", "frames/1.png"],
            clips: ["ROOT": [2, 0]]),
        Tree(
            testDescription: "natural order of a hundred", files: (0..<100).map { "f\($0).png" },
            clips: ["ROOT": [100, 0]]),
    ]

    @Test(arguments: trees) func clipsAreFound(tree: Tree) throws {
        try withTemporaryFolder { root in
            try tree.write(to: root)
            let set = try DataSet.open(root)
            var found: [String: [Int]] = [:]
            for clip in set.clips {
                let name = root.hasSuffix("/" + clip.name) ? "ROOT" : clip.name
                found[name] = [clip.frameCount, clip.labeledFrames.count]
            }
            #expect(found == tree.clips)
            let remarks = set.remarks.joined(separator: "\n")
            #expect(set.remarks.count == tree.says.count, "\(remarks)")
            for text in tree.says { #expect(remarks.contains(text), "\(remarks)") }
        }
    }

    /// The same trees as splits.
    @Test(arguments: trees.prefix(10)) func treesServeAsSplits(tree: Tree) throws {
        try withTemporaryFolder { root in
            try tree.write(to: root + "/train")
            let set = try DataSet.open(root, split: .train)
            #expect(set.count == tree.clips.count && set.scope == .split)
            #expect(set.labeledFrameCount == tree.clips.values.reduce(0) { $0 + $1[1] })
        }
    }

    @Test func namesThatAreNotUTF8AreSkipped() throws {
        try withTemporaryFolder { root in
            try PNG.write(.init(repeating: 9, shape: [4, 5, 3]), to: root + "/1.png")
            let bytes = Array(root.utf8) + Array("/a".utf8) + [0xE4] + Array("x.png".utf8) + [0]
            let path = bytes.map { CChar(bitPattern: $0) }
            // Some file systems do not take such names.
            guard let file = fopen(path, "w") else { return }
            fclose(file)
            defer { remove(path) }
            let set = try DataSet.open(root)
            #expect(set.lengths == [1])
            #expect(set.remarks == ["\(root): skipped 1 file whose names are not UTF-8"])
        }
    }

    /// A broken frame: its clip becomes two, masks stay with their frames.
    @Test(arguments: [0, 2, 4]) func brokenFramesAreLeftOut(broken: Int) throws {
        try withTemporaryFolder { root in
            try makeFolder(root + "/masks/c1")
            try makeFolder(root + "/c1")
            try makeFolder(root + "/c2")
            try PNG.write(.init(repeating: 77, shape: [4, 5, 3]), to: root + "/c2/0.png")
            for frame in 0..<5 {
                try PNG.write(
                    .init(repeating: UInt8(frame), shape: [4, 5, 3]), to: root + "/c1/\(frame).png")
                try PNG.write(
                    .init(repeating: UInt8(frame + 1), shape: [4, 5]),
                    to: root + "/masks/c1/\(frame).png")
            }
            try write([1, 2, 3], to: root + "/c1/\(broken).png")
            let set = try DataSet.open(root)
            let parts = set.clips.filter { $0.name.hasPrefix("c1") }
            #expect(parts.map(\.frameCount) == (broken == 2 ? [2, 2] : [4]))
            for part in parts {
                for frame in 0..<part.frameCount {
                    let value = part.frames[frame].scalars[0]
                    #expect(value != broken && part.masks?[frame].scalars[0] == value + 1)
                }
            }
            #expect(set.remarks.count == 1)
            #expect(set.remarks[0].contains("c1/\(broken).png"))
        }
    }

    @Test func nothingButBrokenFramesIsAnError() throws {
        try withTemporaryFolder { root in
            for frame in 0..<20 { try write([1, 2, 3], to: root + "/\(frame).png") }
            let error = #expect(throws: ClipError.self) { try DataSet.open(root) }
            #expect(error?.description.contains("no frame can be read") ?? false)
            try PNG.write(.init(repeating: 9, shape: [4, 5, 3]), to: root + "/x.png")
            let remarks = try DataSet.open(root).remarks
            #expect(remarks.count == 9 && remarks.last == "and 12 more remarks on single frames")
        }
    }

    @Test func filmsAreToBeUnpackedFirstUnlessAKindReadsThem() throws {
        try withTemporaryFolder { root in
            try write([0, 0, 0, 24, 102, 116, 121, 112], to: root + "/a.mp4")
            for path in [root, root + "/a.mp4"] {
                let error = #expect(throws: ClipError.self) { try DataSet.open(path) }
                // Tests of other modules, in the same process, register films.
                let text = error?.description ?? ""
                #expect(text.contains("ffmpeg -i FILM") != text.contains("films ("), "\(text)")
            }
        }
    }
}
