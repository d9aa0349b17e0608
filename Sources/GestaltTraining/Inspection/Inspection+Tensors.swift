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
        let count = try addTensors(file.names.map { ($0, try file.info($0)) })
        what = "a safetensors file, \(file.names.count) tensors of \(rounded(count)) numbers"
        if CheckpointModel.isCheckpoint(file) {
            kind = "training_checkpoint"
            let step = file.metadata["step"] ?? "?"
            let model = file.metadata[CheckpointModel.kindKey] ?? "model of unknown kind"
            what = "the checkpoint of a training run at step \(step), \(model)"
        } else if file.metadata["format"] == "gestalt" {
            what =
                "the weights of a model (\(file.metadata["kind"] ?? "?")); its folder is the model"
        } else {
            describeVideoGPT(VideoGPTSummary(file), numbers: count)
        }
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
        var rows: [[Value]] = []
        var count = 0
        for name in file.names {
            let info = try file.info(name)
            rows.append([.text(name), .text("\(info.type)"), .sizes(info.shape)])
            count += info.shape.reduce(1, *)
        }
        tables.append(Table(name: "tensors", columns: ["name", "type", "shape"], rows: rows))
        add("numbers", count)
        what += ", \(rows.count) tensors of \(rounded(count)) numbers"
        if rows.isEmpty { remarks.append("no state dictionary was found in it") }
        describeVideoGPT(VideoGPTSummary(file), numbers: count)
    }

    private func key(_ value: PickleValue) -> String { value.string ?? "\(value)" }

    private mutating func describeVideoGPT(_ summary: VideoGPTSummary?, numbers: Int) {
        guard let summary else { return }
        let sizes: String
        if let prior = summary.prior {
            sizes = describe(
                VideoPredictorConfiguration(tokenizer: summary.tokenizer, prior: prior))
        } else {
            sizes = describe(summary.tokenizer)
        }
        what = "VideoGPT's \(sizes), \(rounded(numbers)) numbers"
        for setting in summary.missing {
            remarks.append("the file leaves out \(setting); --set gives it, sizes here are guesses")
        }
    }

    mutating func describeArray() throws {
        let info = try NPY.info(path)
        kind = "array"
        what = "an npy array, \(info.type) \(info.shape)"
        add("type", "\(info.type)")
        add("shape", .sizes(info.shape))
    }

    mutating func describeArchive() throws {
        let archive = try NPZ.open(path)
        kind = "arrays"
        var rows: [[Value]] = []
        for name in archive.names {
            do {
                let info = try archive.info(name)
                rows.append([.text(name), .text("\(info.type)"), .sizes(info.shape)])
            } catch {
                rows.append([.text(name), .text("not readable"), .text("\(error)")])
            }
        }
        what = "an npz archive, \(rows.count) \(rows.count == 1 ? "array" : "arrays")"
        tables.append(Table(name: "arrays", columns: ["name", "type", "shape"], rows: rows))
    }

    /// - Returns: how many numbers they hold.
    @discardableResult
    mutating func addTensors(
        _ tensors: [(name: String, info: SafeTensorsFile.Information)]
    ) -> Int {
        tables.append(
            Table(
                name: "tensors", columns: ["name", "type", "shape"],
                rows: tensors.map {
                    [.text($0.name), .text("\($0.info.type)"), .sizes($0.info.shape)]
                }))
        let count = tensors.reduce(0) { $0 + $1.info.shape.reduce(1, *) }
        add("numbers", count)
        return count
    }
}
