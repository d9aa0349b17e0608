import Foundation
import GestaltFiles
import GestaltTensor
import GestaltVQVAE
import Testing

/// Numbers that VideoGPT's own program made; found through GESTALT_FIXTURES.
struct VideoGPTFixture {
    static var folder: String? {
        ProcessInfo.processInfo.environment["GESTALT_FIXTURES"].map { $0 + "/videogpt/" }
    }
    static var isAvailable: Bool { folder != nil }

    let file: SafeTensorsFile

    init(_ name: String) throws { file = try SafeTensors.open(Self.folder! + name) }

    /// A tensor as stored.
    func raw(_ name: String) throws -> Tensor<Float> { try file.tensor(name, as: Float.self) }

    /// A tensor stored `[B, C, T, H, W]`, channels last.
    func channelsLast(_ name: String) throws -> Tensor<Float> {
        try raw(name).permuted([0, 2, 3, 4, 1])
    }

    func integers(_ name: String) throws -> Tensor<Int32> {
        try file.tensor(name, as: Int32.self)
    }

    /// Clips stored as bytes `[…, B, C, T, H, W]`, as the models see them: `v / 255 − 0.5`, channels
    /// last.
    func clips(_ name: String) throws -> Tensor<Float> {
        let values = try file.tensor(name, as: UInt8.self).cast(to: Float.self) / 255 - 0.5
        let lead = values.rank - 5
        return values.permuted(Array(0..<lead) + [0, 2, 3, 4, 1].map { $0 + lead })
    }

    /// All tensors below `prefix`, by the rest of their names.
    func tensors(below prefix: String) throws -> [String: Tensor<Float>] {
        var result: [String: Tensor<Float>] = [:]
        for name in file.names where name.hasPrefix(prefix) {
            result[String(name.dropFirst(prefix.count))] = try raw(name)
        }
        return result
    }
}

/// A tokenizer of the fixtures: its file, and the configuration its manifest states.
struct TokenizerCase: Sendable, CustomTestStringConvertible {
    let file: String
    let configuration: TokenizerConfiguration
    var testDescription: String { file }

    static let all = [
        TokenizerCase("vqvae-444.safetensors"), TokenizerCase("vqvae-422.safetensors"),
        TokenizerCase("vqvae-244.safetensors"),
    ].compactMap { $0 }

    /// Nil when the fixtures are not there.
    init?(_ file: String) {
        self.file = file
        guard let folder = VideoGPTFixture.folder,
            let data = FileManager.default.contents(atPath: folder + "manifest.json"),
            let manifest = try? JSONDecoder().decode(Manifest.self, from: data),
            let stated = manifest.files[file]?.config, let strides = stated.downsample
        else { return nil }
        configuration = TokenizerConfiguration(
            strides: .init(time: strides[0], height: strides[1], width: strides[2]),
            hidden: stated.hidden!, embedding: stated.embedding!, codes: stated.codes!,
            blocks: stated.blocks!, dataVariance: 0.06)
    }

    private struct Manifest: Decodable {
        let files: [String: File]
        struct File: Decodable { let config: Configuration? }
        struct Configuration: Decodable {
            let embedding: Int?
            let codes: Int?
            let hidden: Int?
            let blocks: Int?
            let downsample: [Int]?

            enum CodingKeys: String, CodingKey {
                case embedding = "embedding_dim"
                case codes = "n_codes"
                case hidden = "n_hiddens"
                case blocks = "n_res_layers"
                case downsample
            }
        }
    }

    func tokenizer(_ fixture: VideoGPTFixture) throws -> VideoTokenizer {
        var random = RandomStream(seed: 0)
        var tokenizer = VideoTokenizer(configuration, random: &random)
        try tokenizer.load(videoGPT: fixture.tensors(below: "weights/"), source: file)
        return tokenizer
    }
}

/// Replays the permutations and the noise that a run of the original drew.
struct RecordedDraws: CodebookDraws {
    var permutations: [Tensor<Int32>]
    var noises: [Tensor<Float>]

    mutating func permutation(_ count: Int) -> Tensor<Int32> {
        let next = permutations.removeFirst()
        precondition(next.count == count, "recorded \(next.count), asked for \(count)")
        return next
    }

    mutating func noise(_ shape: Shape) -> Tensor<Float> { noises.removeFirst().reshaped(shape) }
}

/// The largest deviation, relative to the largest magnitude of what is expected.
func relativeDeviation(_ a: Tensor<Float>, from expected: Tensor<Float>) -> Float {
    guard a.shape == expected.shape else { return .infinity }
    let (x, y) = (a.scalars, expected.scalars)
    let scale = y.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    return zip(x, y).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(worst, difference / scale)
    }
}
