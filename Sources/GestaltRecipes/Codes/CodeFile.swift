import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

extension VideoTokenizer {
    /// A hash of the configuration and the weights: codes have one meaning under tokenizers of
    /// equal fingerprints. For comparison, not for security.
    public var fingerprint: String {
        var hash = Fingerprint()
        // What a code means depends on numbers without weights, such as the levels of FSQ.
        let configuration = try? StrictJSON.encode(AnyTokenizerConfiguration(configuration))
        (configuration ?? []).withUnsafeBytes { hash.add($0) }
        for entry in state {
            Array(entry.path.utf8).withUnsafeBytes { hash.add($0) }
            entry.value.withScalars { hash.add(UnsafeRawBufferPointer($0)) }
        }
        return String(hash.value, radix: 16)
    }
}

/// Files of codes. A safetensors file also holds the fingerprint of the tokenizer, so that codes of
/// another one are refused; npy and npz files have no place for it.
public enum CodeFile {
    /// The key of the fingerprint in the file's metadata.
    private static let key = "tokenizer"

    /// Writes codes `[N, t, h, w]`.
    /// - Throws: `FileError` for a name that does not end in npy, npz or safetensors, or a file
    ///   that cannot be written.
    public static func write(
        _ codes: Tensor<Int32>, of tokenizer: some VideoTokenizer, to path: String
    ) throws(FileError) {
        guard path.lowercased().hasSuffix(".safetensors") else {
            return try ArrayFile.write(codes, name: "codes", to: path)
        }
        try SafeTensors.write(
            [(name: "codes", tensor: codes)], metadata: [key: tokenizer.fingerprint], to: path)
    }

    /// Reads codes `[N, t, h, w]`; `[t, h, w]` is one clip.
    /// - Parameter warn: called with a sentence about ignored content.
    /// - Throws: `FileError` for a file without integers; `ModelInputError` for codes of another
    ///   tokenizer, out of its range or of another shape.
    public static func read(
        _ path: String, for tokenizer: some VideoTokenizer, warn: ((String) -> Void)? = nil
    ) throws -> Tensor<Int32> {
        let read = try ArrayFile.read(path, as: Int32.self, name: "codes", warn: warn)
        let codes = read.rank == 3 ? read.expanded(axis: 0) : read
        if let file = try? SafeTensorsFile(contentsOf: path), let other = file.metadata[key] {
            let own = tokenizer.fingerprint
            guard other == own else {
                throw ModelInputError(
                    "codes", expected: "those of this tokenizer, of fingerprint \(own)",
                    found: "\(path) of another one, \(other)")
            }
        }
        try tokenizer.check(codes: codes)
        return codes
    }
}
