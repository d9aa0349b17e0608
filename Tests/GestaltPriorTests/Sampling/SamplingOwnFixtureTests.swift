import Foundation
import GestaltFiles
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Small priors of `Fixtures/`, with the numbers of our own PyTorch model in float64.
private struct StoredPrior {
    let file: SafeTensorsFile
    let prior: VideoPrior
    let codebook: Tensor<Float>
    let condition: PriorCondition

    init(_ name: String) throws {
        let path = try #require(
            Bundle.module.path(
                forResource: name, ofType: "safetensors", inDirectory: "Fixtures"))
        file = try SafeTensorsFile(contentsOf: path)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let stated = try decoder.decode(
            Stated.self, from: Data(try #require(file.metadata["configuration"]).utf8))
        var random = RandomStream(seed: 0)
        var prior = VideoPrior(stated.configuration, random: &random)
        try prior.load(videoGPT: TensorTable(file).below("weights/"))
        self.prior = prior
        codebook = try TensorTable(file).tensor("codebook")
        let frames =
            try file.names.contains("frames")
            ? TensorTable(file).tensor("frames").permuted([0, 2, 3, 4, 1]) : nil
        let classes =
            try file.names.contains("label")
            ? file.tensor("label", as: Int32.self) : nil
        condition = prior.condition(frames: frames, classes: classes, .inference)
    }

    private struct Stated: Decodable {
        let codes, embeddingDim, hiddenDim, heads, layers, nCondFrames, resolution: Int
        let resnetWidth, frameWidth: Int
        let resnetBlocks, latentShape: [Int]
        let classCondDim: Int?
        let attnType: String

        var configuration: PriorConfiguration {
            PriorConfiguration(
                latent: .init(
                    time: latentShape[0], height: latentShape[1], width: latentShape[2]),
                codeCount: codes, embeddingWidth: embeddingDim, width: hiddenDim, heads: heads,
                layers: layers, attention: attnType == "sparse" ? .sparse : .full, dropout: 0,
                attentionDropout: 0,
                conditioning: nCondFrames == 0
                    ? nil
                    : FrameConditioning(
                        frames: nCondFrames, height: resolution, width: resolution,
                        encoder: FrameEncoderConfiguration(
                            width: resnetWidth, blocks: resnetBlocks, outputWidth: frameWidth)),
                classes: classCondDim)
        }
    }
}

@Suite struct SamplingOwnFixtureTests {
    @Test(arguments: ["prior-frame1", "prior-frame2", "prior-class", "prior-sparse"])
    func logitsOfCachedDecodingAndTheCodesOfGreedySampling(_ name: String) throws {
        let stored = try StoredPrior(name)
        let weights = DecodingWeights(stored.prior, codebook: stored.codebook)
        let codes = try stored.file.tensor("ids", as: Int32.self)
        let found = stepwiseLogits(weights, stored.condition, codes)
        let deviation = relativeDeviation(
            found, from: try stored.file.tensor("logits", as: Float.self))
        #expect(deviation <= 1e-5, "logits deviate by \(deviation)")

        let expected = try stored.file.tensor("greedy/ids", as: Int32.self)
        let clips = expected.shape[0]
        let cache = DecodingCache(weights, stored.condition, clips: Array(0..<clips))
        var last: Tensor<Int32>?
        for token in 0..<expected.count / clips {
            last = weights.logits(after: last, cache).argmax(axis: -1)
            #expect(
                last
                    == expected.reshaped([clips, -1]).sliced(token..<token + 1, axis: 1).flattened()
            )
        }
    }
}
