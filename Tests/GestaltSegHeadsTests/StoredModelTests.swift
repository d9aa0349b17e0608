import Foundation
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import TestSupport
import Testing

@Suite struct StoredModelTests {
    /// A folder of its own for each test, removed afterwards.
    static func withFolder(_ body: (String) throws -> Void) throws {
        let temporary = TemporaryFolder()
        try body(temporary.path("model"))
    }

    static func unet() -> UNet {
        var random = RandomStream(seed: 9)
        return UNet(UNetConfiguration(widths: [4, 6], classes: 2), random: &random)
    }

    static func edit(_ path: String, _ change: (String) -> String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try change(text).write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// A diverged or damaged model is not one that finds nothing.
    @Test(arguments: [Float.nan, .infinity]) func weightsThatAreNotFiniteAreNamed(
        value: Float
    ) throws {
        try Self.withFolder { folder in
            var model = Self.unet()
            model.scores.weight[0] = Tensor(
                repeating: value, shape: Shape(model.scores.weight.shape.dropFirst()))
            try model.write(to: folder)
            let error = #expect(throws: StateMismatch.self) { try UNet(folder: folder) }
            #expect(error?.problems == ["scores.weight: numbers that are not finite"])
            #expect(error?.path == folder + "/model.safetensors")
        }
    }

    @Test func whatIsReadIsWhatWasWritten() throws {
        try Self.withFolder { folder in
            let model = Self.unet()
            try model.write(to: folder)
            let read = try UNet(folder: folder)
            #expect(read.configuration == model.configuration)
            #expect(
                zip(read.state, model.state).allSatisfy {
                    $0.path == $1.path && $0.value == $1.value
                })
            let frames = noise([1, 16, 16, 3])
            #expect(read.logits(frames, .inference) == model.logits(frames, .inference))
            let again = folder + "-again"
            defer { try? FileManager.default.removeItem(atPath: again) }
            try read.write(to: again)
            for name in ["config.json", "model.safetensors", "README.md"] {
                #expect(
                    FileManager.default.contentsEqual(
                        atPath: "\(folder)/\(name)", andPath: "\(again)/\(name)"), "\(name)")
            }
        }
    }

    @Test func anyModelIsFoundByItsKind() throws {
        try Self.withFolder { folder in
            let model = SegmenterTests.segmenter(classes: 2)
            try model.write(to: folder, card: "# A card\n")
            let read = try segmentationModel(folder: folder)
            let image = picture(height: 20, width: 30)
            #expect(read.probabilities(image: image) == model.probabilities(image: image))
            #expect(
                try String(contentsOfFile: folder + "/README.md", encoding: .utf8) == "# A card\n")
            let error = try #require(throws: ModelFolderError.self) { try UNet(folder: folder) }
            #expect(
                error
                    == .wrongKind(
                        path: folder + "/config.json", expected: "unet", found: "segmenter"))
        }
    }

    @Test func leftOutKeysTakeTheirDefaults() throws {
        try Self.withFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try #"{"format": 1, "kind": "unet", "configuration": {"classes": 3}}"#
                .write(toFile: folder + "/config.json", atomically: true, encoding: .utf8)
            let found = try ModelFolder(folder).configuration(UNetConfiguration.self)
            #expect(found.widths == [32, 64, 128, 256] && found.classes == 3)
        }
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let from: String
        let to: String
        let key: String
    }

    static let damages = [
        Damage(testDescription: "unknown", from: "\"widths\"", to: "\"width\"", key: "width"),
        Damage(
            testDescription: "unknown below", from: "\"center\"", to: "\"middle\"",
            key: "input.middle"),
        Damage(
            testDescription: "type", from: "\"classes\" : 2", to: "\"classes\" : \"two\"",
            key: "classes"),
        Damage(
            testDescription: "range", from: "\"classes\" : 2", to: "\"classes\" : 0", key: "classes"
        ),
        Damage(
            testDescription: "nested range", from: "\"scale\" : 0.25", to: "\"scale\" : -1",
            key: "input.scale"),
        Damage(
            testDescription: "outside", from: "\"format\"", to: "\"size\" : 1, \"format\"",
            key: "size"),
    ]

    @Test(arguments: damages) func wrongKeysAreNamed(_ damage: Damage) throws {
        try Self.withFolder { folder in
            try Self.unet().write(to: folder)
            try Self.edit(folder + "/config.json") {
                $0.replacingOccurrences(of: damage.from, with: damage.to)
            }
            let error = try #require(throws: ConfigurationError.self) { try UNet(folder: folder) }
            #expect(error.path == folder + "/config.json")
            // A key misspelt below the top leaves the right one missing as well.
            #expect(error.key == damage.key || error.problem == .missingKey, "\(error)")
        }
    }

    @Test func weightsOfAnotherModelAreNamed() throws {
        try Self.withFolder { folder in
            try Self.unet().write(to: folder)
            let config = folder + "/config.json"
            try Self.edit(config) {
                $0.replacingOccurrences(of: "\"classes\" : 2", with: "\"classes\" : 3")
            }
            #expect(
                throws: StateMismatch(
                    path: folder + "/model.safetensors",
                    problems: [
                        "scores.weight: expected [1, 1, 4, 3], found [1, 1, 4, 2]",
                        "scores.bias: expected [3], found [2]",
                    ])
            ) { try UNet(folder: folder) }
            try Self.edit(config) {
                $0.replacingOccurrences(
                    of: "\"widths\" : [\n      4,\n      6\n", with: "\"widths\" : [\n      4\n")
            }
            let error = try #require(throws: StateMismatch.self) { try UNet(folder: folder) }
            #expect(error.problems.contains { $0.hasPrefix("unexpected: ") }, "\(error)")
        }
    }

    @Test(arguments: [
        ("convolutional", "konvolutional", "head.kind", "convolutional, linear"),
        ("tokenizer", "toeknizer", "encoder.kind", "tokenizer, resnet, prior"),
        ("vqvae", "vqvea", "encoder.configuration.tokenizer.kind", "vqvae"),
    ])
    func unknownKindsAreNamedWithFileAndTheKindsThereAre(
        _ kind: String, _ other: String, _ key: String, _ known: String
    ) throws {
        try Self.withFolder { folder in
            try SegmenterTests.segmenter().write(to: folder)
            let path = folder + "/config.json"
            try Self.edit(path) {
                $0.replacingOccurrences(
                    of: "\"kind\" : \"\(kind)\"", with: "\"kind\" : \"\(other)\"")
            }
            let error = try #require(throws: ConfigurationError.self) {
                try Segmenter(folder: folder)
            }
            #expect(error.path == path && error.key == key, "\(error)")
            #expect(
                "\(error)".contains(known) && "\(error)".contains("found “\(other)”"), "\(error)")
        }
    }

    @Test func unknownKindsOfModelsAreNamedWithFileAndTheKindsThereAre() throws {
        try Self.withFolder { folder in
            try Self.unet().write(to: folder)
            let path = folder + "/config.json"
            try Self.edit(path) {
                $0.replacingOccurrences(of: "\"kind\" : \"unet\"", with: "\"kind\" : \"unset\"")
            }
            let error = try #require(throws: ModelFolderError.self) {
                try segmentationModel(folder: folder)
            }
            let text = "\(error)"
            #expect(text.hasPrefix(path + ": ") && text.hasSuffix("found “unset”"), "\(text)")
            for kind in ["vqvae", "predictor", "unet", "segmenter"] {
                #expect(text.contains("“\(kind)”"), "\(text)")
            }
        }
    }

    @Test func modelsThatAreNoSegmentationAreRefused() throws {
        try Self.withFolder { folder in
            var random = RandomStream(seed: 1)
            try VQVAE(.minute, random: &random).write(to: folder)
            #expect(
                throws: ModelMismatch(
                    path: folder, needed: .segmentation, found: "a video tokenizer")
            ) { try segmentationModel(folder: folder) }
        }
    }

    @Test func missingFoldersAreNamed() throws {
        let error = try #require(throws: FileError.self) { try UNet(folder: "/no/such/folder") }
        #expect(error.path == "/no/such/folder/config.json")
    }
}
