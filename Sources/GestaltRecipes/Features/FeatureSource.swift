import GestaltData
import GestaltIO
import GestaltModels
import GestaltTensor

/// Latents of clips, one clip at a time.
public protocol FeatureSource: Sendable {
    /// The frame sizes it accepts.
    var frameTarget: FrameTarget { get }
    /// The number of frames at the start of a clip from which its latents are computed; nil for
    /// all.
    var frameCount: Int? { get }
    /// Checks clips and conditions, and returns the latents of each clip.
    /// - Throws: `ClipError`, `ModelInputError` and errors of the model for clips or conditions
    ///   that do not fit.
    func features(of input: VideoInput, _ conditions: FeatureConditions) throws -> ClipFeatures
}

/// A ``FeatureSource`` that is found by name: once registered (``FeatureSources/register(_:)``), a
/// source of kind `flow` is written by `gestalt features --source flow:2`.
public protocol NamedFeatureSource: FeatureSource {
    /// The first word of its names.
    static var kind: String { get }
    /// The forms of its names, for help.
    static var forms: [FeatureForm] { get }
    /// Whether its features depend on ``FeatureConditions``; by default not.
    static var isConditioned: Bool { get }
    /// Whether a name of its kind is one of its own; an encoder's otherwise. By default every name
    /// is.
    static func accepts(_ name: ComponentName) -> Bool
    /// Checks a name without a model.
    /// - Throws: an error that contains the expected form.
    static func validate(_ name: ComponentName) throws
    /// - Throws: `ModelMismatch` for a model of another kind, errors for a name that does not fit.
    init(named name: ComponentName, on model: OpenedModel) throws
}

extension NamedFeatureSource {
    public static var isConditioned: Bool { false }
    public static func accepts(_ name: ComponentName) -> Bool { true }
}

/// A form of the names of a ``NamedFeatureSource``, and its meaning.
public struct FeatureForm: Sendable, Equatable {
    /// The form: `resnet:K`.
    public let grammar: String
    /// The meaning in lines of at most 49 characters, with the shape of the array.
    public let lines: [String]

    public init(_ grammar: String, _ lines: String...) {
        self.grammar = grammar
        self.lines = lines
    }
}

/// The inputs of features, other than frames.
public struct FeatureConditions: Sendable {
    /// The class of all clips.
    public var label: Int32?
    /// The actions of each clip, `[B, T, width]`.
    public var actions: Tensor<Float>?
    /// Called within long computations; an error it throws ends them.
    public var checkpoint: @Sendable () throws -> Void

    public init(
        label: Int32? = nil, actions: Tensor<Float>? = nil,
        checkpoint: @escaping @Sendable () throws -> Void = {}
    ) {
        self.label = label
        self.actions = actions
        self.checkpoint = checkpoint
    }
}

/// The latents of some clips, computed clip by clip.
public struct ClipFeatures {
    /// The computation of the latents `[1, …]` of the clip of an index.
    public enum Values {
        case numbers((_ clip: Int) throws -> Tensor<Float>)
        /// Codes of a codebook.
        case codes((_ clip: Int) throws -> Tensor<Int32>)
    }

    /// The number of clips.
    public let count: Int
    public let values: Values
    /// Remarks for the user.
    public let remarks: [String]

    public init(count: Int, _ values: Values, remarks: [String] = []) {
        self.count = count
        self.values = values
        self.remarks = remarks
    }

    /// Latents of an array of clips `[B, …]`, each from its own `[1, …]`.
    public init(
        of clips: Tensor<Float>, _ features: @escaping (Tensor<Float>) throws -> Tensor<Float>
    ) {
        self.init(count: clips.shape[0], .numbers { try features(clips[$0..<$0 + 1]) })
    }
}
