import Foundation
import GestaltFiles
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

@Suite struct MagvitTests {
    private func tokenizer(
        _ configuration: MagvitConfiguration, seed: UInt64 = 1
    ) -> MagvitTokenizer {
        var random = RandomStream(seed: seed)
        return MagvitTokenizer(configuration, random: &random)
    }

    @Test(arguments: [("small", 2_146_231), ("bair", 36_596_355), ("tiny", 539_615)])
    func presetSizes(name: String, count: Int) throws {
        let preset = try #require(MagvitConfiguration.presets.first { $0.key == name }).value
        try preset.validate()
        let model = tokenizer(preset)
        #expect(model.parameterCount == count)
    }

    @Test func visitNamesEverything() {
        let model = tokenizer(.tiny)
        #expect(Set(model.state.map(\.path)) == storedPaths(model))
    }

    @Test(arguments: [(1, 1), (5, 2), (9, 3), (17, 5)])
    func causalLengths(frames: Int, slots: Int) throws {
        let model = tokenizer(.tiny)
        let clips = Tensor<Float>.sample([1, frames, 8, 12, 3], in: -0.5...0.5)
        let codes = model.encode(clips)
        #expect(codes.shape == [1, slots, 2, 3])
        #expect(model.decode(codes).shape == clips.shape)
        let grid = try model.configuration.latentShape(time: frames, height: 8, width: 12)
        #expect(grid == [slots, 2, 3])
    }

    @Test func lengthsThatDoNotFit() {
        let error = #expect(throws: TokenizerError.self) {
            try MagvitConfiguration.small.latentShape(time: 16, height: 64, width: 64)
        }
        #expect(error.map { "\($0)" }?.contains("crop to 13 or pad to 17") == true)
        #expect(throws: TokenizerError.clip(axis: "width", length: 63, stride: 4)) {
            try MagvitConfiguration.small.latentShape(time: 17, height: 64, width: 63)
        }
        #expect(throws: TokenizerError.clip(axis: "time", length: 6, stride: 4)) {
            try MagvitConfiguration.bair.latentShape(time: 6, height: 64, width: 64)
        }
    }

    /// A fresh model's doubling repeats: all cells of a block start equal.
    @Test func freshUpsamplingRepeats() throws {
        let model = tokenizer(.tiny)
        let up = try #require(model.decoder.levels[2].up)
        let y = up(.sample([1, 2, 4, 4, 32])).depthToSpace(timeStride: 2)
        #expect(y[0..., 0] == y[0..., 1])
        #expect(y[0..., 0, 0, 0] == y[0..., 0, 1, 1])
    }

    @Test(arguments: ["fsq:8,5,5", "lfq:6", "vq:32x4:unit", "vq:32x8"])
    func trainsAndIsStored(quantizer: String) throws {
        let found = try Quantizers.configuration(
            named: ComponentName(stringLiteral: quantizer),
            usual: MagvitConfiguration.tiny.quantizerSize)
        let configuration = try #require(
            MagvitConfiguration(
                width: 4, multipliers: [1, 2], timeStrides: [2], groups: 2,
                quantizer: FiniteScalarQuantizer.Configuration(levels: [3])
            ).quantized(by: found))
        var random = RandomStream(seed: 5)
        var model = MagvitTokenizer(configuration, random: &random)
        let clips = Tensor<Float>.sample([2, 5, 8, 8, 3], seed: 7, in: -0.5...0.5)
        model.begin(with: clips, random: &random)
        var optimizer = Adam(learningRate: 3e-3)
        var errors: [Float] = []
        for index in 0..<40 {
            let step = valueAndGradients(
                of: model, Context.training(random: RandomStream(seed: UInt64(index)))
            ) { model, context in
                let pass = model.trainingPass(clips, context)
                return (pass.loss, pass.metrics)
            }
            optimizer.update(&model, with: step.gradients)
            step.commitBuffers(to: &model)
            errors.append(step.auxiliary.first { $0.name == "reconstruction" }!.value)
            #expect(step.auxiliary.allSatisfy { $0.value.isFinite })
        }
        #expect(errors.last! < 0.9 * errors[0], "\(errors[0]) to \(errors.last!)")

        let folder = TemporaryFolder()
        try model.write(to: folder.path("model"))
        let read = try MagvitTokenizer(folder: folder.path("model"))
        #expect(read.configuration == configuration)
        let codes = model.encode(clips)
        #expect(read.encode(clips) == codes && read.decode(codes) == model.decode(codes))
    }

    @Test func badConfigurations() {
        let changes: [(String, (inout MagvitConfiguration) -> Void)] = [
            ("width", { $0.width = 0 }), ("multipliers", { $0.multipliers = [] }),
            ("timeStrides", { $0.timeStrides = [2] }),
            ("timeStrides", { $0.timeStrides = [4, 1] }),
            ("blocks", { $0.blocks = 0 }), ("groups", { $0.groups = 3 }),
            ("past", { ($0.padding, $0.past) = (.same, .first) }),
            ("dataVariance", { $0.dataVariance = 0 }),
            (
                "quantizer.levels",
                {
                    $0.quantizer = AnyQuantizerConfiguration(
                        FiniteScalarQuantizer.Configuration(levels: [2]))
                }
            ),
        ]
        for (key, change) in changes {
            var configuration = MagvitConfiguration.small
            change(&configuration)
            let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
            #expect(error?.key == key)
        }
    }

    @Test("levels below 2 in a file are refused by their key") func badLevels() throws {
        var random = RandomStream(seed: 0)
        let folder = TemporaryFolder()
        try MagvitTokenizer(.tiny, random: &random).write(to: folder.path("model"))
        let path = folder.path("model/config.json")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let levels = try #require(
            text.range(of: "8,", range: text.range(of: "levels")!.upperBound..<text.endIndex))
        try text.replacingCharacters(in: levels, with: "1,")
            .write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: ConfigurationError.self) {
            try MagvitTokenizer(folder: folder.path("model"))
        }
        #expect(error?.key == "quantizer.levels" && error?.path == path, "\(error as Any)")
    }
}
