import Foundation
import GestaltIO
import TestSupport
import Testing

/// Kinds from bytes alone. The bytes are the first ones of files as `file(1)`, Pillow, numpy and
/// torch write them, put together by hand.
@Suite struct FileKindTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let kind: FileKind

        init(_ name: String, _ bytes: [UInt8], _ kind: FileKind) {
            (testDescription, self.bytes, self.kind) = (name, bytes, kind)
        }

        init(_ name: String, _ text: String, _ kind: FileKind) {
            self.init(name, Array(text.utf8), kind)
        }
    }

    private static func little(_ value: UInt64, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// A zip archive of empty entries.
    private static func zip(_ names: [String]) -> [UInt8] {
        var (file, directory): ([UInt8], [UInt8]) = ([], [])
        for name in names {
            let place = UInt64(file.count)
            let length = little(UInt64(name.utf8.count), 2)
            file +=
                [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + length + [0, 0] + name.utf8
            directory += [0x50, 0x4B, 1, 2] + [UInt8](repeating: 0, count: 24) + length
            directory += [UInt8](repeating: 0, count: 12) + little(place, 4) + name.utf8
        }
        let count = little(UInt64(names.count), 2)
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
            + little(UInt64(directory.count), 4) + little(UInt64(file.count), 4) + [0, 0]
    }

    private static let magic: [UInt8] = [
        0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80,
    ]

    static let cases = [
        Case("empty", [], .empty),
        Case("torch zip", zip(["archive/data.pkl", "archive/data/0"]), .torchArchive),
        Case(
            "torch zip, cut short", Array(zip(["a/data.pkl", "a/data/0"]).prefix(48)), .torchArchive
        ),
        Case("TorchScript", zip(["m/data.pkl", "m/code/a.py", "m/constants.pkl"]), .torchScript),
        Case("torch.export", zip(["m/archive_format", "m/models/model.json"]), .torchExport),
        Case("legacy torch", magic, .torchSequence),
        Case("legacy torch, protocol 1", "L119547037146038801333356L\n.", .torchSequence),
        Case("pickle", [0x80, 4, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, 0x4E, 0x2E], .pickle),
        Case("safetensors", little(2, 8) + Array("{}".utf8), .safeTensors),
        Case("safetensors index", #"{"metadata": {}, "weight_map": {}}"#, .shardIndex),
        Case("npy", [0x93] + Array("NUMPY\u{1}\0".utf8), .npy),
        Case("npz", zip(["readme.txt", "video.npy"]), .npz),
        Case("zip", zip(["a.txt"]), .zip), Case("empty zip", zip([]), .zip),
        // Length 3, its masked CRC-32C computed bit by bit in Python.
        Case("TFRecord", tfRecord, .tfRecord),
        Case("gzip", [0x1F, 0x8B, 8, 0], .gzip), Case("zlib", [0x78, 0x9C, 3, 0], .zlib),
        Case("PNG", [0x89] + Array("PNG\r\n\u{1A}\n".utf8), .picture(.png)),
        Case("JPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16], .picture(.jpeg)),
        Case("GIF", "GIF89a\u{1}\0", .picture(.gif)),
        Case("WebP", "RIFF\u{10}\0\0\0WEBPVP8 ", .picture(.webp)),
        Case("TIFF", "II*\0\u{8}\0\0\0", .picture(.tiff)),
        Case(
            "BMP",
            Array("BM".utf8) + little(70, 4) + little(0, 4) + little(54, 4) + little(40, 4)
                + little(1, 4) + little(1, 4), .picture(.bmp)),
        Case("PGM", "P5\n2 2\n255\nabcd", .picture(.netpbm)),
        Case("AVIF", "\0\0\0\u{20}ftypavif\0\0\0\0", .picture(.heif)),
        Case("MP4", "\0\0\0\u{20}ftypisom\0\0\u{2}\0", .film(.mp4)),
        Case("QuickTime", "\0\0\0\u{8}wide\0\0\0\0mdat", .film(.mp4)),
        Case("WebM", [0x1A, 0x45, 0xDF, 0xA3, 1], .film(.matroska)),
        Case("AVI", "RIFF\u{10}\0\0\0AVI LIST", .film(.avi)),
        Case("HDF5", [0x89] + Array("HDF\r\n\u{1A}\n".utf8), .hdf5),
        Case("GGUF", "GGUF\u{3}", .gguf),
        Case("xz", [0xFD] + Array("7zXZ\0".utf8), .archive),
        Case("tar", [UInt8](repeating: 0x61, count: 257) + Array("ustar\0".utf8), .tar),
        Case("LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0", .gitLFSPointer),
        Case("JSON", "\n {\"a\": [1, 2]}", .json), Case("JSON array", "[1, 2]", .json),
        Case("HTML", "<!DOCTYPE HTML>\n<html><title>404</title>", .html),
        Case("XML", "<?xml version=\"1.0\"?><annotation/>", .xml),
        Case("PDF", "%PDF-1.7", .pdf), Case("text", "hello, wörld\n", .text),
        Case("braces that are no JSON", "{hello}", .text),
        Case("text cut in a character", String(repeating: "ü", count: 3000) + "a", .text),
        Case("UTF-16", [0xFF, 0xFE, 0x61, 0], .text),
        Case("binary", [1, 2, 3, 0xFF], .unknown([1, 2, 3, 0xFF])),
    ]

    private static let tfRecord =
        little(3, 8) + little(0x0E49_99B0, 4) + [0x61, 0x62, 0x63] + little(0, 4)

    @Test(arguments: cases) func recognizes(_ item: Case) throws {
        #expect(FileKind(item.bytes) == item.kind)
        let folder = TemporaryFolder()
        // A misleading name changes nothing.
        let path = folder.path + "/checkpoint.pth.tar"
        try Data(item.bytes).write(to: URL(filePath: path))
        #expect(try FileKind(of: path) == item.kind)
        #expect(!item.kind.description.isEmpty)
    }

    @Test func whatIsNoFile() throws {
        #expect(try FileKind(of: "/tmp") == .folder)
        #expect(try FileKind(of: "/dev/null") == .special)
        let failure = #expect(throws: FileFailure.self) { try FileKind(of: "/absent/file") }
        #expect(failure?.description.contains("No such file") == true)
    }

    /// Any bytes have a kind: cut, changed and doubled ones too.
    @Test func mutations() {
        var mutator = Mutator(seed: 41)
        for item in Self.cases {
            for _ in 0..<Mutator.count(100) {
                _ = FileKind(mutator.mutated(item.bytes)).description
            }
        }
    }
}
