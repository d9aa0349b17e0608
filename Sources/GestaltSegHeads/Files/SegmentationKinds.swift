import GestaltModels
import GestaltPrior
import GestaltVideo

extension ModelNeed {
    public static let segmentation = ModelNeed(
        "a segmentation model (U-Net or head)", recipes: ["head", "unet"])
    public static let instances = ModelNeed(
        "an instance segmentation model", recipes: ["instances"])
    public static let unet = ModelNeed("a U-Net", recipes: ["unet"])
}

/// The kinds of models, encoders and heads of this module.
public enum SegmentationKinds {
    /// Registers them; later calls do nothing.
    public static func register() { _ = registration }

    private static let registration: Void = {
        VideoModel.registerKinds()
        // A kind that a program registered earlier under this name is kept.
        try? ModelKinds.register(UNet.self)
        try? ModelKinds.register(Segmenter.self)
        try? ModelKinds.register(InstanceSegmenter.self)
        try? ModelKinds.register(Forecaster.self)
        try? Encoders.register(TokenizerEncoder.self)
        try? Encoders.register(ResNetEncoder.self)
        try? Encoders.register(PriorEncoder.self)
        try? Encoders.register(DenseEncoder.self)
        try? Encoders.register(DensePriorEncoder.self)
        try? Encoders.register(PriorSampleEncoder.self)
        try? Encoders.register(PriorTeacherEncoder.self)
        try? Encoders.register(FutureCodeEncoder.self)
        try? Encoders.register(FuturePixelEncoder.self)
        try? Encoders.register(FutureMotionEncoder.self)
        try? Encoders.register(PixelEncoder.self)
        try? Encoders.register(PositionEncoder.self)
        try? Encoders.register(NoiseEncoder.self)
        try? Heads.register(ConvolutionalHead.Configuration.self)
        try? Heads.register(LinearProbe.Configuration.self)
        try? Heads.register(JoinedHead.Configuration.self)
        try? Heads.register(TransposedHead.Configuration.self)
        try? Heads.register(FlattenedHead.Configuration.self)
        try? Heads.register(AttentiveHead.Configuration.self)
        try? Heads.register(UNetHead.Configuration.self)
        try? InstanceHeads.register(QueryHead.Configuration.self)
        try? InstanceHeads.register(EmbeddingHead.Configuration.self)
    }()
}

/// Reads a segmentation model of any registered kind.
/// - Throws: as `StoredModel.init(folder:)`; `ModelMismatch` for another model.
public func segmentationModel(
    folder path: String
) throws -> any SegmentationModel & StoredModel {
    SegmentationKinds.register()
    let folder = ModelFolder(path)
    let type = try ModelKinds.type(try folder.kind(), in: folder.configurationPath)
    let model = try type.init(folder: path)
    guard let network = model as? any SegmentationModel & StoredModel else {
        throw ModelMismatch(path: path, needed: .segmentation, found: model.title)
    }
    return network
}
