import Foundation
import GestaltData
import GestaltIO
import GestaltLabels
import GestaltMedia
import GestaltRobotPush
import GestaltTensor
import TestSupport
import Testing

@Suite struct DataExportTests {
    @Test func exportedClipsReadBackAsTheyWere() throws {
        RobotPush.register()
        let folder = TemporaryFolder()
        let output = folder.path + "/set"
        let result = try Program.run(
            "data", "export", "--data", "synthetic:2", "--split", "train", "--split", "val",
            "--output", output)
        #expect(result.code == 0, "\(result.error)")
        #expect(result.output.contains("\(output)/train: 2 clips, 60 frames, 60 label pictures"))
        for split in [Split.train, .validation] {
            let made = try DataSet.open("synthetic:2", split: split)
            let read = try DataSet.open(output, split: split)
            #expect(read.count == 2)
            for (one, other) in zip(made.clips, read.clips) {
                #expect(one.name == other.name)
                #expect(one.frames == other.frames && one.masks == other.masks)
            }
        }
        let again = try Program.run(
            "data", "export", "--data", "synthetic:1", "--output", output)
        #expect(again.code == 1 && again.error.contains("\(output)/train"), "\(again.error)")
    }

    @Test func labelPicturesForSomeFramesOf0And255() throws {
        let folder = TemporaryFolder()
        let result = try Program.run(
            "data", "export", "--data", "synthetic:1", "--masks-every", "10", "--classes", "1",
            "--output", folder.path)
        #expect(result.code == 0 && result.output.contains("3 label pictures"), "\(result)")
        let masks = folder.path + "/train/masks/synthetic-0-0"
        let names = try FileManager.default.contentsOfDirectory(atPath: masks).sorted()
        #expect(names == ["00000.png", "00010.png", "00020.png"])
        let values = Set(try PNG.readIndices(masks + "/00010.png").scalars)
        #expect(values == [0, 255])
    }

    @Test func labelsAsThreeClasses() throws {
        let folder = TemporaryFolder()
        let result = try Program.run(
            "data", "export", "--data", "synthetic:1", "--masks-every", "29", "--classes", "3",
            "--output", folder.path)
        #expect(result.code == 0, "\(result.error)")
        let mask = folder.path + "/train/masks/synthetic-0-0/00029.png"
        #expect(Set(try PNG.readIndices(mask).scalars) == [0, 1, 2])
    }

    @Test func noMasks() throws {
        let folder = TemporaryFolder()
        let result = try Program.run(
            "data", "export", "--data", "synthetic:1", "--masks-every", "0", "--output",
            folder.path)
        #expect(result.code == 0, "\(result.error)")
        let inside = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/train")
        #expect(inside == ["synthetic-0-0"])
    }

    @Test(arguments: ["coco", "cvat", "labelme", "youtube-vos"])
    func labelsInTheFormatOfATool(format: String) throws {
        let folder = TemporaryFolder()
        let result = try Program.run(
            "data", "export", "--data", "synthetic:1", "--masks-every", "10", "--classes", "3",
            "--format", format, "--output", folder.path)
        #expect(result.code == 0 && result.output.contains("3 labeled frames in"), "\(result)")
        let split = folder.path + "/train"
        #expect(!FileManager.default.fileExists(atPath: split + "/masks"))
        let reader = try LabelFormat.registry.entry(named: format)
        let labels = try reader.read("\(split)/\(reader.fileName)", .init()).labels
        RobotPush.register()
        let clip = try DataSet.open("synthetic:1", split: .train).classified(into: 3).clip(at: 0)
        let masks = try #require(clip.masks)
        #expect(labels.pictures.count == 3)
        for (index, frame) in [0, 10, 20].enumerated() {
            #expect(labels.classMap(of: index).scalars == masks[frame].scalars.map(Int32.init))
        }
    }

    @Test func unknownFormatsAndThoseThatAreOnlyReadAreRefused() throws {
        let folder = TemporaryFolder()
        let unknown = try Program.run(
            "data", "export", "--data", "synthetic:1", "--format", "coko", "--output", folder.path)
        #expect(unknown.code == 2 && unknown.error.contains("coco"), "\(unknown)")
        let read = try Program.run(
            "data", "export", "--data", "synthetic:1", "--format", "sa-v", "--output", folder.path)
        #expect(read.code == 2 && read.error.contains("read, not written"), "\(read)")
    }
}
