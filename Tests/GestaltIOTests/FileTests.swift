import Foundation
import GestaltIO
import TestSupport
import Testing

@Suite struct FileTests {
    @Test(arguments: [true, false]) func readsWhatItWrote(flushes: Bool) throws {
        let folder = TemporaryFolder()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try AtomicFile.write(bytes, to: folder.path("a"), flushes: flushes)
        #expect(try FileReader.bytes(path: folder.path("a")) == bytes)
        let mapped = try MappedFile(path: folder.path("a"))
        #expect(mapped.withBytes { Array($0) } == bytes)
        #expect(folder.names == ["a"])
    }

    @Test func readsInPieces() throws {
        let folder = TemporaryFolder()
        let reader = try FileReader(path: folder.write([1, 2, 3, 4, 5], as: "a"))
        var buffer = [UInt8](repeating: 0, count: 3)
        let first = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
        #expect(first == 3 && buffer == [1, 2, 3] && reader.remaining == 2)
        let second = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
        #expect(second == 2 && reader.remaining == 0 && buffer[..<2] == [4, 5])
    }

    @Test func emptyFileMapsToNothing() throws {
        let folder = TemporaryFolder()
        let mapped = try MappedFile(path: folder.write([], as: "a"))
        #expect(mapped.byteCount == 0 && mapped.withBytes { $0.count } == 0)
    }

    @Test func releasedBytesAreReadAgain() throws {
        let folder = TemporaryFolder()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let mapped = try MappedFile(path: folder.write(bytes, as: "a"))
        for range in [0..<100_000, 5_000..<60_000, 1..<2, 7..<7, 99_999..<100_000] {
            mapped.release(range)
            #expect(mapped.withBytes { Array($0) } == bytes)
        }
        try MappedFile(path: folder.write([], as: "b")).release(0..<0)
    }

    @Test(arguments: [true, false]) func replacesAtOnce(flushes: Bool) throws {
        let folder = TemporaryFolder()
        let path = folder.write([1], as: "a")
        let file = try AtomicFile(path: path)
        try file.write([2, 3])
        #expect(folder.bytes(of: "a") == [1])
        try file.commit(flushes: flushes)
        #expect(folder.bytes(of: "a") == [2, 3])
        #expect(folder.names == ["a"])
    }

    @Test func abandonedWriterLeavesNothing() throws {
        let folder = TemporaryFolder()
        do {
            let file = try AtomicFile(path: folder.path("a"))
            try file.write([1, 2])
        }
        #expect(folder.names == [])
    }

    @Test func refusesWhatIsNoFile() throws {
        let folder = TemporaryFolder()
        for path in [folder.path("missing"), folder.path, "/dev/null"] {
            #expect(throws: FileFailure.self) { try FileReader(path: path) }
            #expect(throws: FileFailure.self) { try MappedFile(path: path) }
        }
        for path in [folder.path("missing/a"), folder.path, "/dev/null", ""] {
            #expect(throws: FileFailure.self) { try AtomicFile.write([1], to: path) }
        }
        let failure = try #require(throws: FileFailure.self) {
            try AtomicFile.write([1], to: folder.path("missing/a"))
        }
        #expect(failure.description.contains("missing/a") && failure.action == .create)
        #expect(folder.names == [])
    }

    @Test func refusesMoreThanTheLimit() {
        let folder = TemporaryFolder()
        let path = folder.write([1, 2, 3], as: "a")
        #expect(throws: FileFailure.self) { try FileReader.bytes(path: path, limit: 2) }
    }

    /// A file-size limit of the process stands in for a full disk: both fail inside `write`.
    @Test func fullDiskLeavesNoHalfFile() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
            precondition(setrlimit(__rlimit_resource_t(1), &limit) == 0)  // 1: RLIMIT_FSIZE
            let folder = TemporaryFolder()
            do {
                try AtomicFile.write([UInt8](repeating: 7, count: 10_000), to: folder.path("a"))
            } catch let failure as FileFailure where failure.action == .write {
                precondition(folder.names == [])
                return
            } catch {}
            preconditionFailure("the write should have failed")
        }
    }
}
