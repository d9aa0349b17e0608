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
}
