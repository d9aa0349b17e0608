import Foundation
import GestaltFiles
import GestaltIO
import GestaltVQVAE

/// A file of tensors that may belong to a model, with its hyperparameters: a PyTorch checkpoint,
/// a safetensors file, or a sharded checkpoint.
struct StateFile {
    let path: String
    let kind: FileKind
    /// Candidate state dictionaries, the most likely first, each with its path of keys in the file.
    let tables: [(place: String, table: TensorTable)]
    let settings: VideoGPTSettings
    let members: [FileMember]
    /// The strings of safetensors files.
    let metadata: [String: String]
    /// The checkpoint, for files written by PyTorch.
    let checkpoint: PyTorchFile?

    /// - Throws: `FileError` for a file that is missing or broken;
    ///   ``VideoGPTError/unknownModel(path:expected:found:)`` for one of another kind.
    init(_ path: String) throws {
        self.path = path
        do throws(FileFailure) {
            kind = try FileKind(of: path)
        } catch {
            throw FileError(error)
        }
        switch kind {
        case .safeTensors:
            let file = try SafeTensorsFile(contentsOf: path)
            (tables, members, metadata) = ([("", TensorTable(file))], file.members, file.metadata)
            (settings, checkpoint) = (try Self.settings(path, file.metadata), nil)
        case .shardIndex:
            let file = try ShardedTensors(contentsOf: path)
            (tables, members, metadata) = ([("", TensorTable(file))], file.members, file.metadata)
            (settings, checkpoint) = (try Self.settings(path, file.metadata), nil)
        case .torchArchive, .torchSequence:
            let file = try PyTorchFile(contentsOf: path)
            (tables, members, metadata) = (Self.tables(file), file.members, [:])
            settings = VideoGPTSettings(path: path, arguments: file.hyperParameters)
            checkpoint = file
        case let kind:
            throw VideoGPTError.unknownModel(
                path: path,
                expected: "the folder of a model, a PyTorch checkpoint or a safetensors file",
                found: kind.description)
        }
    }

    private static func settings(
        _ path: String, _ metadata: [String: String]
    ) throws(VideoGPTError) -> VideoGPTSettings {
        guard let text = metadata["hyper_parameters"] else { return VideoGPTSettings(path: path) }
        return try VideoGPTSettings(path: path, json: text)
    }

    /// Returns the state dictionary, then every other part except optimizer states.
    private static func tables(_ file: PyTorchFile) -> [(place: String, table: TensorTable)] {
        let others = file.parts.dropFirst(file.members.isEmpty ? 0 : 1).filter { !$0.isOptimizer }
        return [(file.members.isEmpty ? "" : file.parts[0].path, TensorTable(file))]
            + others.map { ($0.path, TensorTable(file, part: $0)) }
    }

    /// A state dictionary that looks like a VideoGPT model.
    struct Model {
        let sizes: VideoGPTSizes
        let content: VideoGPTSizes.Content
        /// Its path of keys in the file.
        let place: String
        /// Prefixes removed from the names.
        let removed: [String]
        /// Whether it was found outside the file's state dictionary.
        let isElsewhere: Bool

        /// A remark for the user who opens the file; nil for none.
        var remark: String? {
            var parts: [String] = []
            if isElsewhere { parts.append("the tensors under “\(place)” are read") }
            if !removed.isEmpty {
                let names = removed.map { "“\($0)”" }.joined(separator: " and ")
                let verb = removed.count == 1 ? "is" : "are"
                parts.append("\(names) \(verb) removed from the names of its tensors")
            }
            return parts.isEmpty ? nil : "\(sizes.table.path): " + parts.joined(separator: "; ")
        }
    }

    /// Returns the first state dictionary with a model's names, after removing wrapper prefixes.
    /// - Throws: ``VideoGPTError/unknownModel(path:expected:found:)`` where there is none.
    func model(_ settings: VideoGPTSettings) throws(VideoGPTError) -> Model {
        var (whole, half): (Model?, Model?) = (nil, nil)
        for (index, (place, table)) in tables.enumerated() {
            for candidate in table.unwrapped {
                let sizes = VideoGPTSizes(candidate.table, settings)
                guard let content = try? sizes.content() else { continue }
                let model = Model(
                    sizes: sizes, content: content, place: place, removed: candidate.removed,
                    isElsewhere: index > 0)
                // A wrapper around a part of the model leaves the names of the others unchanged.
                if sizes.isWhole(content), model.removed.count > whole?.removed.count ?? -1 {
                    whole = model
                }
                if half == nil { half = model }
            }
            if let whole { return whole }
        }
        // Missing tensors are reported when the sizes are derived.
        if let half { return half }
        throw .unknownModel(
            path: path,
            expected: "the state of a VideoGPT prior (fc_in.weight) or tokenizer "
                + "(codebook.embeddings)", found: found)
    }

    /// A short description of the tensors, for messages.
    private var found: String {
        let places = tables.dropFirst().map {
            "\($0.table.entries.count) tensors under \($0.place)"
        }
        let names = members.prefix(4).map(\.name)
        guard !names.isEmpty else {
            let parts = (checkpoint?.parts ?? []).map {
                "\($0.names.count) tensors under \($0.path)"
            }
            return parts.isEmpty ? "no tensors" : parts.joined(separator: ", ")
        }
        let more = members.count > 4 ? ", … (\(members.count) tensors)" : ""
        return (["\(names.joined(separator: ", "))\(more)"] + places).joined(separator: "; ")
    }
}
