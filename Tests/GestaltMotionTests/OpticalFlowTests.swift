import Foundation
import GestaltMotion
import GestaltTensor
import TestSupport
import Testing

@Suite struct OpticalFlowTests {
    /// A smooth picture `[H, W, 3]` whose content is displaced by (x, y).
    private static func picture(
        _ height: Int, _ width: Int, x dx: Double = 0, y dy: Double = 0
    ) -> Tensor<Float> {
        var values: [Float] = []
        for row in 0..<height {
            for column in 0..<width {
                let (u, v) = (Double(column) - dx, Double(row) - dy)
                for channel in 0..<3 {
                    let phase = Double(channel)
                    let wave = sin(0.55 * u + 0.21 * v + phase) + sin(0.31 * v - 0.17 * u + phase)
                    values.append(Float(0.5 + 0.2 * wave + 0.1 * sin(0.9 * u * 0.6 + 0.7 * v)))
                }
            }
        }
        return Tensor(shape: [height, width, 3], scalars: values)
    }

    /// The mean distance of a flow `[h, w, 2]` from (x, y) in pixels.
    private func error(_ flow: Tensor<Float>, x: Double, y: Double) -> Double {
        let values = flow.scalars
        let distances = stride(from: 0, to: values.count, by: 2).map {
            hypot(Double(values[$0]) - x, Double(values[$0 + 1]) - y)
        }
        return distances.reduce(0, +) / Double(distances.count)
    }

    @Test(arguments: [
        (0.0, 0.0), (1, 0), (0, -2), (0.5, 0.25), (3, -2), (-5, 4),
    ])
    func displacementsOfWholePicturesAreFound(x: Double, y: Double) {
        let flow = OpticalFlow().flow(
            from: Self.picture(48, 64), to: Self.picture(48, 64, x: x, y: y))
        #expect(flow.shape == [48, 64, 2])
        // At the border content leaves the picture.
        let inside = flow[8..<40, 8..<56]
        #expect(error(inside, x: x, y: y) < 0.05, "(\(x), \(y))")
    }

    /// A square of 16 pixels moves by (3, 1) over a background at rest.
    @Test func aMovingSquareMovesAlone() {
        let background = Self.picture(64, 64)
        let object = Self.picture(16, 16, x: 40, y: 7) * 0.6
        var (first, second) = (background, background)
        first[24..<40, 20..<36] = object
        second[25..<41, 23..<39] = object
        let flow = OpticalFlow().flow(from: first, to: second)
        #expect(error(flow[28..<36, 24..<32], x: 3, y: 1) < 0.15)
        #expect(error(flow[0..<16], x: 0, y: 0) < 0.01)
        #expect(error(flow[48..<64], x: 0, y: 0) < 0.01)
    }

    @Test(arguments: [[1, 1, 1], [13, 21, 1], [3, 40, 2]])
    func picturesOfAnySizeHaveAFlow(sizes: [Int]) {
        let shape = Shape(sizes)
        let picture: Tensor<Float> = .sample(shape, in: 0...1)
        let flow = OpticalFlow(levels: 4).flow(from: picture, to: picture)
        #expect(flow.shape == [sizes[0], sizes[1], 2])
        #expect(flow.abs().max().scalar < 1e-4, "an equal picture has not moved")
    }

    /// Brightness changes without texture: nothing says what moved where.
    @Test func flatPicturesHaveNoFlow() {
        let flow = OpticalFlow().flow(
            from: .zeros([16, 16, 3]), to: Tensor(repeating: 0.5, shape: [16, 16, 3]))
        #expect(flow == .zeros([16, 16, 2]))
    }

    @Test func framesOfTwoSizesStop() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            _ = OpticalFlow().flow(from: .zeros([4, 4, 3]), to: .zeros([4, 5, 3]))
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("OpticalFlow.flow") && text.contains("[4, 5, 3]"))
    }
}
