import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltTraining

extension Inspection {
    mutating func describeSafeTensors() throws {
        try describeCheckpoint()
        let file = try SafeTensorsFile(contentsOf: path)
        for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) where value.count < 200 {
            add("metadata_\(key)", value)
        }
        let count = file.members.count
        if CheckpointModel.isCheckpoint(file) {
            kind = "training_checkpoint"
            let model = file.metadata[CheckpointModel.kindKey] ?? "model of unknown kind"
            what =
                "the checkpoint of a training run, \(model), step \(file.metadata["step"] ?? "?")"
        } else if file.metadata["format"] == "gestalt" {
            what =
                "the weights of a model, \(file.metadata["kind"] ?? "?"); its folder is the model"
        } else if kind == "tensors" {
            what = "a safetensors file, \(count) \(count == 1 ? "tensor" : "tensors")"
        }
    }

    /// Describes a PyTorch checkpoint or a safetensors file, single or sharded: its model, epoch
    /// and step, and its tensors.
    mutating func describeCheckpoint() throws {
        let summary = try CheckpointSummary(of: path)
        kind = summary.kind == .tensors ? "tensors" : "checkpoint"
        what = summary.kind == .tensors ? "\(summary.fileKind), \(summary)" : "\(summary)"
        remarks += summary.notes
        add("frames", summary.frames)
        if let height = summary.height, let width = summary.width {
            add("frame_size", .sizes([height, width]))
        }
        add("parameters", summary.parameterCount)
        add("epoch", summary.epoch)
        add("step", summary.step)
        tables.append(
            Table(
                name: "hyper_parameters", columns: ["name", "value"],
                rows: summary.settings.map { [.text($0.name), .text($0.value)] }))
        addMembers("tensors", summary.members)
    }

    mutating func describeArray() throws {
        kind = "array"
        let members = try NPY.members(path)
        addMembers("arrays", members)
        guard members.count == 1, let array = members.first else {
            what = "npy data, \(members.count) arrays"
            return
        }
        what = "an npy array, \(array.type) \(array.shape.map { "\($0)" } ?? "of unknown shape")"
    }

    mutating func describeArchive() throws {
        kind = "arrays"
        let members = try NPZFile(contentsOf: path).members
        what = "an npz archive, \(members.count) \(members.count == 1 ? "array" : "arrays")"
        addMembers("arrays", members)
    }

    mutating func addMembers(_ name: String, _ members: [FileMember]) {
        tables.append(
            Table(
                name: name, columns: ["name", "type", "shape", "problem"],
                rows: members.map { member in
                    [
                        .text(member.name), .text(member.type),
                        member.shape.map { Value.sizes($0) } ?? "–",
                        .text(member.problem ?? ""),
                    ]
                }))
    }
}
