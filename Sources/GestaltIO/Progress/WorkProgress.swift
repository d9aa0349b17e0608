/// How far a piece of work is.
public struct WorkProgress: Sendable, Equatable {
    /// Units done.
    public let done: Int
    /// Units of the whole work; nil while they are not known.
    public let total: Int?
    /// The unit in the plural (`clips`, `frames`); nil for the caller's own name.
    public let unit: String?
    /// A remark on the present state; nil for none.
    public let note: String?

    public init(done: Int, total: Int? = nil, unit: String? = nil, note: String? = nil) {
        self.done = done
        self.total = total
        self.unit = unit
        self.note = note
    }
}

/// Receives the progress of long work; an error that it throws stops the work, which throws it on.
///
/// Work that runs on several threads calls it from any of them, one call at a time. Long work takes
/// one as its `progress`, nil by default, and calls it after each unit:
///
/// ```swift
/// let bar = ProgressBar("reading", total: 0, unit: "clips")
/// defer { bar.finish() }
/// let clips = try DataSet.open("data/robot") { progress in
///     bar.update(progress)
///     try Interruption.process.check()
/// }
/// ```
public typealias ProgressHandler = @Sendable (WorkProgress) throws -> Void

extension ProgressBar {
    /// Shows the progress of work that reports it.
    public func update(_ progress: WorkProgress) {
        update(progress.done, of: progress.total, note: progress.note ?? "")
    }
}
