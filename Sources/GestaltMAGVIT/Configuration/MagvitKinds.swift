import GestaltModels
import GestaltVideo

/// The kinds of models and encoders that this module registers.
public enum MagvitKinds {
    /// Registers all of them; later calls do nothing.
    public static func register() { _ = registration }

    private static let registration: Void = {
        // A kind that a program registered earlier under this name is kept.
        try? ModelKinds.register(MagvitTokenizer.self)
        try? ModelKinds.register(StagedTokenizer.self)
        try? ModelKinds.register(MaskedPredictor.self)
        try? Encoders.register(MagvitFrameEncoder.self)
    }()
}
