import GestaltChecks
import GestaltMedia
import GestaltTensor
import Testing

@Suite struct ResizingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let width: Int
        let interpolation: Interpolation
        let expected: [UInt8]
        var testDescription: String { "\(interpolation) to \(width)" }
    }

    static let line: [UInt8] = [0, 100, 200, 40, 80, 250]

    // By hand from the definition: weights 1 − |distance| / max(1, step), normalized.
    static let cases = [
        Case(width: 6, interpolation: .triangle, expected: line),
        // Step 2, centers 1, 3, 5; weights 3, 3, 1 at the ends and 1, 3, 3, 1 inside.
        Case(width: 3, interpolation: .triangle, expected: [71, 113, 147]),
        Case(width: 3, interpolation: .nearest, expected: [100, 40, 250]),
        Case(width: 2, interpolation: .nearest, expected: [100, 80]),
        Case(width: 1, interpolation: .triangle, expected: [111]),
    ]

    @Test(arguments: cases) func oneAxis(_ item: Case) {
        let row = Tensor<UInt8>(shape: [1, 6], scalars: Self.line)
        let resized = row.resized(height: 1, width: item.width, by: item.interpolation)
        #expect(resized.scalars == item.expected)
        let column = Tensor<UInt8>(shape: [6, 1, 1], scalars: Self.line)
        let turned = column.resized(height: item.width, width: 1, by: item.interpolation)
        #expect(turned.scalars == item.expected && turned.shape.rank == 3)
    }

    @Test func growingInterpolates() {
        let row = Tensor<UInt8>(shape: [1, 2], scalars: [0, 100])
        #expect(row.resized(height: 1, width: 4).scalars == [0, 25, 75, 100])
        #expect(row.resized(height: 1, width: 4, by: .nearest).scalars == [0, 0, 100, 100])
    }

    @Test func channelsStayApart() {
        let picture = noise(height: 17, width: 23, channels: 3, seed: 5)
        let resized = picture.resized(height: 9, width: 31).scalars
        for channel in 0..<3 {
            let plane = Tensor<UInt8>(
                shape: [17, 23],
                scalars: stride(from: channel, to: 17 * 23 * 3, by: 3).map { picture.scalars[$0] })
            let alone = plane.resized(height: 9, width: 31).scalars
            #expect(alone == stride(from: channel, to: 9 * 31 * 3, by: 3).map { resized[$0] })
        }
    }

    @Test func constantStaysConstant() {
        let flat = Tensor<UInt8>(repeating: 201, shape: [13, 7, 1])
        #expect(flat.resized(height: 5, width: 40).scalars.allSatisfy { $0 == 201 })
    }

    @Test func magnifyingRepeats() {
        let picture = Tensor<UInt8>(shape: [1, 2], scalars: [3, 4])
        #expect(picture.magnified(by: 2).scalars == [3, 3, 4, 4, 3, 3, 4, 4])
    }

    static let sizes = [
        [5, 7, 3, 4], [7, 5, 12, 9], [40, 24, 13, 57], [13, 57, 40, 24], [300, 200, 128, 333],
    ]

    /// Bytes and floats alike, by the definition, pixel by pixel in the same order of sums; the
    /// large ones are divided over threads.
    @Test(arguments: sizes) func equalsTheDefinitionToTheBit(_ size: [Int]) {
        let picture = noise(height: size[0], width: size[1], channels: 3, seed: 8)
        let maps = picture.cast(to: Float.self) / 255 - 0.5
        let expected = defined(maps, size[2], size[3])
        #expect(maps.resized(height: size[2], width: size[3]).scalars == expected)
        let bytes = defined(picture.cast(to: Float.self), size[2], size[3])
            .map { UInt8(min(255, max(0, $0 + 0.5))) }
        #expect(picture.resized(height: size[2], width: size[3]).scalars == bytes)
    }

    @Test func picturesOfABatchAreResizedAsAlone() {
        let pictures = (0..<6).map {
            noise(height: 33, width: 47, channels: 3, seed: UInt64($0)).expanded(axis: 0)
        }
        let batch = concatenated(pictures, axis: 0).reshaped([2, 3, 33, 47, 3])
        let resized = batch.resized(height: 64, width: 20)
        #expect(resized.shape == [2, 3, 64, 20, 3])
        let nearest = batch.resized(height: 64, width: 20, by: .nearest)
        for (index, picture) in pictures.enumerated() {
            let alone = picture.reshaped([33, 47, 3])
            #expect(resized[index / 3][index % 3] == alone.resized(height: 64, width: 20))
            #expect(
                nearest[index / 3][index % 3]
                    == alone.resized(height: 64, width: 20, by: .nearest))
        }
    }

    @Test func labelsOfAnyTypeAreThoseOfTheNearestPixel() {
        let ids = noise(height: 11, width: 9, channels: 1, seed: 3).reshaped([11, 9])
        let wide = ids.cast(to: Int32.self) * 1000
        let maps = stacked([wide, wide + 1], axis: 0)
        let resized = maps.resizedLabels(height: 200, width: 300)
        #expect(resized.shape == [2, 200, 300])
        for (row, column) in [(0, 0), (199, 299), (77, 150), (100, 33)] {
            let source = ids[(2 * row + 1) * 11 / 400][(2 * column + 1) * 9 / 600].scalar
            #expect(resized[0][row][column].scalar == Int32(source) * 1000)
            #expect(resized[1][row][column].scalar == Int32(source) * 1000 + 1)
        }
        #expect(
            ids.resizedLabels(height: 5, width: 14)
                == ids.resized(height: 5, width: 14, by: .nearest))
    }

    @Test("bits do not depend on the number of threads")
    func threads() async {
        // In a process of its own: the number is everybody's.
        await #expect(processExitsWith: .success) {
            let picture = noise(height: 300, width: 400, channels: 3, seed: 4)
            let maps = picture.centeredPixels()
            Runtime.threads = 1
            let one = (
                picture.resized(height: 190, width: 510), maps.resized(height: 190, width: 510)
            )
            for threads in [2, 3] {
                Runtime.threads = threads
                require(
                    picture.resized(height: 190, width: 510) == one.0
                        && maps.resized(height: 190, width: 510) == one.1
                        && picture.centeredPixels() == maps && maps.pixelBytes() == picture,
                    "bits differ with \(threads) threads")
            }
        }
    }

    /// `[H, W, C]` in another size: rows first where they become fewer, else columns.
    private func defined(_ maps: Tensor<Float>, _ height: Int, _ width: Int) -> [Float] {
        func axis(_ x: [Float], outer: Int, from: Int, to: Int, inner: Int) -> [Float] {
            let step = Double(from) / Double(to)
            var result = [Float](repeating: 0, count: outer * to * inner)
            for target in 0..<to {
                let (center, reach) = ((Double(target) + 0.5) * step, max(1, step))
                let first = max(0, Int(center - reach + 0.5))
                let last = min(from, Int(center + reach + 0.5))
                let raw = (first..<last).map { max(0, 1 - abs(Double($0) + 0.5 - center) / reach) }
                let total = raw.reduce(0, +)
                for block in 0..<outer {
                    for (tap, weight) in raw.enumerated() {
                        for index in 0..<inner {
                            result[(block * to + target) * inner + index] +=
                                Float(weight / total)
                                * x[(block * from + first + tap) * inner + index]
                        }
                    }
                }
            }
            return result
        }
        let (rows, columns, channels) = (maps.shape[0], maps.shape[1], maps.shape[2])
        guard height < rows else {
            let narrow = axis(maps.scalars, outer: rows, from: columns, to: width, inner: channels)
            return axis(narrow, outer: 1, from: rows, to: height, inner: width * channels)
        }
        let low = axis(
            maps.scalars, outer: 1, from: rows, to: height, inner: columns * channels)
        return axis(low, outer: height, from: columns, to: width, inner: channels)
    }
}
