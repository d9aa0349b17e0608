import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

@Suite struct NPYTests {
    @Test func roundTripOfEveryType() throws {
        let folder = TemporaryFolder()
        func check<Scalar: StoredScalar>(_ scalars: [Scalar], _ shape: Shape) throws {
            let tensor = Tensor(shape: shape, scalars: scalars)
            try NPY.write(tensor, to: folder.path("a.npy"))
            let again = try NPY.read(folder.path("a.npy"), as: Scalar.self)
            #expect(again.shape == shape && again.scalars == scalars)
            #expect(NPY.encode(tensor) == folder.bytes(of: "a.npy"))
            #expect(try NPY.info(folder.path("a.npy")).type == StoredType(Scalar.elementType))
        }
        try check([1.5, -2, .infinity] as [Float], [3])
        try check([0.1] as [Double], [])
        try check([1, -2, 3, 4, 5, 6] as [Int32], [1, 2, 3])
        try check([.min, .max] as [Int64], [2, 1])
        try check([0, 255] as [UInt8], [2])
        try check([true, false] as [Bool], [1, 2])
        try check([Float16Bits(bits: 0x3C00)], [1])
        try check([] as [Float], [0, 3])
        #expect(folder.names == ["a.npy"])
    }

    /// The bytes of `numpy.save` (NumPy 2) for `[[1, 2]]` of `<i2`.
    @Test func headerIsThatOfNumPy() throws {
        let tensor = Tensor<Int32>(shape: [1, 2], scalars: [1, 2])
        let text = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }"
        let bytes = NPY.encode(tensor)
        #expect(String(decoding: bytes[10..<(10 + text.utf8.count)], as: UTF8.self) == text)
        #expect(bytes.count == 128 + 8 && bytes[8] == 118 && bytes[127] == 10)
        let vector = NPY.encode(Tensor<Int32>([5]))
        #expect(String(decoding: vector[10..<80], as: UTF8.self).contains("'shape': (1,), }"))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let header: String
        let data: [UInt8]
        var version: UInt8 = 1
        let shape: [Int]
        let expected: [Double]
    }

    static let cases = [
        Case(
            testDescription: "big-endian",
            header: "{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }",
            data: [1, 0, 0xFF, 0xFE], shape: [2], expected: [256, -2]),
        Case(
            testDescription: "big-endian double",
            header: "{'descr': '>f8', 'fortran_order': False, 'shape': (), }",
            data: [0x3F, 0xF8, 0, 0, 0, 0, 0, 0], shape: [], expected: [1.5]),
        Case(
            testDescription: "columns first",
            header: "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }",
            data: [1, 4, 2, 5, 3, 6], shape: [2, 3], expected: [1, 2, 3, 4, 5, 6]),
        Case(
            testDescription: "columns first, rank 3",
            header: "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2), }",
            data: [0, 4, 2, 6, 1, 5, 3, 7], shape: [2, 2, 2], expected: [0, 1, 2, 3, 4, 5, 6, 7]),
        Case(
            testDescription: "half",
            header: "{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }",
            data: [0, 0x3C, 0, 0xC1], shape: [2], expected: [1, -2.5]),
        Case(
            testDescription: "version 2, keys in another order, double quotes",
            header: "{\"shape\": (1,), \"fortran_order\": False, \"descr\": \"|i1\"}",
            data: [0xFF], version: 2, shape: [1], expected: [-1]),
        Case(
            testDescription: "version 3, long numbers of Python 2",
            header: "{'descr': '<u2', 'fortran_order': False, 'shape': (1L, 1L), }",
            data: [0xFF, 0xFF], version: 3, shape: [1, 1], expected: [65535]),
        Case(
            testDescription: "unsigned of four bytes",
            header: "{'descr': '<u4', 'fortran_order': False, 'shape': (1,), }",
            data: [0xFF, 0xFF, 0xFF, 0xFF], shape: [1], expected: [4_294_967_295]),
        Case(
            testDescription: "truth",
            header: "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }",
            data: [1, 0], shape: [2], expected: [1, 0]),
    ]

    @Test(arguments: cases) func decodes(_ item: Case) throws {
        let bytes = npyFile(item.header, data: item.data, version: item.version)
        let tensor = try NPY.decode(bytes, as: Double.self)
        #expect(tensor.shape.dimensions == item.shape && tensor.scalars == item.expected)
    }

    @Test(arguments: [
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "pickles"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "several fields"),
        ("{'descr': [('a', '<f4'], 'fortran_order': False, 'shape': (1,), }", "dictionary"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "float32 [3]"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), 'x': 'y', }", "descr"),
        ("{'descr': '<f4', 'shape': (1,), }", "descr"),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
            "float32"
        ),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "dict"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "dictionary"),
        ("{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': (1,), }", "dictionary"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,4), }", "8 axes"),
        ("", "dictionary"),
    ])
    func refuses(_ header: String, _ told: String) {
        let error = #expect(throws: FileError.self) {
            try NPY.decode(npyFile(header, data: [0, 0, 0, 0]), as: Float.self, name: "x.npy")
        }
        #expect(
            error?.path == "x.npy" && error?.description.contains(told) == true, "\(error as Any)")
    }

    @Test func truncationAndTrailingBytes() throws {
        let file = NPY.encode(Tensor<Float>([1, 2, 3]))
        for count in 0..<file.count {
            #expect(throws: FileError.self) {
                try NPY.decode(Array(file[..<count]), as: Float.self)
            }
        }
        #expect(throws: FileError.self) { try NPY.decode(file + [1], as: Float.self) }
        #expect(throws: FileError.self) { try NPY.read("/nowhere/a.npy", as: Float.self) }
    }
}
