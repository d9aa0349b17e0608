import Foundation
import GestaltFiles
import GestaltIO
import GestaltVQVAE

/// A file with tensors that may be a model's, and the hyper-parameters beside them: a checkpoint of
/// PyTorch, a safetensors file, or a checkpoint in several files.
struct StateFile {
    let path: String
    let kind: FileKind
    /// Sets of tensors that may be a model's, the most likely first, each with the keys that lead to
    /// it.
    let tables: [(place: String, table: TensorTable)]
    let settings: VideoGPTSettings
    let members: [FileMember]
    /// The strings of safetensors files.
    let metadata: [String: String]
    /// The checkpoint, where PyTorch wrote it.
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
            let file = try SafeTensors.open(path)
            (tables, members, metadata) = ([("", TensorTable(file))], file.members, file.metadata)
            (settings, checkpoint) = (try Self.settings(path, file.metadata), nil)
        case .shardIndex:
            let file = try ShardedTensors.open(path)
            (tables, members, metadata) = ([("", TensorTable(file))], file.members, file.metadata)
            (settings, checkpoint) = (try Self.settings(path, file.metadata), nil)
        case .torchArchive, .torchSequence:
            let file = try PyTorchFile.open(path)
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

    /// The state dictionary, then every other part that is no optimizer's.
    private static func tables(_ file: PyTorchFile) -> [(place: String, table: TensorTable)] {
        let others = file.parts.dropFirst(file.members.isEmpty ? 0 : 1).filter { !$0.isOptimizer }
        return [(file.members.isEmpty ? "" : file.parts[0].path, TensorTable(file))]
            + others.map { ($0.path, TensorTable(file, part: $0)) }
    }

    /// A set of tensors that looks like a VideoGPT model.
    struct Model {
        let sizes: VideoGPTSizes
        let content: VideoGPTSizes.Content
        /// Keys that lead to it.
        let place: String
        /// What was taken out of the names.
        let removed: [String]
        /// Whether it is another part of the file than the state dictionary.
        let isElsewhere: Bool

        /// What somebody who opens the file should know; nil for nothing.
        var remark: String? {
            var parts: [String] = []
            if isElsewhere { parts.append("the tensors under “\(place)” are read") }
            if !removed.isEmpty {
                let names = removed.map { "“\($0)”" }.joined(separator: " and ")
                let verb = removed.count == 1 ? "is" : "are"
                parts.append("\(names) \(verb) left out of the names of its tensors")
            }
            return parts.isEmpty ? nil : "\(sizes.table.path): " + parts.joined(separator: "; ")
        }
    }

    /// The first set of tensors that has a model's names, without what wrappers put into them.
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
                // A wrapper around a part of the model leaves the others' names as they were.
                if sizes.isWhole(content), model.removed.count > whole?.removed.count ?? -1 {
                    whole = model
                }
                if half == nil { half = model }
            }
            if let whole { return whole }
        }
        // What is missing is named when its sizes are looked for.
        if let half { return half }
        throw .unknownModel(
            path: path,
            expected: "the state of a VideoGPT prior (fc_in.weight) or tokenizer "
                + "(codebook.embeddings)", found: found)
    }

    /// The tensors in a few words.
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
