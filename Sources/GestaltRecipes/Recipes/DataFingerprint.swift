import GestaltData
import GestaltNN
import GestaltTensor

/// A fingerprint of a run's clips, independent of their location: names, lengths, sizes and first
/// frames.
///
/// A run must resume with the clips it started with, or its result differs; likewise with the fixed
/// models that make its targets, and with the weights that each of its rounds begins with, if there
/// are any.
struct DataFingerprint: Codable, Equatable, CustomStringConvertible {
    let clips: Int
    let frames: Int
    let hash: String
    /// The hash of the weights of fixed models whose outputs are targets; nil without any.
    let models: String?
    /// The hash of the weights that every round begins with; nil where the recipe and the other
    /// models determine them, and in runs of earlier versions.
    let start: String?

    /// - Parameters:
    ///   - models: models whose outputs are targets, teachers.
    ///   - start: the model that every round begins with, where it is one of another run.
    /// - Throws: what reading clips throws.
    init(
        _ sets: [DataSet], models: [any Module] = [], start: (any Module)? = nil
    ) throws {
        var hash = Fingerprint()
        var (clipCount, frameCount) = (0, 0)
        for (set, index) in sets.flatMap({ set in (0..<set.count).map { (set, $0) } }) {
            let clip = try set.clip(at: index)
            clipCount += 1
            frameCount += clip.frameCount
            // The name of an array is its whole path, which may have changed.
            let name = clip.name.split(separator: "/").last ?? ""
            Array(name.utf8).withUnsafeBytes { hash.add($0) }
            [clip.frameCount, clip.height, clip.width].withUnsafeBytes { hash.add($0) }
            clip.frames[0].withScalars { hash.add(UnsafeRawBufferPointer($0)) }
        }
        clips = clipCount
        frames = frameCount
        self.hash = String(hash.value, radix: 16)
        self.models = models.isEmpty ? nil : Self.hash(models)
        self.start = start.map { Self.hash([$0]) }
    }

    private static func hash(_ models: [any Module]) -> String {
        var hash = Fingerprint()
        for entry in models.flatMap({ $0.state }) {
            Array(entry.path.utf8).withUnsafeBytes { hash.add($0) }
            entry.value.withScalars { hash.add(UnsafeRawBufferPointer($0)) }
        }
        return String(hash.value, radix: 16)
    }

    /// Whether the clips are the same, whatever the models.
    func hasClips(of other: DataFingerprint) -> Bool {
        (clips, frames, hash) == (other.clips, other.frames, other.hash)
    }

    /// Whether the initial weights are the same, as far as this fingerprint knows them.
    func hasStart(of other: DataFingerprint) -> Bool { start == nil || start == other.start }

    var description: String { "\(clips) clips of \(frames) frames in all" }
}

/// A running hash of bytes, eight at a time: FNV-1a with 64-bit words. For comparison, not for
/// security.
struct Fingerprint {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var place = 0
        while place + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        for byte in bytes[place...] { mix(UInt64(byte)) }
    }

    private mutating func mix(_ word: UInt64) {
        value = (value ^ word) &* 0x100_0000_01b3
        value ^= value >> 29
    }
}
