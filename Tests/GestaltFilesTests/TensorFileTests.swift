import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

@Suite struct TensorFileTests {
    @Test(arguments: ["npy", "npz", "safetensors"])
    func everyFormatThatIsWrittenIsReadBack(_ ending: String) throws {
        let folder = TemporaryFolder()
        let path = folder.path("x." + ending)
        let x = Tensor<Float>.sample([2, 0, 3]).reshaped([0, 6])
        let y = Tensor<Float>.sample([3, 4]).transposed()
        for tensor in [x, y, Tensor(1.5)] {
            try tensor.write(to: path, name: "weights")
            #expect(try Tensor<Float>(contentsOf: path) == tensor)
        }
        try Tensor<UInt8>([1, 255]).write(to: path)
        #expect(try Tensor<Int32>(contentsOf: path).scalars == [1, 255])
    }

    @Test func anotherEndingNoFileAndNoArrayAreTypedErrorsWithThePath() throws {
        let folder = TemporaryFolder()
        #expect(throws: FileError.self) { try Tensor<Float>([1]).write(to: folder.path("x.txt")) }
        #expect(folder.names.isEmpty)
        let text = folder.write(Array("no array".utf8), as: "x.npy")
        for path in [text, folder.path("missing.npy")] {
            let error = #expect(throws: FileError.self) { try Tensor<Float>(contentsOf: path) }
            #expect(error.map { "\($0)".contains(path) } == true)
        }
    }
}
