import GestaltFiles
import GestaltMAGVIT
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo
import TestSupport
import Testing

/// State dictionaries in the names of `magvit2-pytorch`, with made-up numbers.
@Suite struct StagedTokenizerTests {
    init() { MagvitKinds.register() }

    static let stages: [StagedConfiguration.Stage] = [
        .init(.residual), .init(.space, width: 8), .init(.residual, count: 2),
        .init(.time, width: 12), .init(.space, width: 12), .init(.time, width: 6),
    ]

    static func configuration(
        _ quantizer: any QuantizerConfiguration = LookupFreeQuantizer.Configuration(
            bits: 4, weight: 0.1, diversity: 2.5, commitment: 1)
    ) -> StagedConfiguration {
        StagedConfiguration(
            width: 4, stages: stages, inputKernel: [3, 5, 5], quantizer: quantizer)
    }

    /// A state dictionary of which every number is a function of its name and place.
    static func state(
        _ quantizer: any QuantizerConfiguration = configuration().quantizer.value
    ) throws -> [String: Tensor<Float>] {
        var random = RandomStream(seed: 0)
        let model = StagedTokenizer(configuration(quantizer), random: &random)
        return Dictionary(
            uniqueKeysWithValues: try model.magvit2State().map { name, tensor in
                let seed = name.utf8.reduce(UInt64(7)) { ($0 &* 31 &+ UInt64($1)) % 1_000_003 }
                let isFixed = name.hasSuffix("mask") || name.hasPrefix("encoder_layers.6")
                return (
                    name,
                    isFixed
                        ? tensor : Tensor<Float>.sample(tensor.shape, seed: seed, in: -0.3...0.3)
                )
            })
    }

    private func table(_ state: [String: Tensor<Float>]) -> TensorTable {
        TensorTable(state, path: "theirs.pt")
    }

    @Test("names and layouts are the program's") func names() throws {
        let state = try Self.state()
        for (name, shape) in [
            ("conv_in.conv.weight", [4, 3, 3, 5, 5]), ("conv_out.conv.weight", [3, 4, 3, 3, 3]),
            ("encoder_layers.0.fn.0.conv.weight", [4, 4, 3, 3, 3]),
            ("encoder_layers.0.fn.2.weight", [4, 4, 1, 1, 1]),
            ("encoder_layers.0.fn.4.to_k.weight", [1, 4, 1, 1]),
            ("encoder_layers.0.fn.4.net.0.weight", [16, 4, 1, 1]),
            ("encoder_layers.1.conv.weight", [8, 4, 3, 3]),
            ("encoder_layers.2.1.fn.4.net.2.bias", [8]),
            ("encoder_layers.3.conv.weight", [12, 8, 3]), ("encoder_layers.6.1.weight", [6]),
            ("decoder_layers.0.net.0.weight", [24, 6, 1]),
            ("decoder_layers.1.net.0.weight", [48, 12, 1, 1]),
            ("decoder_layers.5.fn.0.conv.weight", [4, 4, 3, 3, 3]),
            ("quantizers.project_in.weight", [4, 6]), ("quantizers.project_out.weight", [6, 4]),
            ("quantizers.mask", [4]),
        ] as [(String, [Int])] {
            #expect(state[name]?.shape.dimensions == shape, "\(name)")
        }
        #expect(state["quantizers.mask"]?.scalars == [8, 4, 2, 1])
    }

    @Test("there and back, every bit", arguments: [false, true]) func roundTrip(fsq: Bool) throws {
        let levels = FiniteScalarQuantizer.Configuration(levels: [5, 4, 3])
        let quantizer: any QuantizerConfiguration =
            fsq ? levels : Self.configuration().quantizer.value
        var state = try Self.state(quantizer)
        let settings = fsq ? ["fsq_levels": "5,4,3"] : [:]
        let read = try StagedTokenizer(magvit2: table(state), settings: settings)
        #expect(read.configuration == Self.configuration(quantizer))
        #expect(Set(read.state.map(\.path)) == storedPaths(read))
        let again = Dictionary(
            uniqueKeysWithValues: try read.magvit2State().map { ($0.name, $0.tensor) })
        #expect(again == state)
        // Its discriminator and a wrapper's prefix are left out.
        state["discr.blocks.0.0.conv_res.weight"] = .zeros([2, 3, 1, 1])
        let wrapped = Dictionary(uniqueKeysWithValues: state.map { ("module." + $0, $1) })
        let other = try StagedTokenizer(magvit2: table(wrapped), settings: settings)
        #expect(other.state.map(\.value) == read.state.map(\.value))
        // As a file, whose metadata holds the settings.
        let folder = TemporaryFolder()
        let file = folder.path("theirs.safetensors")
        try read.write(magvit2: file)
        #expect(StagedTokenizer.isMagvit2(file: file))
        let back = try StagedTokenizer(magvit2File: file)
        #expect(back.configuration == read.configuration)
        #expect(back.state.map(\.value) == read.state.map(\.value))
        // As a folder of this package.
        try read.write(to: folder.path("ours"))
        let own = try StagedTokenizer(folder: folder.path("ours"))
        let clips = Tensor<Float>.sample([1, 5, 8, 8, 3], in: -0.5...0.5)
        #expect(own.encode(clips) == read.encode(clips))
    }

