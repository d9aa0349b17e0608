import GestaltFiles
import GestaltModels
import GestaltTensor
import TestSupport
import Testing

private struct Sizes: ModelConfiguration, Equatable {
    static let kind = "sizes"
    static let defaults: Sizes? = Sizes(width: 7, depth: 2)
    var width: Int
    var depth: Int

    func validate() throws(ConfigurationError) {
        guard width > 0 else { throw .invalid("width", expected: "1 or more", found: width) }
    }
}

private struct Others: ModelConfiguration {
    static let kind = "others"
    var width = 1
    func validate() {}
}

@Suite struct ModelFolderTests {
    private let temporary = TemporaryFolder()
    private var folder: ModelFolder { ModelFolder(temporary.path("model")) }

    private let tensors: [NamedTensor<Float>] = [
        (
            "first.weight",
            Tensor(shape: [2, 3], scalars: [1, -0.0, .infinity, 4, .leastNonzeroMagnitude, 6])
        ),
        ("scale", Tensor(3)),
    ]

    private var shapes: [(name: String, shape: Shape)] {
        tensors.map { ($0.name, $0.tensor.shape) }
    }

    private func write(_ configuration: String) throws {
        try folder.write(Sizes(width: 3, depth: 1), tensors: tensors, card: "# Card\n")
        _ = temporary.write(Array(configuration.utf8), as: "model/config.json")
    }

    @Test func survivesTheRoundTrip() throws {
        try folder.write(Sizes(width: 3, depth: 1), tensors: tensors, card: "# Card\n")
        #expect(try folder.kind() == "sizes")
        #expect(try folder.configuration() == Sizes(width: 3, depth: 1))
        let read = try folder.tensors(shapes)
        for (tensor, original) in zip(read, tensors) {
            #expect(tensor.scalars.map(\.bitPattern) == original.tensor.scalars.map(\.bitPattern))
        }
        #expect(temporary.bytes(of: "model/README.md") == Array("# Card\n".utf8))
        #expect(temporary.bytes(of: "model/config.json").count > 0)
    }

    @Test func matricesMayBeStoredAsBFloat16() throws {
        try folder.write(
            Sizes(width: 3, depth: 1), tensors: tensors, storage: .bfloat16, card: "")
        let matrix = try folder.tensors(shapes)[0]
        #expect(
            matrix.scalars.map(\.bitPattern)
                == tensors[0].tensor.scalars.map { BFloat16($0).float.bitPattern })
        #expect(try folder.tensors(shapes)[1].scalar == 3)
        let file = try SafeTensorsFile(contentsOf: folder.weightsPath)
        #expect(try file.anyTensor("first.weight").elementType == .bfloat16)
        #expect(try file.anyTensor("scale").elementType == .float32)
    }

    @Test func writingTwiceGivesTheSameBytes() throws {
        try folder.write(Sizes(width: 3, depth: 1), tensors: tensors, card: "")
        let (config, weights) = (
            temporary.bytes(of: "model/config.json"), temporary.bytes(of: "model/model.safetensors")
        )
        try folder.write(Sizes(width: 3, depth: 1), tensors: tensors.reversed(), card: "")
        #expect(temporary.bytes(of: "model/config.json") == config)
        #expect(temporary.bytes(of: "model/model.safetensors") == weights)
    }

    @Test func leftOutKeysTakeTheirDefaults() throws {
        try write(#"{"format": 1, "kind": "sizes", "configuration": {"depth": 9}}"#)
        #expect(try folder.configuration() == Sizes(width: 7, depth: 9))
    }

    static let wrongs = [
        (#"{"format": 1, "kind": "sizes", "configuration": {"widht": 9}}"#, "widht"),
        (#"{"format": 1, "kind": "sizes", "configuration": {"width": 0}}"#, "width"),
        (#"{"format": 1, "kind": "sizes", "configuration": {"width": 2.5}}"#, "width"),
        (#"{"format": 1, "kind": "sizes", "configuration": {}, "extra": 1}"#, "extra"),
        (#"{"format": 1, "configuration": {}}"#, "kind"),
        (#"{"format": 1, "kind": "sizes", "configuration": 3}"#, ""),
        ("", ""),
    ]

    @Test(arguments: wrongs) func whatIsWrongIsNamed(text: String, key: String) throws {
        try write(text)
        let error = try #require(throws: ConfigurationError.self) {
            try folder.configuration(Sizes.self)
        }
        #expect(error.key == key && error.path == folder.configurationPath, "\(error)")
    }

    @Test func otherKindsAndFormatsAreRefused() throws {
        try write(#"{"format": 2, "kind": "sizes", "configuration": {}}"#)
        #expect(
            throws: ModelFolderError.unsupportedFormat(
                path: folder.configurationPath, expected: 1, found: 2)
        ) { try folder.configuration(Sizes.self) }
        try folder.write(Sizes(width: 3, depth: 1), tensors: [], card: "")
        #expect(
            throws: ModelFolderError.wrongKind(
                path: folder.configurationPath, expected: "others", found: "sizes")
        ) { try folder.configuration(Others.self) }
    }

    @Test func tensorsThatDoNotFitAreNamed() throws {
        try folder.write(Sizes(width: 3, depth: 1), tensors: tensors, card: "")
        let path = folder.weightsPath
        #expect(throws: StateMismatch(path: path, problems: ["unexpected: scale"])) {
            try folder.tensors([shapes[0]])
        }
        #expect(throws: StateMismatch(path: path, problems: ["missing: more"])) {
            try folder.tensors(shapes + [("more", [4])])
        }
        // All at once.
        #expect(
            throws: StateMismatch(
                path: path,
                problems: [
                    "missing: more", "first.weight: expected [3, 2], found [2, 3]",
                    "unexpected: scale",
                ])
        ) { try folder.tensors([("first.weight", [3, 2]), ("more", [4])]) }
    }

    @Test func invalidConfigurationsAreNotWritten() throws {
        #expect(throws: ConfigurationError.self) {
            try folder.write(Sizes(width: 0, depth: 1), tensors: tensors, card: "")
        }
        #expect(temporary.names.isEmpty)
    }

    @Test func aMissingFolderIsAFileError() {
        #expect(throws: FileError.self) { try folder.kind() }
    }
}
