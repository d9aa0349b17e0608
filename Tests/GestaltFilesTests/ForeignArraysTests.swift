import Foundation
import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

/// Arrays as numpy 2.4 writes them (`Fixtures/Arrays/make.py`): those that are no numbers are listed
/// and do not spoil the others.
@Suite struct ForeignArraysTests {
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.resourcePath) + "/Fixtures/Arrays/" + name
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let shape: [Int]?
        var values: [Double]?
        var problem = ""

        init(_ name: String, _ shape: [Int]?, _ values: [Double]) {
            (testDescription, self.shape, self.values) = (name, shape, values)
        }

        init(_ name: String, _ shape: [Int]?, refused problem: String) {
            (testDescription, self.shape, self.problem) = (name, shape, problem)
        }
    }

    static let x: [Double] = [1, 2, 3, 4, 5, 6]
    static let cases = [
        Case("labels", [2], refused: "strings"), Case("bytes", [2], refused: "strings"),
        Case("objects", [2], refused: "pickles"), Case("records", [2], refused: "several fields"),
        Case("dates", [2], refused: "dates"), Case("spans", [2], refused: "spans of time"),
        Case("complex", [1], refused: "complex"), Case("raw", [2], refused: "raw bytes"),
        Case("longdouble", [1], refused: "another width"),
        Case("columns", [2, 3], x), Case("columns_cube", [2, 3, 4], (0..<24).map(Double.init)),
        Case("big", [2, 3], x), Case("big_half", [2, 3], x), Case("half", [2, 3], x),
        Case("scalar", [], [2.5]), Case("empty", [0, 4], []), Case("truth", [2], [1, 0]),
        Case("u16", [2], [0, 65535]), Case("u32", [2], [0, 4_294_967_295]),
        Case("u64", [2], [0, 4_611_686_018_427_387_904]), Case("i8", [2], [-128, 127]),
        Case("video", [2, 3], x.map { $0 * 40 }),
        Case("readme.txt", nil, refused: "no npy data"), Case("folder/", nil, refused: "no npy"),
        Case("broken", nil, refused: "npy"), Case("packed", nil, refused: "compression method 14"),
    ]

    @Test(arguments: cases) func oneMemberDoesNotSpoilTheRest(_ item: Case) throws {
        let name = item.testDescription
        let file = try NPZFile(contentsOf: Self.path("kinds.npz"))
        let member = try #require(file.members.first { $0.name == name })
        #expect(member.shape == item.shape && file.contains(name) == (item.values != nil))
        if let values = item.values {
            #expect(try file.tensor(name, as: Double.self).scalars == values)
            #expect(try file.info(name).shape == item.shape)
        } else {
            #expect(member.problem?.contains(item.problem) == true, "\(member)")
            let error = #expect(throws: FileError.self) { try file.anyTensor(name) }
            #expect(error?.description.contains(name == "broken" ? "npy" : item.problem) == true)
        }
    }

    @Test func numbersThatDoNotFitAreRefused() throws {
        let file = try NPZFile(contentsOf: Self.path("kinds.npz"))
        #expect(throws: FileError.self) { try file.anyTensor("u64_wide") }
        #expect(throws: FileError.self) { try file.tensor("u16", as: UInt8.self) }
        #expect(
            try ArrayFile.read(Self.path("kinds.npz"), as: UInt8.self, name: "video").shape == [
                2, 3,
            ])
        let error = #expect(throws: FileError.self) {
            try ArrayFile.read(Self.path("kinds.npz"), as: UInt8.self, name: "labels")
        }
        #expect(error?.description.contains("strings") == true)
    }

    @Test func severalArraysInOneFile() throws {
        let path = try Self.path("several.npy")
        #expect(
            try NPY.members(path).map { "\($0.name) \($0.type) \($0.shape ?? [])" }
                == ["0 float32 [2, 3]", "1 int64 [2]", "2 bool [1]"])
        #expect(try NPY.read(path, as: Int64.self, index: 1).scalars == [7, 8])
        #expect(try NPY.read(path, as: Bool.self, index: 2).scalars == [true])
        var remarks: [String] = []
        #expect(
            try NPY.read(path, as: Float.self) { remarks.append($0) }.scalars
                == Self.x.map { Float($0) })
        #expect(remarks.count == 1 && remarks[0].contains("3 arrays"))
        let error = #expect(throws: FileError.self) { try NPY.read(path, as: Float.self) }
        #expect(error?.description.contains("3 arrays") == true)
        #expect(throws: FileError.self) { try NPY.read(path, as: Float.self, index: 3) }
    }

    @Test func whatFollowsAnArray() throws {
        let path = try Self.path("trailing.npy")
        var remarks: [String] = []
        let expected = try NPY.read(path, as: UInt8.self) { remarks.append($0) }
        #expect(expected.scalars == [1, 2, 3, 4, 5, 6] && remarks[0].contains("8 more bytes"))
        #expect(throws: FileError.self) { try NPY.read(path, as: UInt8.self) }
        let padded = NPY.encode(Tensor<Float>([1, 2])) + [UInt8](repeating: 0, count: 512)
        #expect(try NPY.decode(padded, as: Float.self).scalars == [1, 2])
        let objects = #expect(throws: FileError.self) {
            try NPY.readAny(Self.path("objects.npy"))
        }
        #expect(objects?.description.contains("pickles") == true)
        #expect(try NPY.members(Self.path("objects.npy"))[0].problem?.contains("pickles") == true)
    }

    /// A name that says nothing, or something else.
    @Test func contentDecides() throws {
        let folder = TemporaryFolder()
        let bytes = NPY.encode(Tensor<UInt8>([1, 2]))
        let path = folder.write(bytes, as: "clip.safetensors")
        #expect(try ArrayFile.read(path, as: UInt8.self, name: "video").scalars == [1, 2])
        #expect(try ArrayFile.type(path, name: "video") == .uint8 && ArrayFile.holdsTensors(path))
        let alone = try PyTorchFileTests.path("modules/alone.pt")
        #expect(try ArrayFile.read(alone, as: Float.self, name: "video").shape == [2, 2])
        #expect(try ArrayFile.type(alone, name: "video") == .float32)
        let text = folder.write(Array("version https://git-lfs".utf8), as: "clip.npy")
        let error = #expect(throws: FileError.self) {
            try ArrayFile.read(text, as: Float.self, name: "video")
        }
        #expect(error?.description.contains("git lfs pull") == true)
        #expect(!ArrayFile.holdsTensors(text) && !ArrayFile.holdsTensors("/absent"))
    }

    @Test func mutations() throws {
        for (seed, name) in [(51, "several.npy"), (52, "objects.npy"), (53, "kinds.npz")] {
            let bytes = Array(try Data(contentsOf: URL(filePath: Self.path(name))))
            let attack = ReaderAttack(name, seed: UInt64(seed), count: 1500, [bytes])
            let problems = attack.run(
                expecting: { $0 is FileError },
                { broken in
                    if name.hasSuffix("npy") {
                        _ = try NPY.decode(broken, as: Double.self) { _ in }
                        _ = try NPY.decode(broken, as: Double.self, index: 1)
                    } else {
                        let file = try NPZFile(bytes: broken)
                        for name in file.names { _ = try file.anyTensor(name) }
                    }
                })
            #expect(problems.isEmpty, "\(problems.prefix(5))")
        }
    }
}
