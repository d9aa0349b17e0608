import GestaltData
import GestaltMedia
import Testing

/// Damaged records under correct checksums: whatever the bytes say, the reader must answer with
/// clips or with an error of its own kind.
@Suite struct ReaderMutationTests {
    @Test(arguments: 0..<8) func damagedRecordsGiveTypedErrors(seed: UInt64) throws {
        let whole = Example(features: RecordTests.features(frames: [0, 1, 2])).serialized()
        var random = Mutation(state: seed)
        var rejected = 0
        try withTemporaryFolder { folder in
            let path = folder + "/a.tfrecords"
            for round in 0..<250 {
                var bytes = whole
                random.damage(&bytes)
                let writer = try TFRecordWriter(path: path)
                try writer.append(bytes)
                try writer.finish()
                do {
                    let set = try DataSet.open(path, options: ClipOptions(height: 2, width: 3))
                    #expect(set.clips.allSatisfy { $0.height == 2 && $0.width == 3 })
                } catch is ClipError {
                    rejected += 1
                } catch is MediaError {
                    rejected += 1
                } catch {
                    Issue.record("seed \(seed), round \(round): \(error)")
                }
            }
        }
        // Changes of pixel values go unnoticed; most others do not.
        #expect(rejected > 50)
    }
}

private struct Mutation {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state = (state &+ 0x9E37_79B9) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0...next(below: 3) {
            let place = next(below: bytes.count)
            switch next(below: 5) {
            case 0: bytes[place] ^= 1 << next(below: 8)
            case 1: bytes[place] = UInt8(next(below: 256))
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(UInt8(next(below: 256)), at: place)
            default: bytes.removeLast(min(place, bytes.count - 1))
            }
        }
    }
}
