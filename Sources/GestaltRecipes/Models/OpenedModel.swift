import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// A model read from disk, from any path that leads to one.
///
/// The path may be
/// - the folder of a model, or `model.safetensors` in it;
/// - the folder of a training run: the trained model, or of an unfinished run the best checkpoint,
///   or the last one where none was evaluated;
/// - a checkpoint of a run, `RUN/checkpoints/best.safetensors`, wherever it lies;
/// - a file of another program in one of the ``CheckpointFormats``: VideoGPT, as
///   `VideoModel(at:settings:)` reads it, `magvit2-pytorch`;
/// - the name of one of the ``PretrainedModels``, `robot-push-small/foreground`.
///
/// ```swift
/// let opened = try OpenedModel(at: "runs/unet")
/// let network = try opened.segmentation()
/// ```
public struct OpenedModel: Sendable {
    public let model: any StoredModel
    /// The path it was read from, as the caller passed it; the full name of a pre-trained model.
    public let path: String
    /// A remark for the user, for example that the run is not finished.
    public let remark: String?
    /// Whether it is a checkpoint of a run that is not finished.
    public let isUnfinished: Bool

    /// - Parameters:
    ///   - use: the purpose, where `path` is the name of a set of pre-trained models.
    ///   - settings: hyperparameters that a checkpoint of another program lacks; rejected where a
    ///     model records its own.
    /// - Throws: ``TrainingError`` for a run without a checkpoint; `FileError` for files that are
    ///   missing or broken; `ConfigurationError`, `ModelFolderError` and `VideoGPTError` for ones
    ///   without a model; ``PretrainedModelError`` for a name that is neither.
    public init(
        at path: String, for use: ModelUse? = nil, settings: [String: String] = [:]
    ) throws {
        BuiltIns.register()
        let isName = PretrainedModels.isName(path)
        self.path = isName ? try PretrainedModels.fullName(of: path, for: use) : path
        let place = isName ? try PretrainedModels.path(of: self.path) : path
        let source = try ModelSource(place)
        if case .foreign = source {
            var notices: [String] = []
            model = try CheckpointFormats.format(of: place)
                .read(place, settings: settings) { notices.append($0) }
            remark = notices.isEmpty ? nil : notices.joined(separator: "\n")
            isUnfinished = false
            return
        }
        guard settings.isEmpty else {
            throw VideoGPTError.needlessSettings(path: path, names: settings.keys.sorted())
        }
        model = try source.read(ModelKinds.type(try source.kind(), in: source.path))
        remark = source.remark
        isUnfinished = source.remark != nil
    }
}

extension OpenedModel {
    /// Returns the tokenizer, or the predictor with its own.
    public func video() throws(ModelMismatch) -> VideoModel {
        guard let video = VideoModel(model) else { throw mismatch(.tokenizer) }
        return video
    }

    /// Returns the tokenizer, also that of a predictor.
    public func tokenizer() throws(ModelMismatch) -> any VideoTokenizer { try video().tokenizer }

    /// Returns the predictor of clips, of any kind.
    public func clipPredictor() throws(ModelMismatch) -> any ClipPredictor {
        guard let predictor = model as? any ClipPredictor else {
            throw mismatch(.clipPredictor)
        }
        return predictor
    }

    /// Returns the kind of recipe that trains a prior on this tokenizer, or this predictor further.
    public func priorRecipe() throws(ModelMismatch) -> String {
        if let predictor = model as? any ClipPredictor { return type(of: predictor).priorRecipe }
        return type(of: try tokenizer().configuration).priorRecipe
    }

    public func predictor() throws(ModelMismatch) -> VideoPredictor {
        guard let predictor = model as? VideoPredictor else { throw mismatch(.predictor) }
        return predictor
    }

    /// Returns the forecaster, also that of a predictor which was trained with forecasts.
    public func forecaster() throws(ModelMismatch) -> Forecaster {
        if let forecaster = model as? Forecaster { return forecaster }
        guard let forecaster = (model as? VideoPredictor).flatMap(Forecaster.init(of:)) else {
            throw mismatch(.forecaster)
        }
        return forecaster
    }

    public func segmentation() throws(ModelMismatch) -> any SegmentationModel & StoredModel {
        guard let network = model as? any SegmentationModel & StoredModel else {
            throw mismatch(.segmentation)
        }
        return network
    }

    /// Returns the model as one of instances.
    /// - Throws: ``ModelMismatch`` for a model of another kind.
    public func instanceModel() throws(ModelMismatch) -> any InstanceModel & StoredModel {
        guard let model = model as? any InstanceModel & StoredModel else {
            throw mismatch(.instances)
        }
        return model
    }

    /// Returns the named encoder on this model; of a model with an encoder its own, trained one.
    /// - Throws: `ConfigurationError` for a name that does not fit, or is not that of the
    ///   model's encoder; `ModelMismatch` for a model of another kind.
    public func encoder(
        named name: ComponentName, random: inout RandomStream
    ) throws -> any StoredEncoder {
        if let own = (model as? any EncoderContaining)?.encoder, own.name.kind == name.kind {
            guard own.name == name else {
                throw ConfigurationError.invalid(
                    "encoder", expected: "\(own.name), the encoder of \(path)", found: "\(name)")
            }
            return own
        }
        do {
            return try Encoders.type(of: name).init(named: name, on: model, random: &random)
        } catch var error as ModelMismatch {
            error.path = path
            throw error
        }
    }

    func mismatch(_ needed: ModelNeed) -> ModelMismatch {
        ModelMismatch(path: path, needed: needed, found: model.title)
    }
}
