import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

struct RunLengthMaskTests {
    struct Case: Decodable {
        let width: Int?
        let height: Int?
        let runs: [Int]
        let counts: String
        let area: Int?
        let bbox: [Double]?
    }

    private struct Table: Decodable { let cases: [Case] }

    @Test(
        "Compressed runs agree with pycocotools in both directions", .tags(.peer),
        .enabled(if: LabelFixtures.isThere, "\(LabelFixtures.message)"))
    func agreesWithTheTable() throws {
        let table = try #require(LabelFixtures.decode(Table.self, "coco/rule-runs.json"))
        #expect(table.cases.count >= 40)
        for (number, row) in table.cases.enumerated() {
            // Runs without a picture are one of a single column.
            let size = PictureSize(
                height: row.height ?? row.runs.reduce(0, +), width: row.width ?? 1)
            let mask = try RunLengthMask(size: size, compressed: row.counts)
            #expect(mask.runs == row.runs, "case \(number)")
            #expect(mask.compressed == row.counts, "case \(number)")
            guard let area = row.area, let box = row.bbox else { continue }
            #expect(mask.area == area, "case \(number)")
            let bounds = mask.bounds.map {
                [$0.columns.lowerBound, $0.rows.lowerBound, $0.columns.count, $0.rows.count]
            }
            #expect((bounds ?? [0, 0, 0, 0]).map(Double.init) == box, "case \(number)")
            #expect(RunLengthMask(bitmap: mask.bitmap) == mask, "case \(number)")
        }
    }

    @Test("Random masks survive bitmap, string and outlines exactly", arguments: 0..<40)
    func roundTrips(seed: Int) throws {
        let mask = RandomMask.mask(seed: seed)
        #expect(RunLengthMask(bitmap: mask.bitmap) == mask)
        #expect(try RunLengthMask(size: mask.size, compressed: mask.compressed) == mask)
        let outlines = LabelRegion.polygons(mask.outlines)
        #expect(outlines.runs(size: mask.size) == mask)
    }

    @Test("A ring has one outline with a bridge to its hole")
    func keyhole() {
        let bitmap = Tensor<UInt8>(rows: [
            [1, 1, 1, 1, 0], [1, 0, 0, 1, 0], [1, 1, 1, 1, 0], [0, 0, 0, 0, 1],
        ])
        let outlines = RunLengthMask(bitmap: bitmap).outlines
        #expect(outlines.count == 2)
        let ring: [LabelPoint] = [
            LabelPoint(4, 0), LabelPoint(4, 3), LabelPoint(0, 3), LabelPoint(0, 0),
            LabelPoint(1, 0), LabelPoint(1, 1), LabelPoint(1, 2), LabelPoint(3, 2),
            LabelPoint(3, 1), LabelPoint(1, 1), LabelPoint(1, 0),
        ]
        #expect(outlines[0] == ring)
    }

    @Test("Sets of pixels are combined as their bitmaps are", arguments: 0..<10)
    func sets(seed: Int) {
        let a = RandomMask.mask(seed: seed)
        let b = RandomMask.mask(seed: seed + 100, size: a.size)
        let pairs = zip(a.bitmap.scalars, b.bitmap.scalars)
        #expect(a.union(b).bitmap.scalars == pairs.map { $0 | $1 })
        #expect(a.intersection(b).bitmap.scalars == pairs.map { $0 & $1 })
        #expect(a.subtracting(b).bitmap.scalars == pairs.map { $0 & (1 - $1) })
        #expect(RunLengthMask.union([a, b, a], size: a.size) == a.union(b))
        #expect(RunLengthMask.union([], size: a.size).isEmpty)
    }

    @Test("Runs that are no mask are refused with the reason")
    func refused() {
        let size = PictureSize(height: 4, width: 5)
        #expect(throws: RunLengthError.sum(expected: 20, found: 19)) {
            try RunLengthMask(size: size, checking: [10, 9])
        }
        #expect(throws: RunLengthError.negative(index: 1, length: -1)) {
            try RunLengthMask(size: size, checking: [10, -1, 11])
        }
        #expect(throws: RunLengthError.sum(expected: 20, found: nil)) {
            try RunLengthMask(size: size, checking: [.max, 10, 11])
        }
        #expect(throws: RunLengthError.character(index: 2)) {
            try RunLengthMask(size: size, compressed: "00 0")
        }
        #expect(throws: RunLengthError.open) {
            try RunLengthMask(size: size, compressed: "0o")
        }
        #expect(throws: RunLengthError.tooWide(index: 12)) {
            try RunLengthMask(size: size, compressed: String(repeating: "o", count: 41))
        }
    }

    @Test("Runs of length 0 are merged, so that equal masks are equal")
    func merged() {
        let size = PictureSize(height: 2, width: 5)
        let plain = RunLengthMask(size: size, runs: [3, 4, 3])
        #expect(RunLengthMask(size: size, runs: [0, 0, 3, 1, 0, 3, 3, 0, 0]) == plain)
        #expect(RunLengthMask(size: size, runs: [10, 0]) == RunLengthMask(empty: size))
        #expect(RunLengthMask(size: PictureSize(height: 0, width: 3), runs: [0]).isEmpty)
    }
}

/// Masks of blocks and single pixels.
enum RandomMask {
    static func mask(seed: Int, size: PictureSize? = nil) -> RunLengthMask {
        var numbers = TestNumbers(seed: UInt64(seed) + 1)
        let size =
            size
            ?? PictureSize(
                height: 1 + Int(numbers.uniform(in: 0...40)),
                width: 1 + Int(numbers.uniform(in: 0...70)))
        let share = [0, 1, 0.05, 0.3, 0.5, 0.7, 0.95][seed % 7]
        let block = seed % 3 == 0 ? 5 : 1
        let across = size.width / block + 1
        let blocks = (0..<((size.height / block + 1) * across)).map { _ in
            numbers.uniform(in: 0...1) < share
        }
        let pixels = (0..<size.pixelCount).map { place in
            blocks[place / size.width / block * across + place % size.width / block]
        }
        return RunLengthMask(size: size, rows: pixels) { $0 }
    }
}
