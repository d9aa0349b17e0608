import Foundation
import GestaltData
import GestaltIO
import GestaltImport
import GestaltModels
import GestaltTensor
import TestSupport
import Testing

/// Imports that follow each other into one set.
struct AgainTests {
    /// Four films, a labeled frame in each.
    private func fixture() throws -> (ImportFixture, ImportPlan) {
        let fixture = ImportFixture()
        for film in 0..<4 { try fixture.film("film \(film)") }
        let labels = fixture.labels((0..<4).map { ImportFixture.line("film \($0)/2.png", 2) })
        return (fixture, fixture.plan(labels: [labels]))
    }

    @Test("The same import again reads nothing and changes no byte")
    func againDoesNothing() throws {
        let (fixture, plan) = try fixture()
        #expect(try Importer(plan).run().readCount == 4)
        let before = try fixture.files()
        #expect(before.keys.contains("sheet.png") && before.keys.contains("report.json"))
        let manifest = fixture.output + "/manifest.json"
        let time = try FileManager.default.attributesOfItem(atPath: manifest)[.modificationDate]
        #expect(try Importer(plan).run().readCount == 0)
        #expect(try fixture.files() == before)
        let after = try FileManager.default.attributesOfItem(atPath: manifest)[.modificationDate]
        #expect(time as? Date == after as? Date)
    }

    @Test("Only what is new or changed is read, and films stay in their splits")
    func readsWhatIsNew() throws {
        let (fixture, plan) = try fixture()
        _ = try Importer(plan).run()
        let before = try ImportedSet(at: fixture.output).manifest.sources
        try fixture.film("film 1", frames: 5)
        try fixture.film("film 9")
        let report = try Importer(plan).run()
        #expect(report.readCount == 2 && report.sourceCount == 5)
        let after = try ImportedSet(at: fixture.output).manifest.sources
        for source in before {
            let same = try #require(after.first { $0.name == source.name })
            #expect(same.splits == source.splits)
            #expect((same.key == source.key) == (source.name != "film 1"))
        }
        #expect(after.first { $0.name == "film 9" }?.splits.blocks.map(\.split) == [.train])
        // No file of the older film 1 is left.
        let shards = try fixture.files().keys.filter { $0.hasSuffix(".tfrecord") }
        #expect(shards.count == 5)
    }

    @Test("Labels that change have their film read again")
    func labelsChange() throws {
        let (fixture, plan) = try fixture()
        _ = try Importer(plan).run()
        _ = fixture.labels(
            (0..<4).map { ImportFixture.line("film \($0)/2.png", $0 == 3 ? 1 : 2) })
        #expect(try Importer(plan).run().readCount == 1)
    }

