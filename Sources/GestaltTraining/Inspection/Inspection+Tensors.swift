import GestaltFiles
import GestaltPrior
import GestaltVQVAE

extension Inspection {
    mutating func describeSafeTensors() throws {
        let file = try SafeTensors.open(path)
        kind = "tensors"
        for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) where value.count < 200 {
            add("metadata_\(key)", value)
        }
        let count = addTensors(file.members)
        what = "a safetensors file, \(file.members.count) tensors of \(rounded(count)) numbers"
        if CheckpointModel.isCheckpoint(file) {
            kind = "training_checkpoint"
            let step = file.metadata["step"] ?? "?"
            let model = file.metadata[CheckpointModel.kindKey] ?? "model of unknown kind"
            what = "the checkpoint of a training run at step \(step), \(model)"
        } else if file.metadata["format"] == "gestalt" {
            what =
                "the weights of a model (\(file.metadata["kind"] ?? "?")); its folder is the model"
        } else {
            describeVideoGPT(numbers: count)
        }
    }

    /// A checkpoint in several files, by its index.
    mutating func describeShards(_ index: String) throws {
        let file = try ShardedTensors.open(index)
        kind = "shards"
        for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) where value.count < 200 {
            add("metadata_\(key)", value)
        }
        add("files", .list(file.shards.map { .text($0) }))
        let count = addTensors(file.members)
        what =
            "a checkpoint in \(file.shards.count) files, \(file.members.count) tensors of "
            + "\(rounded(count)) numbers"
        describeVideoGPT(numbers: count)
    }

    /// A checkpoint of PyTorch: what model it is, what else it holds, its state dictionary.
    mutating func describeCheckpoint() throws {
        let file = try PyTorchFile.open(path)
        kind = "checkpoint"
        for entry in file.root.entries ?? [] {
            switch entry.value {
            case .tensor: continue
            case .dictionary(let entries): add(key(entry.key), "\(entries.count) entries")
            case .list(let values), .tuple(let values):
                add(key(entry.key), "\(values.count) entries")
            case .object: add(key(entry.key), String("\(entry.value)".prefix(120)))
            default: add(key(entry.key), "\(entry.value)")
            }
        }
        let options = file.hyperParameters?.entries ?? []
        if !options.isEmpty {
            tables.append(
                Table(
                    name: "hyper_parameters", columns: ["name", "value"],
                    rows: options.map { [.text(key($0.key)), .text("\($0.value)")] }))
        }
        let count = addTensors(file.members)
        what += ", \(file.members.count) tensors of \(rounded(count)) numbers"
        describeParts(file)
        describeVideoGPT(numbers: count)
    }

    /// Where a checkpoint has tensors besides its state dictionary, or instead of one.
    private mutating func describeParts(_ file: PyTorchFile) {
        let parts = file.parts.filter { !$0.path.isEmpty }
        if parts.count > 1 || parts.first?.isOptimizer == true {
            tables.append(
                Table(
                    name: "parts", columns: ["path", "content", "tensors", "numbers"],
                    rows: parts.map {
                        [
                            .text($0.path), .text($0.isOptimizer ? "optimizer" : "tensors"),
                            .integer($0.names.count), .integer($0.elementCount),
                        ]
                    }))
        } else if let part = parts.first {
            add("tensors_under", part.path)
        }
        if file.members.isEmpty {
            let places = file.parts.map(\.path).joined(separator: ", ")
            remarks.append(
                "no state dictionary was found in it"
                    + (places.isEmpty ? "" : "; there are tensors under \(places)"))
        }
    }

    private func key(_ value: PickleValue) -> String { value.string ?? "\(value)" }

    /// The sizes of a VideoGPT model, where the tensors are one.
    private mutating func describeVideoGPT(numbers: Int) {
        guard let summary = try? CheckpointSummary(of: path), let tokenizer = summary.tokenizer
        else { return }
        let sizes: String
        if let prior = summary.prior {
            sizes = describe(VideoPredictorConfiguration(tokenizer: tokenizer, prior: prior))
        } else {
            sizes = describe(tokenizer)
        }
        if !summary.removed.isEmpty {
            remarks.append(
                "\(summary.removed.joined(separator: ", ")) in the names of its tensors is left out"
            )
        }
        what = "VideoGPT's \(sizes), \(rounded(numbers)) numbers"
        for setting in summary.missingSettings {
            remarks.append("the file leaves out \(setting); --set gives it, sizes here are guesses")
        }
    }

    mutating func describeArray() throws {
        let members = try NPY.members(path)
        guard let first = members.first else { return }
        kind = "array"
        what = "an npy array, \(first.type) \(first.shape ?? [])"
        add("type", first.type)
        add("shape", .sizes(first.shape ?? []))
        remarks += problems(members)
        guard members.count > 1 else { return }
        what = "npy data, \(members.count) arrays after each other"
        tables.append(listing("arrays", members))
    }

    mutating func describeArchive() throws {
        let members = try NPZ.open(path).members
        kind = "arrays"
        what = "an npz archive, \(members.count) \(members.count == 1 ? "array" : "arrays")"
        tables.append(listing("arrays", members))
        remarks += problems(members)
    }

    /// - Returns: how many numbers they hold.
    @discardableResult
    mutating func addTensors(_ tensors: [FileMember]) -> Int {
        tables.append(listing("tensors", tensors))
        remarks += problems(tensors)
        let count = tensors.filter(\.isReadable).reduce(0) { sum, tensor in
            let numbers = (tensor.shape ?? []).reduce(1) {
                $0.multipliedReportingOverflow(by: $1).partialValue
            }
            return sum.addingReportingOverflow(numbers).partialValue
        }
        add("numbers", count)
        return count
    }

    private func listing(_ name: String, _ members: [FileMember]) -> Table {
        Table(
            name: name, columns: ["name", "type", "shape"],
            rows: members.map {
                [.text($0.name), .text($0.type), $0.shape.map(Value.sizes) ?? .text("–")]
            })
    }

    /// Why members are not read.
    private func problems(_ members: [FileMember]) -> [String] {
        let unread = members.filter { !$0.isReadable }
        let rest = unread.count > 8 ? ["not read: \(unread.count - 8) more"] : []
        return unread.prefix(8).map { "not read: \($0.name): \($0.problem ?? "")" } + rest
    }
}
