import GestaltFiles
import GestaltTensor
import Testing

/// Tensors and storages that do not fit each other.
@Suite(.timeLimit(.minutes(1))) struct HostileTensorTests {
    private static let four = storageBytes([1, 2, 3, 4])

    private static func open(_ body: [UInt8], count: Int = 4) throws -> PyTorchFile {
        try PyTorchFile(
            bytes:
                ZipBuilder.checkpoint(
                    Pickled.whole(Pickled.dictionary([("w", body)])),
                    storages: [("0", Array(four.prefix(4 * count)))]
                ).bytes)
    }

    @Test(arguments: [
        (0, [2, 2], [2, 1], [1, 2, 3, 4] as [Float]), (1, [3], [1], [2, 3, 4]),
        (3, [], [], [4]), (0, [2, 2], [1, 2], [1, 3, 2, 4]),
        (1, [2, 3], [0, 1], [2, 3, 4, 2, 3, 4]),
        (0, [2], [3], [1, 4]), (4, [0, 5], [5, 1], []), (2, [1, 1, 2], [999, 7, 1], [3, 4]),
    ])
    func layouts(offset: Int, shape: [Int], strides: [Int], expected: [Float]) throws {
        let file = try Self.open(
            Pickled.tensor(
                Pickled.storage("0", count: 4), offset: offset, shape: shape, strides: strides))
        let tensor = try file.tensor("w", as: Float.self)
        #expect(tensor.shape.dimensions == shape && tensor.scalars == expected)
    }

    @Test(arguments: [
        (0, [5], [1]), (1, [4], [1]), (0, [2, 2], [4, 1]), (4, [1], [1]), (-1, [2], [1]),
        (0, [2], [-1]), (0, [-2], [1]), (0, [2, 2], [1]), (0, [1 << 62, 4], [0, 1]),
        (0, [1 << 40], [0]), (.max, [2], [1]), (0, [3], [.max]), (0, [1 << 32, 1 << 32], [0, 0]),
        (0, [2, 3], [1 << 62, 1 << 62]), (.max, [1], [1]),
    ])
    func outside(offset: Int, shape: [Int], strides: [Int]) {
        #expect(throws: FileError.self) {
            try Self.open(
                Pickled.tensor(
                    Pickled.storage("0", count: 4), offset: offset, shape: shape, strides: strides))
        }
    }

    @Test func tooManyAxes() throws {
        let storage = Pickled.storage("0", count: 4)
        let ones = [Int](repeating: 1, count: 65)
        #expect(throws: FileError.self) {
            try Self.open(Pickled.tensor(storage, shape: ones, strides: ones))
        }
        let nine = [Int](repeating: 1, count: 9)
        let file = try Self.open(Pickled.tensor(storage, shape: nine, strides: nine))
        #expect(throws: FileError.self) { try file.anyTensor("w") }
    }

    @Test func storagesOfAnotherSize() {
        for count in [3, 5, -1, 1 << 61, .max] {
            #expect(throws: FileError.self, "\(count)") {
                try Self.open(
                    Pickled.tensor(
                        Pickled.storage("0", count: count), shape: [1], strides: [1]))
            }
        }
        // One name, two sizes.
        #expect(throws: FileError.self) {
            try Self.open(
                Pickled.tuple([
                    Pickled.storage("0", count: 4), Pickled.storage("0", count: 3),
                ]))
        }
        #expect(throws: FileError.self) {
            try Self.open(Pickled.storage("1", count: 4))
        }
    }

    @Test func storagesAreTensorsToo() throws {
        let file = try Self.open(Pickled.storage("0", count: 4))
        #expect(try file.tensor("w", as: Float.self).scalars == [1, 2, 3, 4])
        let raw = try Self.open(Pickled.storage("0", kind: "UntypedStorage", count: 16))
        #expect(try raw.anyTensor("w").elementType == .uint8)
    }

    @Test func twiceTheSameName() {
        let tensor = Pickled.tensor(Pickled.storage("0", count: 4), shape: [1], strides: [1])
        let error = #expect(throws: FileError.self) {
            try PyTorchFile(
                bytes:
                    ZipBuilder.checkpoint(
                        Pickled.whole(Pickled.dictionary([("w", tensor), ("w", tensor)])),
                        storages: [("0", Self.four)]
                    ).bytes)
        }
        #expect(error?.description.contains("w twice") == true)
    }
}
