import Foundation
import GestaltFiles
import GestaltTensor
import Testing

/// What PyTorch stores besides plain tensors, as torch 2.13 wrote it (`Fixtures/PyTorch/
/// make_siblings.py`): read with the values that torch gives, or listed with a reason.
@Suite struct SiblingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// Nil for what is not read.
        var values: [Double]?
        let shape: [Int]?
        /// A word of the reason.
        var problem = ""
        var isNewer = false
        var testDescription: String { name }
    }

    static let x: [Double] = [1, 2, 3, 4, 5, 6]

    static let cases = [
        Case(name: "plain", values: x, shape: [2, 3]),
        Case(name: "negative", values: x.map { -$0 }, shape: [2, 3]),
        Case(name: "negative_half", values: [-1, 2.5], shape: [2]),
        Case(name: "negative_brain", values: [-1, 2.5], shape: [2]),
        Case(name: "negative_double", values: [-0.5, 3], shape: [2]),
        Case(name: "negative_int", values: [-1, 2, 0], shape: [3]),
        Case(name: "negative_long", values: [-1_099_511_627_776, 1], shape: [2]),
        Case(name: "negative_short", values: [-32768, -7], shape: [2]),
        Case(name: "negative_byte", values: [0, 255, 1], shape: [3]),
        Case(name: "negative_columns", values: [-1, -4, -2, -5, -3, -6], shape: [3, 2]),
        // The imaginary part of a conjugate is a negative view of every other number.
        Case(name: "imaginary", values: [-2, 4], shape: [2]),
        Case(name: "parameter", values: x.map { $0 + 1 }, shape: [2, 3]),
        Case(name: "buffer", values: x.map { $0 + 2 }, shape: [2, 3]),
        Case(name: "tagged", values: x.map { $0 + 3 }, shape: [2, 3]),
        Case(name: "noted", values: x.map { $0 + 4 }, shape: [2, 3]),
        Case(name: "scalar", values: [2.5], shape: []),
        Case(name: "empty", values: [], shape: [0, 4]),
        Case(name: "expanded", values: [1, 1, 1, 2, 2, 2], shape: [2, 3]),
        Case(name: "stepped", values: [1, 3, 4, 6], shape: [2, 2]),
        Case(name: "complex", shape: [2], problem: "complex"),
        Case(name: "conjugate", shape: [2], problem: "complex"),
        Case(name: "complex_wide", shape: [2], problem: "complex"),
        Case(name: "quantized", shape: [2, 3], problem: "quantized"),
        Case(name: "quantized_channels", shape: [2, 3], problem: "quantized"),
        Case(name: "sparse", shape: [3, 3], problem: "sparse"),
        Case(name: "rows", shape: [3, 3], problem: "sparse"),
        Case(name: "meta", shape: [2, 5], problem: "without data"),
        Case(name: "lazy", shape: nil, problem: "without data"),
        Case(name: "array", shape: [2, 3], problem: "NumPy"),
        Case(name: "last", values: x.map { $0 + 5 }, shape: [2, 3]),
        Case(name: "complex_half", shape: [2], problem: "complex", isNewer: true),
        Case(name: "nested", shape: nil, problem: "several lengths", isNewer: true),
        Case(name: "u16", values: [65535, 1], shape: [2], isNewer: true),
    ]

    static let files = ["siblings.pt", "siblings-legacy.pt"]

    @Test(arguments: files) func everyMemberIsReadOrListed(file name: String) throws {
        let file = try PyTorchFile(contentsOf: PyTorchFileTests.path(name))
        let listed = Dictionary(uniqueKeysWithValues: file.members.map { ($0.name, $0) })
        for item in Self.cases where !item.isNewer || name == "siblings.pt" {
            let member = try #require(listed[item.name], "\(item.name) is not listed")
            #expect(member.shape == item.shape, "\(item.name)")
            guard let values = item.values else {
                #expect(member.problem?.contains(item.problem) == true, "\(member)")
                #expect(!file.names.contains(item.name) && !file.contains(item.name))
                let error = #expect(throws: FileError.self) { try file.anyTensor(item.name) }
                let text = error?.description ?? ""
                #expect(text.contains(item.name) && text.contains(item.problem), "\(text)")
                continue
            }
            #expect(member.isReadable && file.names.contains(item.name), "\(member)")
            let found = try Self.doubles(file.anyTensor(item.name))
            #expect(found == values, "\(item.name)")
        }
    }

    private static func doubles(_ tensor: AnyTensor) -> [Double] {
        switch tensor {
        case .float32(let tensor): tensor.scalars.map(Double.init)
        case .float64(let tensor): tensor.scalars
        case .float16(let tensor): tensor.scalars.map { Double($0.float) }
        case .bfloat16(let tensor): tensor.scalars.map { Double($0.float) }
        case .int32(let tensor): tensor.scalars.map(Double.init)
        case .int64(let tensor): tensor.scalars.map(Double.init)
        case .uint8(let tensor): tensor.scalars.map(Double.init)
        case .bool(let tensor): tensor.scalars.map { $0 ? 1 : 0 }
        }
    }

    /// Zero has a negative, too: −0.
    @Test func negativeZero() throws {
        let zeros = Pickled.call(
            "torch._utils", "_rebuild_tensor_v2",
            [
                Pickled.storage("0", count: 2), Pickled.integer(0),
                Pickled.tuple([Pickled.integer(2)]), Pickled.tuple([Pickled.integer(1)]), [0x89],
                Pickled.call("collections", "OrderedDict", []),
                Pickled.dictionary([("neg", [0x88])]),
            ])
        let file = try PyTorchFile(
            bytes:
                ZipBuilder.checkpoint(
                    Pickled.whole(Pickled.dictionary([("z", zeros)])),
                    storages: [("0", storageBytes([0, 1]))]
                ).bytes)
        let values = try file.tensor("z", as: Float.self).scalars
        #expect(values == [0, -1] && values[0].sign == .minus)
    }

    /// Attributes that nobody here knows could mean anything.
    @Test(arguments: ["neg", "conj", "other"]) func unknownAttributes(key: String) throws {
        let odd = Pickled.call(
            "torch._utils", "_rebuild_tensor_v2",
            [
                Pickled.storage("0", count: 1), Pickled.integer(0), Pickled.emptyTuple,
                Pickled.emptyTuple, [0x89], Pickled.none,
                Pickled.dictionary([(key, key == "conj" ? [0x88] : Pickled.text("x"))]),
            ])
        let good = Pickled.tensor(Pickled.storage("0", count: 1), shape: [1], strides: [1])
        let file = try PyTorchFile(
            bytes:
                ZipBuilder.checkpoint(
                    Pickled.whole(Pickled.dictionary([("odd", odd), ("good", good)])),
                    storages: [("0", storageBytes([7]))]
                ).bytes)
        #expect(file.names == ["good"] && file.members.count == 2)
        #expect(try file.tensor("good", as: Float.self).scalars == [7])
        let error = #expect(throws: FileError.self) { try file.anyTensor("odd") }
        #expect(error?.description.contains(key) == true, "\(error as Any)")
    }

    @Test(arguments: [
        "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu",
    ])
    func everyNumberOfEightBits(type: String) throws {
        let file = try PyTorchFile(contentsOf: PyTorchFileTests.path("siblings.pt"))
        let found = try file.tensor(type, as: Float.self).scalars
        let rows = ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"]
        let row = rows.firstIndex(of: type) ?? 4
        let all = try NPY.read(PyTorchFileTests.path("float8.npy"), as: Float.self).scalars
        let expected = all[(row * 256)..<(row * 256 + 256)]
        for (index, pair) in zip(found, expected).enumerated() {
            #expect(
                pair.0.isNaN ? pair.1.isNaN : pair.0.bitPattern == pair.1.bitPattern,
                "\(type) \(index): \(pair)")
        }
    }
}
