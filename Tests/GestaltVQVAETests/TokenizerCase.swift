import Foundation
import GestaltFiles
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// A tokenizer of the fixtures: its file, and the configuration its manifest states.
struct TokenizerCase: Sendable, CustomTestStringConvertible {
    let file: String
    let configuration: VQVAEConfiguration
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
        configuration = VQVAEConfiguration(
            strides: .init(time: strides[0], height: strides[1], width: strides[2]),
            hiddenChannels: stated.hidden!, embeddingWidth: stated.embedding!,
            codeCount: stated.codes!,
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

    func tokenizer(_ fixture: VideoGPTFixture) throws -> VQVAE {
        var random = RandomStream(seed: 0)
        var tokenizer = VQVAE(configuration, random: &random)
        try tokenizer.load(videoGPT: TensorTable(fixture.file).below("weights/"))
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
