import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

extension StagedTokenizer {
    /// Reads the state dictionary of a `VideoTokenizer` of `magvit2-pytorch`.
    ///
    /// Discriminators are left out. The pixels that the weights expect are those of its loaders,
    /// 0…1, unless the setting `pixels` is `-0.5..0.5`.
    /// - Parameters:
    ///   - table: in PyTorch's names and layouts; a wrapper's prefix of all names is removed.
    ///   - settings: `fsq_levels`, which shapes do not contain: `8,5,5,5`; `pixels`.
    /// - Throws: ``Magvit2Error`` for a layer without a counterpart and for settings;
    ///   `StateMismatch` with all missing, unexpected and mis-shaped tensors in one report;
    ///   `FileError` when a tensor cannot be read.
    public init(magvit2 table: TensorTable, settings: [String: String] = [:]) throws {
        let unwrapped = table.unwrapped.first { Magvit2State.isOne($0.table) }?.table ?? table
        let state = try Magvit2State(unwrapped, settings)
        let configuration = try state.configuration()
        var random = RandomStream.placeholders
        self.init(configuration, random: &random)
        try KeyMap(magvit2: configuration).load(state.table, into: &self)
    }

    /// Reads a checkpoint of that program, or a safetensors file in its names.
    /// - Throws: as ``init(magvit2:settings:)``, and `FileError` for a file that is missing or
    ///   broken.
    public init(magvit2File path: String, settings: [String: String] = [:]) throws {
        let (table, stated) = try Self.table(path)
        try self.init(magvit2: table, settings: stated.merging(settings) { $1 })
    }

    /// Whether a file holds a state dictionary of that program.
    public static func isMagvit2(file path: String) -> Bool {
        guard let table = try? table(path).table else { return false }
        return table.unwrapped.contains { Magvit2State.isOne($0.table) }
    }

    private static func table(
        _ path: String
    ) throws -> (table: TensorTable, settings: [String: String]) {
        switch try FileKind(of: path) {
        case .torchArchive, .torchSequence:
            return (TensorTable(try PyTorchFile(contentsOf: path)), [:])
        default:
            let file = try SafeTensorsFile(contentsOf: path)
            let stated = file.metadata.filter { Magvit2State.settingNames.contains($0.key) }
            return (TensorTable(file), stated)
        }
    }

    /// The state dictionary in that program's names and layouts, with the norm that it stores and
    /// does not run.
    /// - Throws: ``Magvit2Error/unsupported(path:reason:)`` for a quantizer that it does not have.
    public func magvit2State(for path: String = "the model") throws -> [NamedTensor<Float>] {
        let quantizer = configuration.quantizer.value
        let fsq = quantizer as? FiniteScalarQuantizer.Configuration
        let lfq = quantizer as? LookupFreeQuantizer.Configuration
        guard fsq?.symmetric == false || lfq?.bitOrder == .most else {
            throw Magvit2Error.unsupported(
                path: path,
                reason: "its quantizer is \(quantizer.summary), neither the asymmetric "
                    + "FSQ nor LFQ with the most significant bit first")
        }
        let names = KeyMap(magvit2: configuration)
        var values = Dictionary(
            uniqueKeysWithValues: names.state(of: self).map { ($0.name, $0.tensor) })
        let last = "encoder_layers.\(configuration.stages.count).1"
        values[last + ".weight"] = .ones([configuration.widths.last!])
        values[last + ".bias"] = .zeros([configuration.widths.last!])
        if let bits = lfq?.bits {
            values["quantizers.mask"] = Tensor((0..<bits).map { Float(1 << (bits - 1 - $0)) })
        }
        return names.entries.compactMap { entry in values[entry.key].map { (entry.key, $0) } }
    }

    /// Writes a safetensors file in that program's names, with the settings in its metadata.
    ///
    /// The program loads the tensors with `strict=False`: discriminators are not part of the model.
    /// - Throws: as ``magvit2State(for:)``, and `FileError` when the file cannot be written.
    public func write(magvit2 path: String) throws {
        guard configuration.pixelOffset == 0.5 || configuration.pixelOffset == 0 else {
            throw Magvit2Error.unsupported(
                path: path, reason: "its pixels are offset by \(configuration.pixelOffset)")
        }
        var metadata = ["format": "pt"]
        metadata["pixels"] = configuration.pixelOffset == 0 ? "-0.5..0.5" : "0..1"
        if let fsq = configuration.quantizer.value as? FiniteScalarQuantizer.Configuration {
            metadata["fsq_levels"] = fsq.levels.map(String.init).joined(separator: ",")
        }
        let tensors = try magvit2State(for: path).map { entry -> (String, AnyTensor) in
            // The original's mask is of integers.
            entry.name == "quantizers.mask"
                ? (entry.name, .int64(Tensor(entry.tensor.scalars.map { Int64($0) })))
                : (entry.name, .float32(entry.tensor))
        }
        try SafeTensors.write(
            tensors.map { (name: $0.0, tensor: $0.1) }, metadata: metadata, to: path)
    }
}
