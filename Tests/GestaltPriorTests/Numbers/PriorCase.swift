import Foundation
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// A prior of the fixtures: its file, and the configuration its manifest states.
struct PriorCase: Sendable, CustomTestStringConvertible {
    let file: String
    let configuration: VideoPredictorConfiguration
    /// Steps of its curve, over how many its rate falls.
    let scheduleSteps: Int
    /// Bound on activations, relative to the largest magnitude.
    var forwardBound: Float {
        (configuration.prior.conditioning == nil ? 1e-5 : 1e-4) * convolutionBoundFactor
    }
    var testDescription: String { file }

    static let all = ["uncond", "frame1", "frame4", "class", "sparse"]
        .compactMap { PriorCase("prior-\($0).safetensors") }

    /// Nil when the fixtures are not there.
    init?(_ file: String) {
        self.file = file
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let folder = VideoGPTFixture.folder,
            let data = FileManager.default.contents(atPath: folder + "manifest.json"),
            let manifest = try? decoder.decode(Manifest.self, from: data),
            let stated = manifest.files[file], let prior = stated.config,
            let tokenizer = stated.vqvaeConfig, let grid = stated.latentShape,
            let width = prior.hiddenDim
        else { return nil }
        let strides = tokenizer.downsample
        let given = prior.nCondFrames ?? 0
        scheduleSteps = prior.maxSteps ?? 1
        configuration = VideoPredictorConfiguration(
            tokenizer: VQVAEConfiguration(
                strides: .init(time: strides[0], height: strides[1], width: strides[2]),
                hiddenChannels: tokenizer.nHiddens, embeddingWidth: tokenizer.embeddingDim,
                codeCount: tokenizer.nCodes, blocks: tokenizer.nResLayers, dataVariance: 0.06),
            prior: PriorConfiguration(
                latent: .init(time: grid[0], height: grid[1], width: grid[2]),
                codeCount: tokenizer.nCodes, embeddingWidth: tokenizer.embeddingDim, width: width,
                heads: prior.heads!, layers: prior.layers!,
                attention: prior.attnType == "sparse" ? .sparse : .full, dropout: 0,
                attentionDropout: 0,
                conditioning: given == 0
                    ? nil : FrameConditioning(frames: given, height: 16, width: 16),
                classes: prior.classCondDim))
    }

    private struct Manifest: Decodable {
        let files: [String: File]
        struct File: Decodable {
            let config: Prior?
            let vqvaeConfig: Tokenizer?
            let latentShape: [Int]?
        }
        struct Prior: Decodable {
            let hiddenDim: Int?
            let heads: Int?
            let layers: Int?
            let nCondFrames: Int?
            let classCondDim: Int?
            let attnType: String?
            let maxSteps: Int?
        }
        struct Tokenizer: Decodable {
            let embeddingDim: Int
            let nCodes: Int
            let nHiddens: Int
            let nResLayers: Int
            let downsample: [Int]
        }
    }

    /// The stored weights, and those that follow the formula.
    /// - Parameter untying: Moves the biases that `FrameEncoderTie` lists.
    func weights(_ fixture: VideoGPTFixture, untying: Bool = false) throws -> TensorTable {
        let stored = TensorTable(fixture.file).below("weights/")
        let names = KeyMap(videoGPT: configuration)
        var random = RandomStream.placeholders
        let shapes = Dictionary(
            uniqueKeysWithValues: VideoPredictor(configuration, random: &random).state.map {
                ($0.path, $0.value)
            })
        var entries = stored.entries
        for entry in names.entries where stored.shape(of: entry.key) == nil {
            guard let path = entry.path else { continue }
            entries.append((entry.key, entry.arrangement.toTheirs(shapes[path]!).shape.dimensions))
        }
        let table = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.shape) })
        return TensorTable(path: file, entries: entries) { (name) throws(FileError) in
            guard stored.shape(of: name) == nil else { return try stored.tensor(name) }
            let weight = FormulaWeights.weight(name, table[name]!)
            return untying ? untied(name, weight) : weight
        }
    }

    func predictor(_ fixture: VideoGPTFixture, untying: Bool = false) throws -> VideoPredictor {
        var random = RandomStream.placeholders
        var predictor = VideoPredictor(configuration, random: &random)
        try predictor.load(videoGPT: weights(fixture, untying: untying))
        return predictor
    }

    /// What the prior is told of `clips`, `[B, T, H, W, 3]`.
    func condition(
        _ prior: VideoPrior, _ clips: Tensor<Float>, _ fixture: VideoGPTFixture, _ context: Context
    ) throws -> PriorCondition {
        let frames = configuration.prior.conditioning.map {
            clips.sliced(0..<$0.frames, axis: 1)
        }
        let classes =
            configuration.prior.classes == nil ? nil : try fixture.integers("label")
        return prior.condition(frames: frames, classes: classes, context)
    }
}
