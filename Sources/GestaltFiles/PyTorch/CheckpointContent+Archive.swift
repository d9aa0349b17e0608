/// The format of PyTorch 1.6 and later: a zip archive with one folder that holds the pickle
/// `data.pkl` and the storages `data/NAME`.
extension CheckpointContent {
    static func archive(
        _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(FileError) -> CheckpointContent {
        let map = try ZipMap(bytes, path: path)
        let folder = try folder(of: map)
        var entries: [Substring: ZipMap.Entry] = [:]
        for entry in map.entries where entry.name.hasPrefix(folder) {
            entries[entry.name.dropFirst(folder.count)] = entry
        }
        guard let pickle = entries["data.pkl"], entries["constants.pkl"] == nil else {
            throw .unsupported(
                path: path, tensor: nil, expected: "a checkpoint of torch.save",
                found: "a program of TorchScript")
        }
        guard pickle.byteCount <= PickleLimits.byteCount else {
            throw .tooLarge(
                path: path, format: "pickle", limit: "\(PickleLimits.byteCount) bytes",
                found: "\(pickle.byteCount)")
        }
        let outcome = try pickle.withContent(of: bytes, path: path) { (content) throws(FileError) in
            try PickleMachine.run(content, path: path)
        }
        guard outcome.byteCount == pickle.byteCount else {
            throw .malformed(
                path: path, format: "pickle", expected: "its end at byte \(outcome.byteCount)",
                found: "\(pickle.byteCount) bytes")
        }
        var records: [String: Record] = [:]
        for name in outcome.storages.keys {
            if let entry = entries["data/" + name] { records[name] = .entry(entry) }
        }
        try check(outcome.storages, records, path: path)
        return CheckpointContent(
            root: outcome.value, records: records,
            isBigEndian: try isBigEndian(entries["byteorder"], bytes, path))
    }

    /// Returns the folder with the pickle, including its slash.
    private static func folder(of map: ZipMap) throws(FileError) -> String {
        let pickles = map.entries.map(\.name).filter {
            $0.hasSuffix("/data.pkl") && $0.firstIndex(of: "/") == $0.lastIndex(of: "/")
        }
        guard let pickle = pickles.first, pickles.count == 1 else {
            throw .malformed(
                path: map.path, format: "PyTorch checkpoint", expected: "one data.pkl",
                found: pickles.isEmpty
                    ? "a zip archive without (npz, perhaps)" : "\(pickles.count)")
        }
        return String(pickle.dropLast("data.pkl".count))
    }

    private static func isBigEndian(
        _ entry: ZipMap.Entry?, _ bytes: UnsafeRawBufferPointer, _ path: String
    ) throws(FileError) -> Bool {
        // Older PyTorch supported only little-endian processors, and wrote no such entry.
        guard let entry else { return false }
        let order = try entry.withContent(of: bytes, path: path) { (content) throws(FileError) in
            String(decoding: content.prefix(16), as: UTF8.self)
        }
        guard order == "little" || order == "big" else {
            throw .malformed(
                path: path, format: "PyTorch checkpoint",
                expected: "the byte order little or big", found: order)
        }
        return order == "big"
    }
}
