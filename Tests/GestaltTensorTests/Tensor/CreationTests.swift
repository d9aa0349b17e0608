import Foundation
import GestaltTensor
import TestSupport
import Testing

@Suite struct CreationTests {
    @Test func numbers() {
        #expect(Tensor<Float>(repeating: 2, shape: [2, 1]).scalars == [2, 2])
        #expect(Tensor<Bool>(repeating: true, shape: [0]).count == 0)
        #expect(Tensor<Int32>.range(2..<9, by: 3).scalars == [2, 5, 8])
        #expect(Tensor<Float>.range(3..<3).count == 0)
        #expect(
            Tensor<Double>.linearSpace(from: 0, to: 1, count: 5).scalars == [0, 0.25, 0.5, 0.75, 1])
        #expect(Tensor<Int64>.identity(2).scalars == [1, 0, 0, 1])
    }

    @Test func grids() {
        let (a, b) = (Tensor<Float>([1, 2]), Tensor<Float>([3, 4, 5]))
        let grid = Tensor.grid([a, b])
        #expect(grid[0] == .built([2, 3]) { a.at([$0[0]]) })
        #expect(grid[1] == .built([2, 3]) { b.at([$0[1]]) })
        #expect(Tensor.grid([a])[0] == a && Tensor<Float>.grid([]).isEmpty)
    }

    @Test func drawsAreThoseOfTheStreamAndMoveIt() {
        var (one, other) = (RandomStream(seed: 3), RandomStream(seed: 3))
        let normal = Tensor<Float>.normal([4], mean: 1, using: &one)
        #expect(normal == other.normal([4], mean: 1))
        #expect(
            Tensor<Double>.uniform([5], in: -1..<2, using: &one) == other.uniform([5], in: -1..<2))
    }

    @Test func negativeBoundsOfMergedAxesCountFromTheEnd() {
        let x = Tensor<Int32>.range(0..<24).reshaped([2, 3, 4])
        #expect(x.flattened(axes: -2...(-1)).shape == [2, 12])
        #expect(x.flattened(axes: -3...1).shape == [6, 4])
        #expect(x.flattened(axes: 0...2) == x.flattened())
    }

    @Test func aShapeSurvivesJSONAsAListAndWhatIsNoShapeIsRefused() throws {
        let shape: Shape = [2, 0, 3]
        let text = try JSONEncoder().encode(shape)
        #expect(String(decoding: text, as: UTF8.self) == "[2,0,3]")
        #expect(try JSONDecoder().decode(Shape.self, from: text) == shape)
        for bad in ["[-1]", "[1,1,1,1,1,1,1,1,1]", "[1.5]"] {
            #expect(throws: DecodingError.self, "\(bad)") {
                try JSONDecoder().decode(Shape.self, from: Data(bad.utf8))
            }
        }
    }
}
