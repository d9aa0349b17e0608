import Foundation
import GestaltTensor
import TestSupport
import Testing

@Suite struct CodableTests {
    private func roundTrip<Scalar: TensorScalar & Codable>(
        _ tensor: Tensor<Scalar>
    ) throws -> Tensor<Scalar> {
        try JSONDecoder().decode(Tensor<Scalar>.self, from: JSONEncoder().encode(tensor))
    }

    @Test func tensorsSurviveJSON() throws {
        let x = Tensor<Float>.sample([2, 3, 4], in: -1e-20...1e20)
        #expect(try roundTrip(x) == x)
        #expect(try roundTrip(x.transposed()) == x.transposed())
        #expect(try roundTrip(Tensor<Double>(Double.pi)) == Tensor<Double>(Double.pi))
        #expect(try roundTrip(Tensor<UInt8>([0, 255])) == Tensor<UInt8>([0, 255]))
        #expect(try roundTrip(Tensor<Bool>([true, false])) == Tensor<Bool>([true, false]))
        #expect(try roundTrip(Tensor<Int32>.zeros([0, 3])) == .zeros([0, 3]))
    }

    @Test func theFormIsShapeAndScalars() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(Tensor<Int32>(rows: [[1, 2], [3, 4]]))
        #expect(
            String(decoding: data, as: UTF8.self) == #"{"scalars":[1,2,3,4],"shape":[2,2]}"#)
    }

    @Test func aTrackedTensorIsDecodedAsAConstant() throws {
        let found = gradients(at: [Tensor<Double>([1, 2])]) { points in
            let copy = try! roundTrip(points[0] * 3)
            #expect(!copy.isTracked && copy == Tensor([3, 6]))
            return (points[0] * copy).sum()
        }
        #expect(found[0] == Tensor([3, 6]))
    }

    @Test(arguments: [
        #"{"shape": [2], "scalars": [1]}"#, #"{"shape": [], "scalars": []}"#,
        #"{"shape": [-1], "scalars": [1]}"#, #"{"shape": [1]}"#,
        #"{"shape": [4294967296, 4294967296, 0], "scalars": []}"#,
        #"{"shape": [4294967296, 4294967296], "scalars": []}"#,
        #"{"shape": [1], "scalars": ["x"]}"#,
    ])
    func whatIsNoTensorIsRefused(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Tensor<Float>.self, from: Data(text.utf8))
        }
    }

    @Test func numbersThatJSONHasNotAreRefused() {
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(Tensor<Float>([.nan])) }
    }
}