    @Test("clips of 1 + 4n frames, causal to the bit") func lengths() throws {
        let model = try StagedTokenizer(magvit2: table(Self.state()))
        let clips = Tensor<Float>.sample([2, 9, 16, 16, 3], in: -0.5...0.5)
        let codes = model.encode(clips)
        #expect(codes.shape == [2, 3, 4, 4])
        #expect(codes.scalars.allSatisfy { (0..<16).contains($0) })
        #expect(model.decode(codes).shape == clips.shape)
        #expect(model.encode(clips[0..., 0..<5]) == codes[0..., 0..<2])
        let half = model.decode(codes[0..., 0..<2])
        #expect(half == model.decode(codes)[0..., 0..<5])
        #expect(throws: TokenizerError.frames(8, lengths: model.configuration.clipLengths)) {
            try model.configuration.latentShape(time: 8, height: 16, width: 16)
        }
    }

    @Test("it trains") func training() throws {
        var random = RandomStream(seed: 1)
        var model = StagedTokenizer(Self.configuration(), random: &random)
        let clips = Tensor<Float>.sample([2, 5, 8, 8, 3], in: -0.5...0.5)
        var optimizer = AdamW(learningRate: 3e-3)
        var losses: [Float] = []
        for index in 0..<20 {
            let step = valueAndGradients(
                of: model, Context.training(random: RandomStream(seed: UInt64(index)))
            ) { model, context in
                let pass = model.trainingPass(clips, context)
                return (pass.loss, pass.metrics[0].value)
            }
            optimizer.update(&model, with: step.gradients)
            losses.append(step.auxiliary)
        }
        #expect(losses[19] < losses[0], "\(losses)")
    }

    @Test(
        "layers without a counterpart are named with the reason",
        arguments: [
            ("encoder_layers.1.0.fn.to_qkv.0.weight", "encoder_layers.1 (attend_space)"),
            ("encoder_layers.1.0.fn.attn.to_qkv.weight", "encoder_layers.1 (linear_attend_space)"),
            ("encoder_layers.1.0.fn.fn.norm.gamma", "encoder_layers.1 (attend_time)"),
            ("encoder_layers.1.fn.fn.to_qkva.0.weight", "encoder_layers.1 (gateloop_time)"),
            ("encoder_layers.1.to_cond.weight", "encoder_layers.1 (cond_residual)"),
            ("conv_in_first_frame.weight", "conv_in_first_frame.weight"),
            ("encoder_cond_in.0.weight", "encoder_cond_in.0.weight"),
        ])
    func refusals(name: String, layer: String) throws {
        var state = try Self.state()
        for key in state.keys where key.hasPrefix("encoder_layers.1.") { state[key] = nil }
        state[name] = .zeros([2, 2])
        let error = #expect(throws: Magvit2Error.self) {
            try StagedTokenizer(magvit2: table(state))
        }
        guard case .layer("theirs.pt", layer, let reason) = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(reason.contains("counterpart"))
    }

    @Test("settings that shapes do not contain, and other states") func otherErrors() throws {
        let state = try Self.state(FiniteScalarQuantizer.Configuration(levels: [5, 4, 3]))
        for (settings, name) in [
            ([:], "fsq_levels"), (["fsq_levels": "5,x,1"], "fsq_levels"),
            (["heads": "4"], "heads"), (["fsq_levels": "5,4,3", "pixels": "0..255"], "pixels"),
        ] as [([String: String], String)] {
            let error = #expect(throws: Magvit2Error.self) {
                try StagedTokenizer(magvit2: table(state), settings: settings)
            }
            guard case .setting("theirs.pt", name, _, _) = error else {
                Issue.record("\(error as Any)")
                continue
            }
        }
        var several = try Self.state()
        several["quantizers.mask"] = .zeros([2])
        #expect(throws: Magvit2Error.self) { try StagedTokenizer(magvit2: table(several)) }
        var missing = try Self.state()
        missing["decoder_layers.0.net.0.bias"] = nil
        #expect(throws: StateMismatch.self) { try StagedTokenizer(magvit2: table(missing)) }
        #expect(throws: Magvit2Error.unknownModel(path: "theirs.pt", found: "fc_in.weight")) {
            try StagedTokenizer(magvit2: table(["fc_in.weight": .zeros([1])]))
        }
        var random = RandomStream(seed: 0)
        let unit = StagedTokenizer(
            Self.configuration(
                LookupFreeQuantizer.Configuration(bits: 4, bitOrder: .least)), random: &random)
        #expect(throws: Magvit2Error.self) { try unit.magvit2State() }
    }

    @Test("configurations that are not valid are refused by their key") func badConfigurations() {
        for (key, change) in [
            ("stages.0.width", { $0.stages[0].width = 3 }),
            ("stages.1.width", { $0.stages[1].width = nil }),
            ("stages.1.count", { $0.stages[1].count = 2 }), ("stages", { $0.stages = [] }),
            ("inputKernel", { $0.inputKernel = [2, 3, 3] }), ("width", { $0.width = 0 }),
            ("pixelOffset", { $0.pixelOffset = .nan }),
        ] as [(String, (inout StagedConfiguration) -> Void)] {
            var sizes = Self.configuration()
            change(&sizes)
            let error = #expect(throws: ConfigurationError.self) { try sizes.validate() }
            #expect(error?.key == key)
        }
    }
}
