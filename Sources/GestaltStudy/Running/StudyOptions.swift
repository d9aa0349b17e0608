import GestaltIO

/// Options of running a study, none of which changes a result.
public struct StudyOptions: Sendable {
    /// The rows to make, with all that they start from; nil for all.
    public var rows: [String]?
    /// Whether runs that failed are made again.
    public var retries = false
    /// Whether each training is tried first, for three steps on two clips, which finds settings
    /// that do not fit and measures the time of a step.
    public var rehearses = true
    /// Results of runs that were made elsewhere, which are not made again; the folder keeps a copy.
    /// Those of other clips, or with other scored frames, are refused.
    public var known: [KnownResults] = []
    /// The limit of the latents of frozen encoders in the folder, in bytes.
    public var latentBytes = Self.usualLatentBytes
    /// Whether progress is printed to standard error.
    public var showsProgress: Bool
    public var interruption: Interruption
    /// The command that runs the study, for the results.
    public var command: String?
    /// Called with remarks for the user, a sentence at a time.
    public var notice: @Sendable (String) -> Void

    public static let usualLatentBytes = 4 << 30

    public init(
        showsProgress: Bool = true, interruption: Interruption = .process,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.showsProgress = showsProgress
        self.interruption = interruption
        self.notice = notice
    }
}
