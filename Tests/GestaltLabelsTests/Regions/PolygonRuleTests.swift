import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

struct PolygonRuleTests {
    struct Case: Decodable {
        let kind: String
        let width: Int
        let height: Int
        let polygon: [Double]
        let counts: String
        let pixels: Int
    }

    private struct Table: Decodable { let cases: [Case] }

    @Test(
        "Polygons are filled as pycocotools fills them, to the pixel", .tags(.peer),
        .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"))
    func agreesWithTheTable() throws {
        let table = try #require(LabelFixtures.decode(Table.self, "coco/rule-polygons.json"))
        #expect(table.cases.count >= 100)
        for (number, row) in table.cases.enumerated() {
            let size = PictureSize(height: row.height, width: row.width)
            let mask = RunLengthMask(filling: points(row.polygon), size: size)
            #expect(mask.compressed == row.counts, "case \(number), \(row.kind)")
            #expect(mask.area == row.pixels, "case \(number), \(row.kind)")
        }
    }

    @Test("A square on pixel corners has exactly its pixels")
    func square() {
        let size = PictureSize(height: 4, width: 5)
        let mask = RunLengthMask(filling: points([1, 1, 4, 1, 4, 3, 1, 3]), size: size)
        #expect(
            mask.bitmap
                == Tensor(rows: [
                    [0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0],
                ]
                ))
        #expect(mask.runs == [5, 2, 2, 2, 2, 2, 5])
    }

    @Test("Coordinates far outside take no longer and give the part inside")
    func farCoordinates() {
        let size = PictureSize(height: 64, width: 96)
        let near = RunLengthMask(filling: points([10, 10, 200, 10, 200, 200, 10, 200]), size: size)
        for far in [3e8, 1e12, 1e300, .greatestFiniteMagnitude] {
            let mask = RunLengthMask(
                filling: points([10, 10, far, 10, far, far, 10, far]), size: size)
            #expect(mask == near, "\(far)")
        }
        let around = points([-1e18, -1e18, 1e18, -1e18, 1e18, 1e18, -1e18, 1e18])
        #expect(RunLengthMask(filling: around, size: size).area == size.pixelCount)
        let beyond = RunLengthMask(filling: points([1e9, 1e9, 2e9, 1e9, 2e9, 2e9]), size: size)
        #expect(beyond.isEmpty)
    }

    @Test("A dense zigzag across a small picture keeps memory bounded and is right")
    func zigzag() {
        let size = PictureSize(height: 8, width: 8)
        var zigzag: [LabelPoint] = []
        for step in 0..<4001 { zigzag.append(LabelPoint(step % 2 == 0 ? -1 : 9, 2)) }
        #expect(RunLengthMask(filling: zigzag, size: size).isEmpty)
        // The same lines with a square between them.
        zigzag += points([9, 2, 9, 5, -1, 5, -1, 2])
        #expect(RunLengthMask(filling: zigzag, size: size).area == 24)
    }

    @Test("Rings are united, and one ring that crosses itself is even-odd")
    func unions() {
        let size = PictureSize(height: 10, width: 10)
        let region = LabelRegion.polygons([
            points([0, 0, 6, 0, 6, 6, 0, 6]), points([2, 2, 8, 2, 8, 8, 2, 8]),
        ])
        #expect(region.runs(size: size).area == 36 + 36 - 16)
        let crossed = LabelRegion.polygons([
            points([0, 0, 6, 0, 6, 6, 0, 6, 0, 0, 6, 0, 6, 6, 0, 6])
        ])
        #expect(crossed.runs(size: size).isEmpty)
    }

    private func points(_ numbers: [Double]) -> [LabelPoint] {
        stride(from: 0, to: numbers.count - 1, by: 2).map {
            LabelPoint(numbers[$0], numbers[$0 + 1])
        }
    }
}
