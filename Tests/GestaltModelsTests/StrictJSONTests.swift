import GestaltFiles
import GestaltModels
import Testing

private struct Sizes: Codable, Equatable {
    var width = 32
    var rate: Float = 0.06
    var seed = UInt64.max
    var note: String?
    var stages = [Stage()]

    struct Stage: Codable, Equatable {
        var kernel = 3
        var kind = Kind.plain
    }

    enum Kind: Codable, Equatable {
        case plain
        case dilated(by: Int)
    }
}

@Suite struct StrictJSONTests {
    private func decode(_ text: String) throws(ConfigurationError) -> Sizes {
        try StrictJSON.decode(from: Array(text.utf8), defaults: Sizes(), path: "config.json")
    }

    @Test func whatIsLeftOutTakesItsDefault() throws {
        #expect(try decode(#"{"width": 8}"#) == Sizes(width: 8))
        #expect(try decode(#"{"note": "kept"}"#).note == "kept")
    }

    @Test func valuesSurviveTheRoundTrip() throws {
        let sizes = Sizes(
            width: -1, rate: 0.1, seed: .max - 1, note: "é/\n",
            stages: [.init(kernel: 1, kind: .dilated(by: 2)), .init()])
        let bytes = try StrictJSON.encode(sizes)
        #expect(try StrictJSON.decode(Sizes.self, from: bytes) == sizes)
        #expect(bytes.last == UInt8(ascii: "\n"))
    }

    static let strays = [
        (#"{"widht": 8}"#, "widht"),
        (#"{"note": null}"#, "note"),
        (#"{"stages": [{"kernel": 3, "kind": {"plain": {}}, "stride": 2}]}"#, "stages.0.stride"),
        (
            #"{"stages": [{"kernel": 3, "kind": {"dilated": {"by": 2, "at": 1}}}]}"#,
            "stages.0.kind.dilated.at"
        ),
    ]

    @Test(arguments: strays) func straysAreNamed(text: String, key: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try decode(text) }
        #expect(error.key == key && error.path == "config.json")
        guard case .unknownKey = error.problem else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.contains("“\(key)”"))
    }

    @Test func wrongTypesAndMissingKeysAreNamed() throws {
        let type = try #require(throws: ConfigurationError.self) {
            try decode(#"{"width": "wide"}"#)
        }
        #expect(type.key == "width")
        guard case .wrongType = type.problem else {
            Issue.record("\(type)")
            return
        }
        let fraction = try #require(throws: ConfigurationError.self) {
            try decode(
                #"{"stages": [{"kernel": 3, "kind": {"plain": {}}}, {"kernel": 2.5, "kind": {"plain": {}}}]}"#
            )
        }
        #expect(fraction.key == "stages.1.kernel")
        let missing = try #require(throws: ConfigurationError.self) {
            try decode(#"{"stages": [{"kernel": 3}]}"#)
        }
        #expect(missing.key == "stages.0.kind" && missing.problem == .missingKey)
    }

    @Test(arguments: [
        "", "{", "[1, 2", "no", #"{"width": 1e999}"#, #"{"width": 3} x"#,
        #"{"width": 3, "width": 4}"#, String(repeating: "[", count: 100_000),
    ])
    func whatIsNotJSONIsRefused(text: String) {
        #expect(throws: ConfigurationError.self) { try decode(text) }
    }

    @Test func numbersWithoutAWordAreRefused() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try StrictJSON.encode(Sizes(rate: .nan))
        }
        #expect(error.key == "rate")
    }
}
