import ArgumentParser
import Foundation
import GestaltData
import GestaltFiles
import GestaltMedia
import GestaltTensor

/// `gestalt inspect`: what a file holds.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a file holds: tensors, shapes, clips.",
        discussion: """
            Reads safetensors, npy, npz, checkpoints of PyTorch (.ckpt, .pt, .pth), TFRecord, PNG,
            JPEG, and the folder of a model. Nothing in a checkpoint is executed.
            """)

    @Argument(help: "A file, or the folder of a model.") var file: String

    func run() throws {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: file, isDirectory: &isFolder)
        if isFolder.boolValue { return try showModel() }
        let name = file.lowercased()
        if name.hasSuffix(".npy") { return try showArray() }
        if name.hasSuffix(".npz") { return try showArchive() }
        if name.hasSuffix(".ckpt") || name.hasSuffix(".pt") || name.hasSuffix(".pth") {
            return try showCheckpoint()
        }
        if name.hasSuffix(".tfrecords") || name.hasSuffix(".tfrecords.gz")
            || name.hasSuffix(".tfrecord") || name.hasSuffix(".tfrecord.gz")
        {
            return try showRecords()
        }
        if Image.pathExtensions.contains(where: { name.hasSuffix("." + $0) }) {
            let picture = try Image.read(file, as: .asStored)
            print("\(file): picture \(picture.shape) (height, width, channels)")
            return
        }
        guard name.hasSuffix(".safetensors") else {
            throw MediaError.unsupported(
                path: file,
                expected:
                    "safetensors, npy, npz, ckpt, pt, pth, TFRecord, PNG, JPEG or the folder of a model",
                found: "another ending")
        }
        try showTensors(file)
    }

    private func showModel() throws {
        guard FileManager.default.fileExists(atPath: file + "/config.json") else {
            let set = try DataSet.open(file)
            print("\(set)")
            return printTable(
                ["clip", "frames", "size", "masks"],
                set.clips.map {
                    [
                        $0.name, "\($0.frameCount)", "\($0.height) × \($0.width)",
                        $0.masks == nil ? "no" : "yes",
                    ]
                })
        }
        let kind = try ModelFolder(file).kind()
        print("\(file): a model of kind \(kind)")
        try showTensors(file + "/model.safetensors")
    }

    private func showTensors(_ path: String) throws {
        let tensors = try SafeTensors.open(path)
        for (key, value) in tensors.metadata.sorted(by: { $0.key < $1.key }) {
            print("\(key): \(value)")
        }
        let rows = try tensors.names.map { name in
            let info = try tensors.info(name)
            return [name, "\(info.type)", "\(info.shape)"]
        }
        printTable(["tensor", "type", "shape"], rows)
        print("\(rows.count) tensors")
    }

    /// What else a checkpoint holds, its hyper-parameters, and its state dictionary.
    private func showCheckpoint() throws {
        let checkpoint = try PyTorchFile.open(file)
        for entry in checkpoint.root.entries ?? [] {
            switch entry.value {
            case .dictionary, .list, .tuple, .object, .tensor: continue
            default: print("\(entry.key.string ?? "\(entry.key)"): \(entry.value)")
            }
        }
        let options = checkpoint.hyperParameters?.entries ?? []
        if !options.isEmpty {
            printTable(
                ["hyper-parameter", "value"],
                options.map { [$0.key.string ?? "\($0.key)", "\($0.value)"] })
        }
        let rows = try checkpoint.names.map { name in
            let info = try checkpoint.info(name)
            return [name, "\(info.type)", "\(info.shape)"]
        }
        printTable(["tensor", "type", "shape"], rows)
        print("\(rows.count) tensors")
    }

    private func showArray() throws {
        let info = try NPY.info(file)
        print("\(file): \(info.type) \(info.shape)")
    }

    private func showArchive() throws {
        let archive = try NPZ.open(file)
        printTable(
            ["array", "type", "shape"],
            try archive.names.map { name in
                let info = try archive.info(name)
                return [name, "\(info.type)", "\(info.shape)"]
            })
    }

    /// Counts records, and tells the first one's features with the numbers in their keys folded.
    private func showRecords() throws {
        let reader = try TFRecordReader(path: file)
        var count = 0
        while let record = try reader.next() {
            if count == 0 { try showExample(record) }
            count += 1
        }
        print("\(count) records")
    }

    private func showExample(_ record: [UInt8]) throws {
        let example = try Example(serialized: record, name: file)
        var kinds: [String: (count: Int, content: String)] = [:]
        for (key, feature) in example.features {
            let folded = key.split(separator: "/", omittingEmptySubsequences: false)
                .map { Int($0) == nil ? String($0) : "N" }.joined(separator: "/")
            let content =
                switch feature {
                case .bytes(let values): "\(values.count) × \(values.first?.count ?? 0) bytes"
                case .floats(let values): "\(values.count) floats"
                case .integers(let values): "\(values.count) integers"
                }
            kinds[folded, default: (0, content)].count += 1
        }
        printTable(
            ["feature of the first record", "times", "content"],
            kinds.sorted { $0.key < $1.key }.map {
                [$0.key, String($0.value.count), $0.value.content]
            })
    }
}
