import Foundation
import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

@Suite struct NPZTests {
    @Test(arguments: [false, true]) func roundTrip(compressed: Bool) throws {
        let folder = TemporaryFolder()
        let weights = Tensor<Float>(shape: [100, 50], scalars: (0..<5000).map { Float($0 % 7) })
        let arrays: [(name: String, tensor: AnyTensor)] = [
            ("weights", AnyTensor(weights)), ("ids/train", AnyTensor(Tensor<Int64>([1, 2, 3]))),
            ("none", AnyTensor(Tensor<UInt8>.zeros([0]))),
        ]
        try NPZ.write(arrays, compressed: compressed, to: folder.path("a.npz"))
        let file = try NPZFile(contentsOf: folder.path("a.npz"))
        #expect(file.names == ["weights", "ids/train", "none"])
        #expect(try file.tensor("weights", as: Float.self).scalars == weights.scalars)
        #expect(try file.tensor("ids/train", as: Int32.self).scalars == [1, 2, 3])
        #expect(try file.anyTensor("none").shape.dimensions == [0])
        #expect(try file.info("weights").shape == [100, 50])
        #expect(folder.names == ["a.npz"])
        let error = #expect(throws: FileError.self) { try file.tensor("x", as: Float.self) }
        #expect(error?.description.contains("it holds ids/train, none, weights") == true)
        let again = folder.bytes(of: "a.npz")
        try NPZ.write(arrays, compressed: compressed, to: folder.path("b.npz"))
        #expect(folder.bytes(of: "b.npz") == again)
    }

    /// numpy.savez_compressed(weights=arange(6, '<f4').reshape(2, 3),
    /// ids=asfortranarray(arange(6, '>i2').reshape(2, 3)), scalar=float64(2.5),
    /// flags=[True, False]) by NumPy 2.4.6.
    private static let numpy =
        "UEsDBC0AAAAIAAAAIQBP6QAq//////////8LABQAd2VpZ2h0cy5ucHkBABAAmAAAAAAAAABVAAAAAAAAAJvs"
        + "F+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1"
        + "CmQDLgYwaLAHEg5ABMQNQLzAAQBQSwMELQAAAAgAAAAhAOEe+qj//////////wcAFABpZHMubnB5AQAQAIwA"
        + "AAAAAAAAUQAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBul2mkrqOgnpZfVFKUmBefX5SSChIPKSpNBQoX"
        + "ZyQWpAK5GkY6CsaaOgq1CuQDLgYGBmYGRgYWBiYGVgBQSwMELQAAAAgAAAAhADW0OpP//////////woAFABz"
        + "Y2FsYXIubnB5AQAQAIgAAAAAAAAARwAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKU"
        + "mBefX5SSChJ3S8wpTgWKF2ckFqQC+RqaOgq1ChQBLgYwYHEAAFBLAwQtAAAACAAAACEA7hm7Xf//////////"
        + "CQAUAGZsYWdzLm5weQEAEACCAAAAAAAAAEYAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXpNkqK6joJ6W"
        + "X1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQALkYGAFBLAQItAy0AAAAIAAAAIQBP6QAqVQAA"
        + "AJgAAAALAAAAAAAAAAAAAACAAQAAAAB3ZWlnaHRzLm5weVBLAQItAy0AAAAIAAAAIQDhHvqoUQAAAIwAAAAH"
        + "AAAAAAAAAAAAAACAAZIAAABpZHMubnB5UEsBAi0DLQAAAAgAAAAhADW0OpNHAAAAiAAAAAoAAAAAAAAAAAAA"
        + "AIABHAEAAHNjYWxhci5ucHlQSwECLQMtAAAACAAAACEA7hm7XUYAAACCAAAACQAAAAAAAAAAAAAAgAGfAQAA"
        + "ZmxhZ3MubnB5UEsFBgAAAAAEAAQA3QAAACACAAAAAA=="

    @Test func archiveOfNumPy() throws {
        let bytes = [UInt8](try #require(Data(base64Encoded: Self.numpy)))
        let file = try NPZFile(bytes: bytes)
        #expect(file.names == ["weights", "ids", "scalar", "flags"])
        let weights = try file.tensor("weights", as: Float.self)
        #expect(weights.shape.dimensions == [2, 3] && weights.scalars == [0, 1, 2, 3, 4, 5])
        #expect(try file.tensor("ids", as: Int32.self).scalars == [0, 1, 2, 3, 4, 5])
        #expect(try file.tensor("scalar", as: Double.self).scalar == 2.5)
        #expect(try file.tensor("flags", as: Bool.self).scalars == [true, false])
    }

    @Test func brokenDataIsAnError() throws {
        let folder = TemporaryFolder()
        let tensor = Tensor<UInt8>(shape: [256], scalars: (0..<256).map { UInt8($0) })
        try NPZ.write([(name: "a", tensor: tensor)], to: folder.path("a.npz"))
        var bytes = folder.bytes(of: "a.npz")
        for count in [0, 2, 30, bytes.count / 2, bytes.count - 1] {
            #expect(throws: FileError.self) { try NPZFile(bytes: Array(bytes[..<count])) }
        }
        bytes[250] ^= 1  // inside the stored array: its CRC-32 no longer fits
        #expect(throws: FileError.self) {
            try NPZFile(bytes: bytes).tensor("a", as: UInt8.self)
        }
    }

    /// An archive that claims 2⁴⁰ entries in its zip64 end record.
    @Test func falseEntryCountIsRefused() {
        func bytes(_ value: UInt64, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let start = Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 26)
        let wideEnd =
            Array("PK\u{6}\u{6}".utf8) + bytes(44, 8) + bytes(45, 2) + bytes(45, 2) + bytes(0, 8)
            + bytes(1 << 40, 8) + bytes(1 << 40, 8) + bytes(46 << 40, 8) + bytes(0, 8)
        let locator =
            Array("PK\u{6}\u{7}".utf8) + bytes(0, 4) + bytes(UInt64(start.count), 8) + bytes(1, 4)
        let end =
            Array("PK\u{5}\u{6}".utf8) + bytes(0, 4) + bytes(0xFFFF_FFFF, 4)
            + bytes(0xFFFF_FFFF_FFFF_FFFF, 8) + bytes(0, 2)
        let error = #expect(throws: FileError.self) {
            try NPZFile(bytes: start + wideEnd + locator + end)
        }
        #expect(error?.description.contains("entries") == true, "\(error as Any)")
    }

    @Test func foreignFilesAreNamed() {
        let error = #expect(throws: FileError.self) {
            try NPZFile(bytes: NPY.encode(Tensor<Float>([1])), name: "x.npz")
        }
        #expect(error?.description.contains("npy data") == true)
    }
}
