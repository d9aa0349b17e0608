import GestaltModels

/// The kinds of models that this module registers.
public enum MagvitKinds {
    /// Registers all of them; later calls do nothing.
    public static func register() { _ = registration }

    private static let registration: Void = {
        // A kind that a program registered earlier under this name is kept.
        try? ModelKinds.register(MagvitTokenizer.self)
        try? ModelKinds.register(MaskedPredictor.self)
    }()
}
