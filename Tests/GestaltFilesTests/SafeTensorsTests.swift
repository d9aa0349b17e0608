import Foundation
import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
    private static let mixed: [(name: String, tensor: AnyTensor)] = [
        ("b", AnyTensor(Tensor<UInt8>(shape: [3], scalars: [1, 2, 255]))),
        ("a", AnyTensor(Tensor<Float>(shape: [2, 2], scalars: [1, -0.5, .infinity, 3]))),
        ("long", AnyTensor(Tensor<Int64>(shape: [1, 2], scalars: [.min, .max]))),
        ("double", AnyTensor(Tensor<Double>(shape: [], scalars: [0.1]))),
        ("int", AnyTensor(Tensor<Int32>(shape: [2], scalars: [-1, 7]))),
        ("truth", AnyTensor(Tensor<Bool>(shape: [3], scalars: [true, false, true]))),
        ("half", AnyTensor(Tensor<Float16Bits>([.init(bits: 0x3C00), .init(bits: 0xC100)]))),
        ("brain", AnyTensor(Tensor<BFloat16>([BFloat16(1.5), BFloat16(-2)]))),
        ("empty", AnyTensor(Tensor<Float>.zeros([0, 4]))),
    ]

    @Test func roundTripOfEveryType() throws {
        let folder = TemporaryFolder()
        let path = folder.path("a.safetensors")
        let metadata = ["format": "test", "quote\"\n\\": "ü 🤖 \u{1}"]
        try SafeTensors.write(Self.mixed, metadata: metadata, to: path)
        let file = try SafeTensorsFile(contentsOf: path)
        #expect(file.metadata == metadata)
        #expect(Set(file.names) == Set(Self.mixed.map(\.name)))
        #expect(try file.tensor("a", as: Float.self).scalars == [1, -0.5, .infinity, 3])
        #expect(try file.tensor("long", as: Int64.self).scalars == [.min, .max])
        #expect(try file.tensor("double", as: Double.self).scalar == 0.1)
        #expect(try file.tensor("int", as: Int32.self).scalars == [-1, 7])
        #expect(try file.tensor("truth", as: Bool.self).scalars == [true, false, true])
        #expect(
            try file.tensor("half", as: Float16Bits.self).scalars.map(\.bits) == [0x3C00, 0xC100])
        #expect(try file.tensor("brain", as: BFloat16.self).scalars.map(\.float) == [1.5, -2])
        #expect(try file.tensor("empty", as: Float.self).shape.dimensions == [0, 4])
        let information = try file.info("b")
        #expect(information.type == .uint8 && information.shape == [3])
        #expect(information.byteCount == 3)
        for (name, tensor) in Self.mixed {
            let again = try file.anyTensor(name)
            #expect(again.elementType == tensor.elementType && again.shape == tensor.shape)
        }
        #expect(folder.names == ["a.safetensors"])
    }

    @Test func orderDoesNotMatter() throws {
        let folder = TemporaryFolder()
        try SafeTensors.write(Self.mixed, to: folder.path("a"))
        try SafeTensors.write(Self.mixed.reversed(), to: folder.path("b"))
        let bytes = folder.bytes(of: "a")
        #expect(bytes == folder.bytes(of: "b"))
        #expect(bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) } % 8 == 0)
    }

    @Test func knownFile() throws {
        let folder = TemporaryFolder()
        let header = #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   "#
        let path = folder.write(safeTensorsFile(header, data: [0, 0, 0x80, 0x3F]), as: "a")
        #expect(try SafeTensorsFile(contentsOf: path).tensor("x", as: Float.self).scalars == [1])
    }

    /// What may be read as what.
    @Test func conversions() throws {
        let folder = TemporaryFolder()
        try SafeTensors.write(Self.mixed, to: folder.path("a"))
        let file = try SafeTensorsFile(contentsOf: folder.path("a"))
        #expect(try file.tensor("half", as: Float.self).scalars == [1, -2.5])
        #expect(try file.tensor("brain", as: Double.self).scalars == [1.5, -2])
        #expect(try file.tensor("double", as: Float.self).scalar == 0.1)
        #expect(try file.tensor("b", as: Int32.self).scalars == [1, 2, 255])
        #expect(try file.tensor("b", as: Float.self).scalars == [1, 2, 255])
        #expect(try file.tensor("truth", as: UInt8.self).scalars == [1, 0, 1])
        #expect(throws: FileError.self) { try file.tensor("a", as: Int32.self) }
        #expect(throws: FileError.self) { try file.tensor("long", as: Int32.self) }
        #expect(throws: FileError.self) { try file.tensor("int", as: UInt8.self) }
        #expect(throws: FileError.self) { try file.tensor("b", as: Bool.self) }
        let error = #expect(throws: FileError.self) { try file.tensor("c", as: Float.self) }
        #expect(error?.description.contains("no tensor c; it holds a, b, brain") == true)
    }

    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let header: String
        var dataByteCount = 8
        /// Part of the message.
        let told: String
    }

    private static func entry(
        _ name: String, _ offsets: String, type: String = "U8", shape: String = "[4]"
    ) -> String {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }

    static let attacks = [
        Attack(
            testDescription: "overlap", header: "{\(entry("a", "[0,4]")),\(entry("b", "[2,6]"))}",
            told: "tensor b at offset 4"),
        Attack(
            testDescription: "gap", header: "{\(entry("a", "[0,4]")),\(entry("b", "[5,9]"))}",
            told: "tensor b at offset 4"),
        Attack(
            testDescription: "gap in front", header: "{\(entry("a", "[4,8]"))}", told: "offset 0"),
        Attack(
            testDescription: "beyond the file",
            header: "{\(entry("a", "[0,400]", shape: "[400]"))}", told: "400 bytes of data"),
        Attack(
            testDescription: "data nobody owns", header: "{\(entry("a", "[0,4]"))}",
            told: "4 bytes of data"),
        Attack(
            testDescription: "shape against offsets",
            header: "{\(entry("a", "[0,8]", shape: "[3]"))}", told: "3 bytes for a"),
        Attack(
            testDescription: "overflowing shape",
            header: "{\(entry("a", "[0,8]", shape: "[4294967296,4294967296,4294967296]"))}",
            told: "shape of a"),
        Attack(
            testDescription: "descending", header: "{\(entry("a", "[8,0]"))}", told: "ascending"),
        Attack(testDescription: "negative", header: "{\(entry("a", "[-4,0]"))}", told: "whole"),
        Attack(testDescription: "fraction", header: "{\(entry("a", "[0,4.5]"))}", told: "whole"),
        Attack(testDescription: "one offset", header: "{\(entry("a", "[0]"))}", told: "two"),
        Attack(
            testDescription: "a known type of another size",
            header: "{\(entry("a", "[0,8]", type: "F4"))}", told: "2 bytes for a, F4"),
        Attack(
            testDescription: "name twice",
            header: "{\(entry("a", "[0,4]")),\(entry("a", "[4,8]"))}",
            told: "second key"),
        Attack(
            testDescription: "name twice, once escaped",
            header: "{\(entry("a", "[0,4]")),\(entry(#"\u0061"#, "[4,8]"))}", told: "second key"),
        Attack(
            testDescription: "field twice",
            header: #"{"a":{"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#,
            told: "second key"),
        Attack(
            testDescription: "foreign field",
            header: #"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"x":1}}"#,
            told: "dtype, shape and data_offsets"),
        Attack(
            testDescription: "metadata of numbers", header: #"{"__metadata__":{"a":1}}"#,
            dataByteCount: 0, told: "metadata a"),
        Attack(
            testDescription: "text after the object", header: "{} x", dataByteCount: 0,
            told: "the end"),
        Attack(testDescription: "no object", header: "[1]", told: "brace"),
        Attack(testDescription: "cut text", header: #"{"a":{"dtype":"#, told: "a value"),
        Attack(
            testDescription: "deep nesting",
            header: "{\"a\":" + String(repeating: "[", count: 100_000), told: "nesting"),
        Attack(
            testDescription: "lone surrogate", header: #"{"\ud800":1}"#, told: "whole character"),
        Attack(testDescription: "empty", header: "", dataByteCount: 0, told: "brace"),
    ]

    @Test(arguments: attacks) func refuses(_ attack: Attack) throws {
        let folder = TemporaryFolder()
        let data = [UInt8](repeating: 0, count: attack.dataByteCount)
        let path = folder.write(safeTensorsFile(attack.header, data: data), as: "bad.safetensors")
        let error = #expect(throws: FileError.self) { try SafeTensorsFile(contentsOf: path) }
        #expect(error?.path == path)
        #expect(error?.description.contains(attack.told) == true, "\(error as Any)")
    }

    struct Member: Sendable, CustomTestStringConvertible {
        let type: String
        let byteCount: Int
        var values: [Double]?
        var testDescription: String { type }
    }

    /// Two elements each; the bytes are 0x40, 0xC0 and zeros.
    static let types = [
        Member(type: "F8_E4M3", byteCount: 2, values: [2, -2]),
        Member(type: "F8_E5M2", byteCount: 2, values: [2, -2]),
        Member(type: "F8_E4M3FNUZ", byteCount: 2, values: [1, -1]),
        Member(type: "F8_E5M2FNUZ", byteCount: 2, values: [1, -1]),
        Member(type: "F8_E8M0", byteCount: 2, values: [0x1p-63, 0x1p65]),
        Member(type: "I8", byteCount: 2, values: [64, -64]),
        Member(type: "I16", byteCount: 4, values: [-16320, 0]),
        Member(type: "U16", byteCount: 4, values: [49216, 0]),
        Member(type: "U32", byteCount: 8, values: [49216, 0]),
        Member(type: "U64", byteCount: 16, values: [49216, 0]),
        Member(type: "F4", byteCount: 1), Member(type: "C64", byteCount: 16),
        Member(type: "C128", byteCount: 32), Member(type: "F6_E2M3", byteCount: 3),
        Member(type: "F6_E3M2", byteCount: 3), Member(type: "NEW", byteCount: 5),
        Member(type: "", byteCount: 0),
    ]

    @Test(arguments: types) func otherElementTypes(_ item: Member) throws {
        let shape = item.type.hasPrefix("F6") ? "[4]" : "[2]"
        let entry = Self.entry(
            "odd", "[8,\(8 + item.byteCount)]", type: item.type, shape: shape)
        let numbers: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
        let odd = Array([0x40, 0xC0] + [UInt8](repeating: 0, count: 30))[..<item.byteCount]
        let file = try SafeTensorsFile(
            bytes:
                safeTensorsFile(
                    "{\(Self.entry("good", "[0,8]", type: "F32", shape: "[2]")),\(entry)}",
                    data: numbers + odd))
        #expect(file.members.map(\.name) == ["good", "odd"])
        #expect(file.members[1].shape == (item.type.hasPrefix("F6") ? [4] : [2]))
        #expect(file.members[1].byteCount == item.byteCount)
        #expect(try file.tensor("good", as: Float.self).scalars == [1, 2])
        if let values = item.values {
            #expect(file.names == ["good", "odd"])
            #expect(try file.tensor("odd", as: Double.self).scalars == values)
        } else {
            #expect(file.names == ["good"] && !file.contains("odd"))
            let error = #expect(throws: FileError.self) { try file.info("odd") }
            #expect(error?.description.contains("tensor odd") == true)
            #expect(item.type.isEmpty || error?.description.contains(item.type) == true)
        }
    }

    @Test func hugeHeaderLengthIsRefused() {
        let folder = TemporaryFolder()
        for length in [UInt64.max, 1 << 63, 1000] {
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            let path = folder.write(bytes + Array("{}".utf8), as: "a")
            #expect(throws: FileError.self) { try SafeTensorsFile(contentsOf: path) }
        }
    }

    @Test func renamedFilesAreNamed() {
        let folder = TemporaryFolder()
        let pickle = folder.write([0x80, 2, 0x7D, 0x71, 0, 0x58, 1, 0, 0, 0, 0x61], as: "a")
        let error = #expect(throws: FileError.self) { try SafeTensorsFile(contentsOf: pickle) }
        #expect(error?.description.contains("pickle") == true)
        let zip = folder.write(Array("PK\u{3}\u{4}0123456789".utf8), as: "b")
        let other = #expect(throws: FileError.self) { try SafeTensorsFile(contentsOf: zip) }
        #expect(other?.description.contains("a zip archive") == true)
    }

    @Test func unwritableFolderIsATypedError() {
        let folder = TemporaryFolder()
        let tensors = [(name: "a", tensor: Tensor<Float>.zeros([2]))]
        #expect(throws: FileError.self) {
            try SafeTensors.write(tensors, to: folder.path("no/a.safetensors"))
        }
        #expect(folder.names == [])
    }

    private static let fixtures = ProcessInfo.processInfo.environment["GESTALT_FIXTURES"]

    @Test(
        .tags(.peer),
        .enabled(if: fixtures != nil, "set GESTALT_FIXTURES to the folder with videogpt"))
    func filesOfTheReferenceWriter() throws {
        let folder = try #require(Self.fixtures) + "/videogpt"
        for name in ["vqvae-422", "modules", "resnet34", "checkpoints/expected-mixed"] {
            let file = try SafeTensorsFile(contentsOf: "\(folder)/\(name).safetensors")
            #expect(!file.names.isEmpty)
            for tensor in file.names {
                let shape = try file.info(tensor).shape
                #expect(try file.anyTensor(tensor).shape.dimensions == shape)
            }
        }
    }
}
