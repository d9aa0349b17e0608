import GestaltData
import GestaltIO
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A place for latents of frozen encoders that several trainings share.
///
/// A key determines the latents: encoder, weights, frames, mirroring. What is stored under it may
/// be lost at any time; it is then computed again. Latents of an encoder that is no
/// `StoredEncoder` have no key and are always computed.
public protocol LatentStore: Sendable {
    /// Returns the latents under a key; nil where there are none.
    func latents(_ key: String) throws -> Latent?
    /// Stores latents under a key.
    func store(_ latents: Latent, _ key: String) throws
}

extension LatentStore {
    /// Returns the latents under a key, computed and stored where there are none.
    func latents(_ key: String, computed: () throws -> Latent) throws -> Latent {
        if let known = try latents(key) { return known }
        let latents = try computed()
        try store(latents, key)
        return latents
    }
}

/// The key of the latents of frames: the SHA-256 checksum of all that determines them.
struct LatentKey {
    private var sum = SHA256()

    /// - Parameter name: that of the encoder, with what changes its output.
    init(_ encoder: some Module, named name: String) {
        add("latents 1\n\(name)\n")
        for entry in encoder.state {
            add("\(entry.path) \(entry.value.shape)\n")
            entry.value.withScalars { sum.append(UnsafeRawBufferPointer($0)) }
        }
    }

    mutating func add(_ text: String) { sum.append(Array(text.utf8)) }

    /// Adds frames as bytes.
    mutating func add(_ pixels: Tensor<UInt8>) {
        add("\(pixels.shape)\n")
        pixels.withScalars { sum.append(UnsafeRawBufferPointer($0)) }
    }

    var hexadecimal: String { sum.hexadecimal }
}
