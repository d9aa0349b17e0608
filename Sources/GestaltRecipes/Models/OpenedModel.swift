import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltVQVAE

/// A model from disk, whatever names it.
///
/// The path may be
/// - the folder of a model, or `model.safetensors` in it;
/// - the folder of a training run: the trained model, or of an unfinished run the best checkpoint,
///   or the last one where none was judged;
/// - a checkpoint of a run, `RUN/checkpoints/best.safetensors`, wherever it lies;
/// - a file of VideoGPT's, as `VideoModel(at:settings:)` reads it.
///
/// ```swift
/// let opened = try OpenedModel(at: "runs/unet")
/// let network = try opened.segmentation()
/// ```
public struct OpenedModel: Sendable {
    public let model: AnyModel
    /// Where it was read from, as it was given.
    public let path: String
    /// What somebody who named the path should know: that the run is not finished, for example.
    public let remark: String?
    /// Whether it is a checkpoint of a run that is not finished.
    public let isUnfinished: Bool

    /// - Parameter settings: hyper-parameters that a bare VideoGPT checkpoint leaves out; refused
    ///   where a model knows its own.
    /// - Throws: ``TrainingError`` for a run without a checkpoint; `FileError` for files that are
    ///   missing or broken; `ConfigurationError`, `ModelFolderError` and `VideoGPTError` for ones
    ///   that hold no model.
    public init(at path: String, settings: [String: String] = [:]) throws {
        self.path = path
        let source = try ModelSource(path)
        if case .videoGPT = source {
            var notices: [String] = []
            model = AnyModel(
                try VideoModel(at: path, settings: settings) { notices.append($0) })
            remark = notices.isEmpty ? nil : notices.joined(separator: "\n")
            isUnfinished = false
            return
        }
        guard settings.isEmpty else {
            throw VideoGPTError.needlessSettings(path: path, names: settings.keys.sorted())
        }
        switch try source.kind() {
        case VQVAEConfiguration.kind: model = .tokenizer(try source.read())
        case VideoPredictorConfiguration.kind: model = .predictor(try source.read())
        case UNetConfiguration.kind: model = .unet(try source.read())
        case SegmenterConfiguration.kind: model = .segmenter(try source.read())
        case let kind:
            throw ModelFolderError.wrongKind(
                path: source.path, expected: "tokenizer”, “predictor”, “unet” or “segmenter",
                found: kind)
        }
        remark = source.remark
        isUnfinished = source.remark != nil
    }
}

extension OpenedModel {
    /// The tokenizer, or the predictor with its own.
    public func video() throws(ModelMismatch) -> VideoModel {
        guard let video = model.video else { throw mismatch(.tokenizer) }
        return video
    }

    /// The tokenizer, a predictor's too.
    public func tokenizer() throws(ModelMismatch) -> VQVAE { try video().tokenizer }

    public func predictor() throws(ModelMismatch) -> VideoPredictor {
        guard let predictor = model.video?.predictor else { throw mismatch(.predictor) }
        return predictor
    }

    public func segmentation() throws(ModelMismatch) -> any SegmentationModel & StoredModel {
        guard let network = model.segmentation else { throw mismatch(.segmentation) }
        return network
    }

    func mismatch(_ needed: ModelMismatch.Need) -> ModelMismatch {
        ModelMismatch(path: path, needed: needed, found: "\(model)")
    }
}
