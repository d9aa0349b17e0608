import Foundation
import GestaltFiles
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import Testing

/// Numbers of a prior that our own PyTorch program made; see `Fixtures/README.md`.
struct OwnNumbers: Sendable, CustomTestStringConvertible {
    let name: String
    var testDescription: String { name }

    static let all = ["frame1", "frame2", "class", "sparse"].map { OwnNumbers(name: $0) }

    func file() throws -> SafeTensorsFile {
        let folder = try #require(Bundle.module.resourceURL?.appending(path: "Fixtures"))
        return try SafeTensors.open(folder.appending(path: "prior-\(name).safetensors").path)
    }

    /// The prior with the file's weights.
    func prior(_ file: SafeTensorsFile) throws -> VideoPrior {
        let stated = try JSONDecoder().decode(
            Stated.self, from: Data((file.metadata["configuration"] ?? "").utf8))
        let grid = stated.latent_shape
        let configuration = PriorConfiguration(
            latent: .init(time: grid[0], height: grid[1], width: grid[2]), codes: stated.codes,
            embedding: stated.embedding_dim, width: stated.hidden_dim, heads: stated.heads,
            layers: stated.layers, attention: stated.attn_type == "sparse" ? .sparse : .full,
            dropout: 0, attentionDropout: 0,
            conditioning: stated.n_cond_frames == 0
                ? nil
                : FrameConditioning(
                    frames: stated.n_cond_frames, height: stated.resolution,
                    width: stated.resolution,
                    encoder: FrameEncoderConfiguration(
                        width: stated.resnet_width, blocks: stated.resnet_blocks,
                        outputWidth: stated.frame_width)),
            classes: stated.class_cond_dim)
        try configuration.validate()
        var random = RandomStream.blank
        var prior = VideoPrior(configuration, random: &random)
        try prior.load(videoGPT: TensorTable(file).below("weights/"))
        return prior
    }

    func condition(
        _ prior: VideoPrior, _ file: SafeTensorsFile, _ context: Context
    ) throws -> PriorCondition {
        let frames =
            file.contains("frames")
            ? try file.tensor("frames", as: Float.self).permuted([0, 2, 3, 4, 1]) : nil
        let classes = file.contains("label") ? try file.tensor("label", as: Int32.self) : nil
        return prior.condition(frames: frames, classes: classes, context)
    }

    private struct Stated: Decodable {
        let codes: Int
        let embedding_dim: Int
        let hidden_dim: Int
        let heads: Int
        let layers: Int
        let attn_type: String
        let n_cond_frames: Int
        let class_cond_dim: Int?
        let resolution: Int
        let resnet_width: Int
        let resnet_blocks: [Int]
        let frame_width: Int
        let latent_shape: [Int]
    }
}
