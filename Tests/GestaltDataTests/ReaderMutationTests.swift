import Foundation
import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

/// Damaged files of clips: whatever the bytes say, the readers must answer with clips or with an error
/// of their own kinds.
@Suite(.timeLimit(.minutes(30))) struct ReaderMutationTests {
    private static func attack(
        _ seed: UInt64, count: Int, _ whole: [UInt8], name: String = #function,
        leastRefused: Double = 0.05, _ read: ([UInt8]) throws -> Void
    ) {
        let attack = ReaderAttack(
            name, seed: seed, count: count, [whole], leastRefused: leastRefused)
        let problems = attack.run(
            expecting: { $0 is ClipError || $0 is MediaError || $0 is FileError }, read)
        #expect(problems.isEmpty, "\(problems.prefix(5))")
    }

    /// Examples under correct checksums.
    @Test func records() throws {
        let whole = Example(features: RecordTests.features(frames: [0, 1, 2])).serialized()
        let folder = TemporaryFolder()
        let path = folder.path("a.tfrecords")
        Self.attack(1, count: 2000, whole) { bytes in
            let writer = try TFRecordWriter(path: path)
            try writer.append(bytes)
            try writer.finish()
            let set = try DataSet.open(path, options: ClipOptions(height: 2, width: 3))
            #expect(set.clips.allSatisfy { $0.height == 2 && $0.width == 3 })
        }
    }

    private static let clips = Tensor<UInt8>(
        shape: [2, 3, 4, 5, 3], scalars: (0..<360).map { UInt8($0 % 256) })

    @Test(arguments: ["npy", "npz", "safetensors"]) func arrays(ending: String) throws {
        let folder = TemporaryFolder()
        let path = folder.path("video." + ending)
        try ArrayFile.write(Self.clips, name: "video", to: path)
        Self.attack(2, count: 1000, folder.bytes(of: "video." + ending), name: ending) { bytes in
            _ = folder.write(bytes, as: "video." + ending)
            _ = try DataSet.open(path)
        }
    }

    /// A frame and its mask in a folder of three. A broken frame is left out, a broken mask is not.
    @Test func pictures() throws {
        let folder = TemporaryFolder()
        try makeFolder(folder.path("masks"))
        let picture = Tensor<UInt8>(
            shape: [6, 7, 3], scalars: (0..<126).map { UInt8($0 * 2) })
        let mask = Tensor<UInt8>(shape: [6, 7], scalars: (0..<42).map { UInt8($0 % 3) })
        for name in ["0", "1", "2"] {
            try PNG.write(picture, to: folder.path(name + ".png"))
            try PNG.write(mask, to: folder.path("masks/\(name).png"))
        }
        for name in ["1.png", "masks/1.png"] {
            let whole = folder.bytes(of: name)
            Self.attack(
                3, count: 1000, whole, name: "pictures, " + name,
                leastRefused: name.hasPrefix("masks") ? 0.05 : 0
            ) { bytes in
                _ = folder.write(bytes, as: name)
                _ = try DataSet.open(folder.path)
            }
            _ = folder.write(whole, as: name)
        }
    }
}
