import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

/// Every reader is fed a few thousand broken files. A value or a ``FileError`` is right, another
/// error fails the test, a crash or a hang ends it.
@Suite(.timeLimit(.minutes(30))) struct MutationTests {
    private static func attack(
        _ seed: UInt64, count: Int, _ file: [UInt8], name: String = #function,
        _ read: ([UInt8]) throws -> Void
    ) {
        let attack = ReaderAttack(name, seed: seed, count: count, [file])
        let problems = attack.run(expecting: { $0 is FileError }, read)
        #expect(problems.isEmpty, "\(problems.prefix(5))")
    }

    private static let tensors: [(name: String, tensor: AnyTensor)] = [
        ("weight", AnyTensor(Tensor<Float>(shape: [3, 4], scalars: (0..<12).map { Float($0) }))),
        ("mask", AnyTensor(Tensor<Bool>([true, false, true]))),
        ("steps", AnyTensor(Tensor<Int64>(shape: [1], scalars: [17]))),
    ]

    @Test func safeTensors() throws {
        let folder = TemporaryFolder()
        try SafeTensors.write(Self.tensors, metadata: ["step": "3"], to: folder.path("a"))
        Self.attack(1, count: 4000, folder.bytes(of: "a")) { bytes in
            let file = try SafeTensorsFile(bytes: bytes)
            for name in file.names { _ = try file.anyTensor(name) }
        }
    }

    @Test func npy() {
        let file = NPY.encode(Tensor<Float>(shape: [3, 4], scalars: (0..<12).map { Float($0) }))
        Self.attack(2, count: 6000, file) { _ = try NPY.decode($0, as: Float.self) }
    }

    @Test(arguments: [false, true]) func npz(compressed: Bool) throws {
        let folder = TemporaryFolder()
        try NPZ.write(Self.tensors, compressed: compressed, to: folder.path("a"))
        Self.attack(3, count: 4000, folder.bytes(of: "a")) { bytes in
            let file = try NPZFile(bytes: bytes)
            for name in file.names { _ = try file.anyTensor(name) }
        }
    }
}
