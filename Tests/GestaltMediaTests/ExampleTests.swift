import GestaltMedia
import Testing

@Suite struct ExampleTests {
    private let example = Example(features: [
        "image": .bytes([[1, 2, 3], []]), "action": .floats([0.5, -1, .infinity]),
        "ids": .integers([0, -1, .max]), "none": .floats([]),
    ])

    @Test func roundTrip() throws {
        let bytes = example.serialized()
        #expect(try Example(serialized: bytes) == example)
        #expect(example.serialized() == bytes)
    }

    /// By hand from the wire format: field numbers and packing of TensorFlow's messages.
    @Test(arguments: [
        // {"k": bytes ["ab"]}
        (Example.Feature.bytes([[97, 98]]), [0x0A, 4, 0x0A, 2, 97, 98] as [UInt8]),
        // {"k": floats [1]}, packed
        (.floats([1]), [0x12, 6, 0x0A, 4, 0, 0, 0x80, 0x3F]),
        // {"k": integers [1, 300]}, packed varints
        (.integers([1, 300]), [0x1A, 5, 0x0A, 3, 1, 0xAC, 0x02]),
    ])
    func wireFormat(_ feature: Example.Feature, _ wire: [UInt8]) throws {
        let entry: [UInt8] = [0x0A, 1, 107, 0x12, UInt8(wire.count)] + wire
        let features = [0x0A, UInt8(entry.count)] + entry
        let bytes = [0x0A, UInt8(features.count)] + features
        let example = Example(features: ["k": feature])
        #expect(example.serialized() == bytes)
        #expect(try Example(serialized: bytes) == example)
    }

    /// Writers other than TensorFlow may leave lists unpacked; readers must take both.
    @Test func unpackedFloats() throws {
        let wire: [UInt8] = [0x12, 10, 0x0D, 0, 0, 0x80, 0x3F, 0x0D, 0, 0, 0, 0x40]
        let entry: [UInt8] = [0x0A, 1, 107, 0x12, UInt8(wire.count)] + wire
        let features = [0x0A, UInt8(entry.count)] + entry
        let example = try Example(serialized: [0x0A, UInt8(features.count)] + features)
        #expect(example.features == ["k": .floats([1, 2])])
    }

    @Test func brokenBytesAreAnErrorWithTheName() {
        let bytes = example.serialized()
        let error = #expect(throws: MediaError.self) {
            try Example(serialized: Array(bytes.dropLast()), name: "clip 3")
        }
        #expect(error?.path == "clip 3")
    }

    @Test func nothingIsAnEmptyExample() throws {
        #expect(try Example(serialized: []).features.isEmpty)
    }

    private let sequence = SequenceExample(
        context: ["id": .bytes([[7]])],
        lists: ["frames": [.bytes([[1, 2]]), .bytes([[3]])], "reward": [.floats([0.5])]])

    @Test func sequencesRoundTrip() throws {
        let bytes = sequence.serialized()
        #expect(try SequenceExample(serialized: bytes) == sequence)
        #expect(sequence.serialized() == bytes)
    }

    /// By hand: context in field 1, lists in field 2, one feature a step in field 1 of a list.
    @Test func sequenceOnTheWire() throws {
        func message(_ field: UInt8, _ data: [UInt8]) -> [UInt8] {
            [field << 3 | 2, UInt8(data.count)] + data
        }
        let steps = [[97], [98]].map { message(1, message(1, message(1, $0))) }.flatMap { $0 }
        let entry = message(1, Array("f".utf8)) + message(2, steps)
        let bytes = message(2, message(1, entry))
        let sequence = SequenceExample(lists: ["f": [.bytes([[97]]), .bytes([[98]])]])
        #expect(sequence.serialized() == bytes)
        #expect(try SequenceExample(serialized: bytes) == sequence)
    }

    @Test func anExampleIsASequenceWithoutLists() throws {
        let sequence = try SequenceExample(serialized: example.serialized())
        #expect(sequence == SequenceExample(context: example.features))
    }

    /// The lists would be lost.
    @Test func aSequenceIsNoExample() throws {
        let error = #expect(throws: MediaError.self) {
            try Example(serialized: sequence.serialized(), name: "record 1")
        }
        #expect(error?.description.contains("frames of 2 steps, reward of 1 steps") == true)
    }
}
