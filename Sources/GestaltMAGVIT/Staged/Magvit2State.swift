import GestaltFiles
import GestaltModels
import GestaltVideo

/// A state dictionary of `magvit2-pytorch` with the settings that its shapes do not contain.
struct Magvit2State {
    /// The tokenizer's tensors, without discriminators.
    let table: TensorTable
    let settings: [String: String]

    /// The names of the settings.
    static let settingNames = ["fsq_levels", "pixels"]

    /// The parts of the program that only its training uses.
    private static let trainingParts = ["discr.", "multiscale_discrs.", "vgg."]

    /// - Throws: ``Magvit2Error`` for a dictionary that is not the program's.
    init(_ whole: TensorTable, _ settings: [String: String]) throws(Magvit2Error) {
        let table = TensorTable(
            path: whole.path,
            entries: whole.entries.filter { entry in
                !Self.trainingParts.contains { entry.name.hasPrefix($0) }
            }
        ) { (name) throws(FileError) in try whole.tensor(name) }
        guard Self.isOne(table) else {
            let names = whole.entries.prefix(4).map(\.name).joined(separator: ", ")
            throw .unknownModel(path: whole.path, found: names.isEmpty ? "no tensors" : names)
        }
        if let unknown = settings.keys.sorted().first(where: { !Self.settingNames.contains($0) }) {
            throw .setting(
                path: whole.path, name: unknown,
                expected: "one of \(Self.settingNames.joined(separator: ", "))",
                found: settings[unknown] ?? "")
        }
        self.table = table
        self.settings = settings
    }

    /// Whether the names are those of the program's tokenizer.
    static func isOne(_ table: TensorTable) -> Bool {
        table.shape(of: "conv_in.conv.weight") != nil
            && table.shape(of: "conv_out.conv.weight") != nil
            && table.entries.contains { $0.name.hasPrefix("encoder_layers.0.") }
    }

    /// Derives the configuration from names and shapes.
    /// - Throws: ``Magvit2Error`` for the first layer without a counterpart, and for settings.
    func configuration() throws(Magvit2Error) -> StagedConfiguration {
        try requirePlain()
        let input = try shape("conv_in.conv.weight", rank: 5)
        let output = try shape("conv_out.conv.weight", rank: 5)
        guard input[1] == 3, output[0] == 3 else {
            throw layer("conv_in", "only three channels of colors are supported, not \(input[1])")
        }
        var stages: [StagedConfiguration.Stage] = []
        var kernels: Set<[Int]> = []
        while let stage = try stage(stages.count, &kernels) { stages.append(stage) }
        guard kernels.count <= 1, kernels.allSatisfy({ Set($0).count == 1 }) else {
            throw layer("encoder_layers", "kernels of residual units differ: \(kernels)")
        }
        let widths = stages.reduce(into: [input[0]]) { $0.append($1.width ?? $0.last!) }
        let configuration = StagedConfiguration(
            width: input[0], stages: stages, inputKernel: Array(input[2...]),
            outputKernel: Array(output[2...]), residualKernel: kernels.first?[0] ?? 3,
            quantizer: try quantizer(channels: widths.last!), pixelOffset: try pixelOffset())
        do { try configuration.validate() } catch {
            throw .unsupported(path: table.path, reason: "\(error)")
        }
        return configuration
    }

    /// - Throws: ``Magvit2Error`` for parts outside of the list of layers.
    private func requirePlain() throws(Magvit2Error) {
        for (prefix, reason) in [
            ("conv_in_first_frame.", "a separate first frame has no counterpart"),
            ("encoder_cond_in.", "conditions have no counterpart"),
        ] {
            guard let entry = table.entries.first(where: { $0.name.hasPrefix(prefix) }) else {
                continue
            }
            throw layer(entry.name, reason)
        }
    }

