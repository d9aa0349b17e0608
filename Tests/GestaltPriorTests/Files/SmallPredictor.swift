import Foundation
import GestaltFiles
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport

/// A predictor of a few thousand numbers, and its state in VideoGPT's names.
struct SmallPredictor {
    let model: VideoPredictor

    init() throws {
        let tokenizer = VQVAEConfiguration(
            strides: .init(time: 2, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 8,
            codeCount: 16,
            blocks: 1, dataVariance: 0.06)
        let configuration = VideoPredictorConfiguration(
            tokenizer: tokenizer,
            prior: PriorConfiguration(
                latent: .init(time: 2, height: 4, width: 8), codeCount: 16, embeddingWidth: 8,
                width: 12,
                heads: 2, layers: 1, attention: .full, conditioning: nil, classes: nil))
        try configuration.validate()
        var random = RandomStream(seed: 2)
        model = VideoPredictor(configuration, random: &random)
    }

    /// What has to be stated of a bare state.
    static let settings = ["downsample": "2,4,4", "heads": "2", "attn_type": "full"]
    static let tokenizerSettings = ["downsample": "2,4,4"]

    func state(_ content: VideoModel) throws -> [(name: String, tensor: AnyTensor)] {
        let folder = TemporaryFolder()
        let path = folder.path("a.safetensors")
        try content.write(videoGPT: path)
        let file = try SafeTensorsFile(contentsOf: path)
        return try file.names.map { (name: $0, tensor: try file.anyTensor($0)) }
    }

    func predictorState() throws -> [(name: String, tensor: AnyTensor)] {
        try state(VideoModel(model))
    }

    func tokenizerState() throws -> [(name: String, tensor: AnyTensor)] {
        try state(VideoModel(model.tokenizer))
    }
}
