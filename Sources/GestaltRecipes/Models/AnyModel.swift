import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltVQVAE

/// A model of any kind that Gestalt stores.
public enum AnyModel: Sendable {
    case tokenizer(VQVAE)
    case predictor(VideoPredictor)
    case unet(UNet)
    case segmenter(Segmenter)

    /// The tokenizer, alone or with its prior; nil for a segmentation model.
    public var video: VideoModel? {
        switch self {
        case .tokenizer(let tokenizer): .tokenizer(tokenizer)
        case .predictor(let predictor): .predictor(predictor)
        case .unet, .segmenter: nil
        }
    }

    /// The segmentation model; nil for a video model.
    public var segmentation: (any SegmentationModel & StoredModel)? {
        switch self {
        case .tokenizer, .predictor: nil
        case .unet(let network): network
        case .segmenter(let segmenter): segmenter
        }
    }

    /// The model as what all kinds have in common.
    public var stored: any StoredModel {
        switch self {
        case .tokenizer(let tokenizer): tokenizer
        case .predictor(let predictor): predictor
        case .unet(let network): network
        case .segmenter(let segmenter): segmenter
        }
    }

    /// The kind as files name it: `tokenizer`, `predictor`, `unet`, `segmenter`.
    public var kind: String {
        func kind(of model: some StoredModel) -> String { type(of: model).Configuration.kind }
        return kind(of: stored)
    }

    public var parameterCount: Int { stored.parameterCount }

    init(_ model: VideoModel) {
        switch model {
        case .tokenizer(let tokenizer): self = .tokenizer(tokenizer)
        case .predictor(let predictor): self = .predictor(predictor)
        }
    }
}

extension AnyModel: CustomStringConvertible {
    /// What the model is, in words.
    public var description: String {
        switch self {
        case .tokenizer: "a video tokenizer"
        case .predictor: "a video predictor (tokenizer and prior)"
        case .unet: "a segmentation model (U-Net)"
        case .segmenter(let segmenter):
            "a segmentation model (head on \(EncoderChoice(segmenter.configuration.encoder)))"
        }
    }
}

/// A model of another kind than the one needed.
public struct ModelMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// Which kinds of model do.
    public enum Need: Equatable, Sendable {
        /// A tokenizer, alone or in a predictor.
        case tokenizer
        case predictor
        case segmentation
        /// A U-Net.
        case unet
    }

    /// What was opened, as it was named.
    public let path: String
    public let needed: Need
    /// What it is, in words.
    public let found: String

    public init(path: String, needed: Need, found: String) {
        self.path = path
        self.needed = needed
        self.found = found
    }

    public var description: String { "\(path) is \(found), but \(needed) is needed" }
}

extension ModelMismatch.Need: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tokenizer: "a video tokenizer or predictor"
        case .predictor: "a video predictor (tokenizer and prior)"
        case .segmentation: "a segmentation model (U-Net or head)"
        case .unet: "a U-Net"
        }
    }
}
