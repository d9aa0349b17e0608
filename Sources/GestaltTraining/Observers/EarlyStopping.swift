import GestaltChecks

/// An observer that stops a run whose evaluations no longer improve.
///
/// The run then ends as a completed one, with its last step evaluated and saved. A resumed run
/// continues the count; a stopped run stops again without a step.
public final class EarlyStopping: TrainingObserver {
    /// The metric of the evaluation to compare; nil for ``Evaluation/score``.
    public let metric: String?
    /// The number of evaluations without improvement after which the run stops.
    public let patience: Int
    /// The minimum change that counts as an improvement, in the metric's units.
    public let minimumDelta: Double
    /// Whether a larger value of ``metric`` is a better one; nil for the evaluation's setting for
    /// its score.
    public let largerIsBetter: Bool?
    /// The best value so far.
    public private(set) var best: Double?
    /// The number of evaluations since the best one.
    public private(set) var waited = 0

    /// - Precondition: `patience` is positive, `minimumDelta` not negative.
    public init(
        metric: String? = nil, patience: Int, minimumDelta: Double = 0,
        largerIsBetter: Bool? = nil
    ) {
        require(
            patience > 0 && minimumDelta >= 0,
            "EarlyStopping(patience: \(patience), minimumDelta: \(minimumDelta))")
        self.metric = metric
        self.patience = patience
        self.minimumDelta = minimumDelta
        self.largerIsBetter = largerIsBetter
    }

    public func started(_ event: TrainingEvent) throws { stopIfDue(event) }

    /// Compares the evaluation with the best one; NaN counts as no improvement.
    /// - Throws: ``TrainingError/unknownMetric(name:known:)``.
    public func evaluated(_ event: TrainingEvent) throws {
        guard let evaluation = event.evaluation else { return }
        let value = try value(in: evaluation)
        let isBetter = best.map { best in
            largerIsBetter ?? evaluation.largerIsBetter
                ? value > best + minimumDelta : value < best - minimumDelta
        }
        if isBetter ?? !value.isNaN {
            (best, waited) = (value, 0)
        } else {
            waited += 1
            stopIfDue(event)
        }
    }

    private func value(in evaluation: Evaluation) throws(TrainingError) -> Double {
        guard let metric else { return evaluation.score }
        guard let found = evaluation.metrics.first(where: { $0.name == metric }) else {
            throw .unknownMetric(name: metric, known: evaluation.metrics.map(\.name))
        }
        return found.value
    }

    private func stopIfDue(_ event: TrainingEvent) {
        guard waited >= patience else { return }
        event.requestStop("\(metric ?? "the score") has not improved in \(waited) evaluations")
    }

    /// The state name, which distinguishes two observers of this type with different metrics.
    public var stateName: String { "EarlyStopping." + (metric ?? "score") }

    public var state: [String: Double] {
        var state = ["waited": Double(waited)]
        state["best"] = best
        return state
    }

    public func restore(_ state: [String: Double]) throws {
        best = state["best"]
        waited = state["waited"].flatMap(Int.init(exactly:)) ?? 0
    }
}
