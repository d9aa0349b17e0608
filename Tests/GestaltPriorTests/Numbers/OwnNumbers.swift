import Foundation
import GestaltFiles
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import Testing

/// Numbers of a prior that our own PyTorch program made; see `Fixtures/README.md`.
struct OwnNumbers: Sendable, CustomTestStringConvertible {
    let name: String
    var testDescription: String { name }

    static let all = ["frame1", "frame2", "class", "sparse"].map { OwnNumbers(name: $0) }

    func file() throws -> SafeTensorsFile {
        let folder = try #require(Bundle.module.resourceURL?.appending(path: "Fixtures"))
        return try SafeTensorsFile(
            contentsOf: folder.appending(path: "prior-\(name).safetensors").path)
    }

    /// The prior with the file's weights.
    func prior(_ file: SafeTensorsFile) throws -> VideoPrior {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let stated = try decoder.decode(
            Stated.self, from: Data((file.metadata["configuration"] ?? "").utf8))
        let grid = stated.latentShape
        let configuration = PriorConfiguration(
            latent: .init(time: grid[0], height: grid[1], width: grid[2]), codeCount: stated.codes,
            embeddingWidth: stated.embeddingDim, width: stated.hiddenDim, heads: stated.heads,
            layers: stated.layers, attention: stated.attnType == "sparse" ? .sparse : .full,
            dropout: 0, attentionDropout: 0,
            conditioning: stated.nCondFrames == 0
                ? nil
                : FrameConditioning(
                    frames: stated.nCondFrames, height: stated.resolution,
                    width: stated.resolution,
                    encoder: FrameEncoderConfiguration(
                        width: stated.resnetWidth, blocks: stated.resnetBlocks,
                        outputWidth: stated.frameWidth)),
            classes: stated.classCondDim)
        try configuration.validate()
        var random = RandomStream.placeholders
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
        let embeddingDim: Int
        let hiddenDim: Int
        let heads: Int
        let layers: Int
        let attnType: String
        let nCondFrames: Int
        let classCondDim: Int?
        let resolution: Int
        let resnetWidth: Int
        let resnetBlocks: [Int]
        let frameWidth: Int
        let latentShape: [Int]
    }
}