    @Test("Labels that are not given again leave the set, with a note")
    func labelsAreLost() throws {
        let (fixture, plan) = try fixture()
        _ = try Importer(plan).run()
        let before = try fixture.files()["report.json"]
        #expect(try Importer(plan).run().notes.isEmpty)
        var other = plan
        other.labels = []
        let report = try Importer(other).run()
        #expect(report.splits.map(\.labeledCount).reduce(0, +) == 0)
        #expect(report.notes.count == 1, "\(report.notes)")
        #expect(
            report.notes.first?.reason.hasPrefix("4 labeled frames of the set without labels now")
                == true)
        let again = try Importer(plan).run()
        #expect(again.notes.isEmpty && again.splits.map(\.labeledCount).reduce(0, +) == 4)
        #expect(try fixture.files()["report.json"] == before)
    }

    @Test("A manifest without a first number is one that counts from 0")
    func manifestWithoutFirstNumber() throws {
        let (fixture, plan) = try fixture()
        _ = try Importer(plan).run()
        let manifest = fixture.output + "/manifest.json"
        let text = String(decoding: try FileReader.bytes(path: manifest), as: UTF8.self)
        let older = text.replacingOccurrences(of: "\"firstNumber\" : 0,", with: "")
        #expect(older != text)
        try AtomicFile.write(Array(older.utf8), to: manifest)
        #expect(try ImportedSet(at: fixture.output).manifest.settings.firstNumber == 0)
        #expect(try Importer(plan).run().readCount == 0)
        var other = plan
        other.settings.firstNumber = 1
        #expect {
            try Importer(other).run()
        } throws: { error in
            guard case ImportError.otherSettings(_, let differences) = error else { return false }
            return differences.map(\.name) == ["firstNumber"]
        }
    }

    @Test("An interrupted import leaves no set, goes on, and ends with the same bytes")
    func goesOn() throws {
        let (fixture, plan) = try fixture()
        #expect(throws: Interrupted.self) {
            try Importer(plan).run { progress in
                if progress.done >= 8 { throw Interrupted() }
            }
        }
        #expect(!ImportedSet.isOne(fixture.output))
        #expect(try fixture.files().isEmpty)
        let report = try Importer(plan).run()
        #expect(report.readCount < 4 && report.readCount > 0)
        let resumed = try fixture.files()
        var fresh = plan
        fresh.output = fixture.folder.path("other")
        _ = try Importer(fresh).run()
        for (path, bytes) in resumed where path != "report.json" {
            #expect(try FileReader.bytes(path: fresh.output + "/" + path) == bytes)
        }
    }

    @Test("Other settings are refused by name, unless the set is to start anew")
    func refusesOtherSettings() throws {
        let (fixture, plan) = try fixture()
        _ = try Importer(plan).run()
        let before = try fixture.files()
        var other = plan
        other.settings.stride = 2
        other.settings.sizing.size = FrameSize(height: 8, width: 8)
        #expect {
            try Importer(other).run()
        } throws: { error in
            guard case ImportError.otherSettings(_, let differences) = error else { return false }
            return differences.map(\.name) == ["sizing.size", "stride"]
                && differences[1].existing == "1" && differences[1].requested == "2"
        }
        #expect(try fixture.files() == before)
        other.startsAnew = true
        #expect(try Importer(other).run().readCount == 4)
        let clip = try ImportedSet(at: fixture.output).dataSet(.train).clip(at: 0)
        #expect(clip.frames.shape == [2, 8, 8, 3])
    }

    @Test("A folder of something else is left alone")
    func leavesOtherFolders() throws {
        let (fixture, plan) = try fixture()
        try OutputFolder.make(fixture.output)
        _ = fixture.folder.write([1], as: "set/notes.txt")
        #expect(throws: ImportError.self) { try Importer(plan).run() }
        #expect(fixture.folder.bytes(of: "set/notes.txt") == [1])
    }

    @Test("A manifest of another version or with unknown keys is refused")
    func manifestIsStrict() throws {
        let (fixture, plan) = try fixture()
        _ = try Importer(plan).run()
        let manifest = fixture.output + "/manifest.json"
        let text = String(decoding: try FileReader.bytes(path: manifest), as: UTF8.self)
        let newer = text.replacingOccurrences(of: "\"version\" : 1", with: "\"version\" : 2")
        try AtomicFile.write(Array(newer.utf8), to: manifest)
        #expect(throws: ImportError.self) { try ImportedSet(at: fixture.output) }
        let stray = text.replacingOccurrences(
            of: "\"version\" : 1", with: "\"version\" : 1, \"wersion\" : 1")
        try AtomicFile.write(Array(stray.utf8), to: manifest)
        #expect(throws: ConfigurationError.self) { try ImportedSet(at: fixture.output) }
    }

    @Test("A set whose file was cut is an error when its clip is read")
    func cutShard() throws {
        let (fixture, plan) = try fixture()
        _ = try Importer(plan).run()
        let set = try ImportedSet(at: fixture.output)
        let path = fixture.output + "/" + set.manifest.sources[0].shards[0].path
        let bytes = try FileReader.bytes(path: path)
        try AtomicFile.write(Array(bytes.dropLast(10)), to: path)
        let split = set.manifest.sources[0].shards[0].split
        #expect(throws: ImportError.self) { try set.dataSet(split) }
    }
}
