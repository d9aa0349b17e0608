import GestaltIO
import GestaltModels
import Testing

private struct Circle: ModelConfiguration {
    static let kind = "circle"
    var radius = 1
    func validate() {}
}

private struct Square: ModelConfiguration {
    static let kind = "square"
    var side = 2.5
    func validate() {}
}

private let shapes = Registry<any ModelConfiguration.Type>(
    "shape", ["circle": Circle.self, "square": Square.self])

private struct AnyShape: Codable, Equatable {
    var value: any ModelConfiguration

    init(_ value: any ModelConfiguration) { self.value = value }

    init(from decoder: any Decoder) throws {
        value = try Tagged.decode(from: decoder) { try shapes.entry(named: $0) }
    }

    func encode(to encoder: any Encoder) throws { try Tagged.encode(value, to: encoder) }

    static func == (a: Self, b: Self) -> Bool { Tagged.areEqual(a.value, b.value) }
}

private struct Drawing: Codable, Equatable { var shapes: [AnyShape] }

@Suite struct TaggedTests {
    private func decode(_ text: String) throws(ConfigurationError) -> Drawing {
        try StrictJSON.decode(from: Array(text.utf8), path: "drawing.json")
    }

    @Test func valuesKeepTheirTypes() throws {
        let drawing = Drawing(shapes: [AnyShape(Square(side: 0.5)), AnyShape(Circle(radius: 7))])
        let bytes = try StrictJSON.encode(drawing)
        let read = try StrictJSON.decode(Drawing.self, from: bytes)
        #expect(read == drawing)
        #expect(read.shapes[0].value as? Square == Square(side: 0.5))
        #expect(read.shapes[1].value as? Circle == Circle(radius: 7))
        #expect(
            try decode(#"{"shapes": [{"kind": "circle", "configuration": {"radius": 7}}]}"#)
                == Drawing(shapes: [AnyShape(Circle(radius: 7))]))
    }

    @Test func valuesOfOtherTypesOrContentAreNotEqual() {
        #expect(!Tagged.areEqual(Circle(radius: 1), Circle(radius: 2)))
        #expect(!Tagged.areEqual(Circle(), Square()))
        #expect(Tagged.areEqual(Square(), Square()))
    }

    @Test func anUnknownKindIsNamedWithFileAndTheKindsThereAre() {
        let error = #expect(throws: ConfigurationError.self) {
            try decode(#"{"shapes": [{"kind": "cube", "configuration": {}}]}"#)
        }
        #expect(
            error?.description
                == "drawing.json: “shapes.0.kind” should be one of circle, square, found “cube”")
        #expect(error?.key == "shapes.0.kind")
    }

    @Test(arguments: [
        (#"{"shapes": [{"configuration": {}}]}"#, "shapes.0.kind"),
        (#"{"shapes": [{"kind": "circle"}]}"#, "shapes.0.configuration"),
        (
            #"{"shapes": [{"kind": "circle", "configuration": {}}]}"#,
            "shapes.0.configuration.radius"
        ),
        (
            #"{"shapes": [{"kind": "circle", "configuration": {"radius": 1, "side": 2}}]}"#,
            "shapes.0.configuration.side"
        ),
        (
            #"{"shapes": [{"kind": "circle", "configuration": {"radius": 1}, "color": 2}]}"#,
            "shapes.0.color"
        ),
        (#"{"shapes": [{"kind": 3, "configuration": {}}]}"#, "shapes.0.kind"),
    ])
    func whatDoesNotFitIsNamedByKey(text: String, key: String) {
        let error = #expect(throws: ConfigurationError.self) { try decode(text) }
        #expect(error?.key == key && error?.path == "drawing.json")
    }
}
