import Foundation
import GestaltMedia
import TestSupport
import Testing

@Suite struct TFRecordTests {
    private static let records: [[UInt8]] = [
        Array("first".utf8), [], [UInt8](repeating: 9, count: 3_000_000), Array("last".utf8),
    ]

    private static func read(_ bytes: [UInt8]) throws -> [[UInt8]] {
        let reader = try TFRecordReader(bytes: bytes, name: "bytes")
        var records: [[UInt8]] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    @Test(arguments: [TFRecordWriter.Compression.none, .gzip(), .gzip(level: 9)])
    func roundTrip(_ compression: TFRecordWriter.Compression) throws {
        let folder = TemporaryFolder()
        let path = folder.path("a.tfrecords")
        let writer = try TFRecordWriter(path: path, compression: compression)
        for record in Self.records { try writer.append(record) }
        #expect(!folder.names.contains("a.tfrecords"))
        try writer.finish()
        #expect(folder.names == ["a.tfrecords"])
        #expect(try TFRecordReader.records(path: path) == Self.records)
        #expect(try Self.read(folder.bytes(of: "a.tfrecords")) == Self.records)
    }

    /// The layout by hand: one record of the bytes "abc".
    @Test func knownLayout() throws {
        func masked(_ bytes: [UInt8]) -> [UInt8] {
            let sum = CRC32C.checksum(bytes, usingInstruction: false)
            let value = (sum >> 15 | sum << 17) &+ 0xA282_EAD8
            return (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let length: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0]
        let data = Array("abc".utf8)
        let file = length + masked(length) + data + masked(data)
        #expect(try Self.read(file) == [data])
        let folder = TemporaryFolder()
        let writer = try TFRecordWriter(path: folder.path("a"))
        try writer.append(data)
        try writer.finish()
        #expect(folder.bytes(of: "a") == file)
    }

    /// 559,903 is 0x088B1F: the file begins like gzip.
    @Test func plainFileThatLooksLikeGzip() throws {
        let folder = TemporaryFolder()
        let record = [UInt8](repeating: 1, count: 559_903)
        let writer = try TFRecordWriter(path: folder.path("a"))
        try writer.append(record)
        try writer.finish()
        #expect(folder.bytes(of: "a").starts(with: [0x1F, 0x8B, 0x08]))
        #expect(try TFRecordReader.records(path: folder.path("a")) == [record])
    }

    @Test func emptyFileHasNoRecords() throws {
        #expect(try Self.read([]) == [])
    }

    @Test func everyFlippedBitAndEveryCutIsAnError() throws {
        let folder = TemporaryFolder()
        let writer = try TFRecordWriter(path: folder.path("a"))
        for text in ["one", "two, longer"] { try writer.append(Array(text.utf8)) }
        try writer.finish()
        let file = folder.bytes(of: "a")
        for bit in 0..<(8 * file.count) {
            var wrong = file
            wrong[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: MediaError.self, "bit \(bit)") { try Self.read(wrong) }
        }
        let boundary = 12 + 3 + 4
        for count in 1..<file.count where count != boundary {
            #expect(throws: MediaError.self, "cut at \(count)") {
                try Self.read(Array(file[..<count]))
            }
        }
    }

    /// TensorFlow's compression "ZLIB", here with one stored block.
    @Test(arguments: [[], [0, 0, 0, 0]] as [[UInt8]]) func zlibStreams(_ tail: [UInt8]) throws {
        let folder = TemporaryFolder()
        let writer = try TFRecordWriter(path: folder.path("a"))
        for text in ["one", "two, longer"] { try writer.append(Array(text.utf8)) }
        try writer.finish()
        let file = PNGBuilder.stored(folder.bytes(of: "a")) + tail
        let reader = try TFRecordReader(bytes: file)
        #expect(try reader.next() == Array("one".utf8))
        #expect(try reader.next() == Array("two, longer".utf8))
        #expect(try reader.next() == nil && reader.warnings.count == (tail.isEmpty ? 0 : 1))
    }

    /// 40,056 is 0x9C78: the file begins like zlib.
    @Test func plainFileThatLooksLikeZlib() throws {
        let folder = TemporaryFolder()
        let record = [UInt8](repeating: 1, count: 40_056)
        let writer = try TFRecordWriter(path: folder.path("a"))
        try writer.append(record)
        try writer.finish()
        #expect(folder.bytes(of: "a").starts(with: [0x78, 0x9C]))
        #expect(try TFRecordReader.records(path: folder.path("a")) == [record])
    }

    /// An interrupted writer or download: the error counts the records before it.
    @Test(arguments: [TFRecordWriter.Compression.none, .gzip(level: 0)], [1, 5, 14, 20])
    func wholeRecordsBeforeACut(_ compression: TFRecordWriter.Compression, cut: Int) throws {
        let folder = TemporaryFolder()
        let writer = try TFRecordWriter(path: folder.path("a"), compression: compression)
        for _ in 0..<3 { try writer.append([UInt8](repeating: 5, count: 40)) }
        try writer.finish()
        // Eight bytes of gzip's trailer follow the last record.
        let file = folder.bytes(of: "a").dropLast(cut + (compression == .none ? 0 : 8))
        let error = try #require(throws: MediaError.self) { try Self.read(Array(file)) }
        guard case .cutShort(_, _, let whole, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(whole == 2 && error.description.contains("after 2 whole records"))
    }

    @Test func zerosBehindGzip() throws {
        let folder = TemporaryFolder()
        let writer = try TFRecordWriter(path: folder.path("a"), compression: .gzip())
        try writer.append([1, 2])
        try writer.finish()
        let reader = try TFRecordReader(
            bytes: folder.bytes(of: "a") + [UInt8](repeating: 0, count: 9))
        #expect(try reader.next() == [1, 2])
        #expect(try reader.next() == nil && reader.warnings.count == 1)
    }

    /// A record of 2⁶⁰ bytes with a valid checksum of its length.
    @Test func falseLengthAllocatesNothing() throws {
        for length in [UInt64(1) << 60, .max, 1 << 29] {
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            let sum = CRC32C.masked(bytes)
            let head = bytes + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
            #expect(throws: MediaError.self) { try Self.read(head + [1, 2, 3]) }
            #expect(throws: MediaError.self) { try Self.read(Gzip.compress(head + [1, 2, 3])) }
        }
    }

    @Test func foreignFileIsTold() throws {
        let error = #expect(throws: MediaError.self) {
            try Self.read(Array("this is some text file".utf8))
        }
        #expect(error?.description.contains("is this a TFRecord file?") == true)
    }

    @Test func abandonedWriterLeavesNothing() throws {
        let folder = TemporaryFolder()
        try TFRecordWriter(path: folder.path("a")).append([1, 2, 3])
        #expect(folder.names == [])
        #expect(throws: MediaError.self) { try TFRecordWriter(path: folder.path("no/a")) }
    }

    private static let data = ProcessInfo.processInfo.environment["GESTALT_DATA"]

    @Test(.tags(.peer), .enabled(if: data != nil, "set GESTALT_DATA to the folder with robot-push"))
    func clipsOfRobotPush() throws {
        let folder = try #require(Self.data) + "/robot-push/val"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        var clips = 0
        for name in names where name.hasSuffix(".tfrecords.gz") {
            let reader = try TFRecordReader(path: folder + "/" + name)
            while let record = try reader.next() {
                let example = try Example(serialized: record, name: name)
                #expect(example.features.count == 120)
                guard case .bytes(let frames) = example.features["29/image_main/encoded"],
                    case .floats(let action) = example.features["0/action"]
                else { return #expect(Bool(false), "features missing") }
                #expect(frames.map(\.count) == [64 * 64 * 3] && action.count == 4)
                clips += 1
            }
        }
        #expect(clips == 30)
    }
}
