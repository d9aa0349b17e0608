import GestaltModels
import GestaltVideo

extension KeyMap {
    /// All entries of a tokenizer's state dictionary in `magvit2-pytorch`, without its
    /// discriminators.
    ///
    /// Source: the module names of `magvit2-pytorch` 0.5.
    public init(magvit2 configuration: StagedConfiguration) {
        var list = EntryList()
        let count = configuration.stages.count
        list.affine("conv_in.conv", "encoder.pixels", .convolution)
        for (index, stage) in configuration.stages.enumerated() {
            list.stage("encoder_layers.\(index)", "encoder.stages.\(index)", stage, "conv")
        }
        // Stored by the program, and not run.
        list.entries += ["weight", "bias"].map { Entry("encoder_layers.\(count).1.\($0)", nil) }
        for (index, stage) in configuration.stages.enumerated().reversed() {
            list.stage(
                "decoder_layers.\(count - 1 - index)", "decoder.stages.\(index)", stage, "net.0")
        }
        list.affine("conv_out.conv", "decoder.pixels", .convolution)
        if configuration.quantizer.value is LookupFreeQuantizer.Configuration {
            list.entries.append(Entry("quantizers.mask", nil))
        }
        if configuration.widths.last != configuration.embeddingWidth {
            list.affine("quantizers.project_in", "projectIn", .linear)
            list.affine("quantizers.project_out", "projectOut", .linear)
        }
        self.init(list.entries)
    }
}

private struct EntryList {
    var entries: [KeyMap.Entry] = []

    mutating func affine(_ key: String, _ path: String, _ weight: KeyMap.Arrangement) {
        entries.append(KeyMap.Entry(key + ".weight", path + ".weight", weight))
        entries.append(KeyMap.Entry(key + ".bias", path + ".bias"))
    }

    /// - Parameter halving: the place of the convolution in a halving or doubling.
    mutating func stage(
        _ key: String, _ path: String, _ stage: StagedConfiguration.Stage, _ halving: String
    ) {
        guard stage.kind == .residual else {
            return affine("\(key).\(halving)", path + ".convolution", .convolution)
        }
        guard let count = stage.count else { return unit(key, path + ".units.0") }
        for index in 0..<count { unit("\(key).\(index)", "\(path).units.\(index)") }
    }

    private mutating func unit(_ key: String, _ path: String) {
        affine(key + ".fn.0.conv", path + ".conv", .convolution)
        affine(key + ".fn.2", path + ".mix", .convolution)
        affine(key + ".fn.4.to_k", path + ".gate.scores", .convolution)
        affine(key + ".fn.4.net.0", path + ".gate.up", .convolution)
        affine(key + ".fn.4.net.2", path + ".gate.down", .convolution)
    }
}