    /// Returns the stage of a layer of the encoder; nil for the norm after the last.
    private func stage(
        _ index: Int, _ kernels: inout Set<[Int]>
    ) throws(Magvit2Error) -> StagedConfiguration.Stage? {
        let key = "encoder_layers.\(index)"
        let names = Set(table.below(key + ".").entries.map(\.name))
        if names == ["1.weight", "1.bias"] { return nil }
        if names.contains("fn.0.conv.weight"), names.contains("fn.4.to_k.weight") {
            kernels.insert(Array(try shape(key + ".fn.0.conv.weight", rank: 5)[2...]))
            return StagedConfiguration.Stage(.residual)
        }
        if names.contains("0.fn.0.conv.weight"), names.contains("0.fn.4.to_k.weight") {
            let count = (0..<65).first { !names.contains("\($0).fn.0.conv.weight") } ?? 0
            kernels.insert(Array(try shape(key + ".0.fn.0.conv.weight", rank: 5)[2...]))
            return StagedConfiguration.Stage(.residual, count: count)
        }
        switch table.shape(of: key + ".conv.weight") ?? [] {
        case let shape where shape.count == 4 && shape[2...] == [3, 3]:
            return StagedConfiguration.Stage(.space, width: shape[0])
        case let shape where shape.count == 3 && shape[2] == 3:
            return StagedConfiguration.Stage(.time, width: shape[0])
        default:
            throw layer("\(key) (\(Self.type(of: names)))", "it has no counterpart")
        }
    }

    /// Returns the program's name of a layer without a counterpart.
    private static func type(of names: Set<String>) -> String {
        func has(_ prefix: String) -> Bool { names.contains { $0.hasPrefix(prefix) } }
        let conditioned = names.contains { $0.contains("to_gamma") } ? "cond_" : ""
        if has("to_cond.") { return "cond_residual" }
        if has("0.fn.fn.") { return conditioned + "attend_time" }
        if has("0.fn.attn.") { return conditioned + "linear_attend_space" }
        if has("0.fn.to_qkv.") { return conditioned + "attend_space" }
        if has("fn.fn.") { return "gateloop_time" }
        return names.isEmpty ? "missing" : "of unknown type"
    }

    /// - Parameter channels: those of the last layer.
    private func quantizer(
        channels: Int
    ) throws(Magvit2Error) -> any QuantizerConfiguration {
        let width = table.shape(of: "quantizers.project_in.weight")?.first ?? channels
        func requireOneTable(_ own: Int) throws(Magvit2Error) {
            guard own == width else {
                throw layer(
                    "quantizers",
                    "several codebooks have no counterpart: \(width) channels for "
                        + "\(own) of one")
            }
        }
        if let mask = table.shape(of: "quantizers.mask") {
            let bits = mask.first ?? 0
            try requireOneTable(bits)
            // The program's weights; it also clamps latents softly, which training alone sees.
            return LookupFreeQuantizer.Configuration(
                bits: bits, weight: 0.1, diversity: 2.5, commitment: 1)
        }
        let text = settings["fsq_levels"] ?? ""
        let levels = text.split(separator: ",").compactMap { Int($0) }
        guard !levels.isEmpty, levels.allSatisfy({ $0 > 1 }) else {
            throw .setting(
                path: table.path, name: "fsq_levels",
                expected: "\(width) numbers above 1 separated by commas, which the file does not "
                    + "state", found: text.isEmpty ? "none" : text)
        }
        try requireOneTable(levels.count)
        return FiniteScalarQuantizer.Configuration(levels: levels)
    }

    private func pixelOffset() throws(Magvit2Error) -> Float {
        switch settings["pixels"] ?? "0..1" {
        case "0..1": return 0.5
        case "-0.5..0.5": return 0
        case let other:
            throw .setting(
                path: table.path, name: "pixels", expected: "0..1 (the default) or -0.5..0.5",
                found: other)
        }
    }

    private func shape(_ name: String, rank: Int) throws(Magvit2Error) -> [Int] {
        let shape = table.shape(of: name) ?? []
        guard shape.count == rank else {
            throw layer(name, "expected \(rank) axes, found \(shape)")
        }
        return shape
    }

    private func layer(_ name: String, _ reason: String) -> Magvit2Error {
        .layer(path: table.path, layer: name, reason: reason)
    }
}
