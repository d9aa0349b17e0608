import Foundation
import GestaltChecks

/// An observer that keeps the checkpoints of the best evaluations, and removes the others.
///
/// Files are named `step-STEP-score-SCORE.safetensors`; of equal scores the earlier one ranks
/// higher. A resumed run continues the ranking.
public final class BestCheckpoints: TrainingObserver {
    /// The number of kept checkpoints.
    public let count: Int
    private let folder: String?
    private var place = ""
    /// Best first.
    private var kept: [(step: Int, score: Double)] = []

    /// - Parameters:
    ///   - count: the number of checkpoints to keep, at least 1.
    ///   - folder: created if missing; by default `checkpoints` in the run's folder.
    public init(count: Int, folder: String? = nil) {
        require(count > 0, "BestCheckpoints(count: \(count)): at least 1")
        self.count = count
        self.folder = folder
    }

    /// Paths of the checkpoints, the best first.
    public var paths: [String] { kept.map(path) }

    /// - Throws: ``TrainingError/output(path:reason:)`` when the folder cannot be created.
    /// - Precondition: a folder is specified, or the run has one.
    public func started(_ event: TrainingEvent) throws {
        place = folder ?? event.requiredRun("BestCheckpoints").path + "/checkpoints"
        do {
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true)
        } catch {
            throw TrainingError.output(path: place, reason: describe(error))
        }
    }

    /// Keeps a checkpoint if its score is among the best; NaN never is.
    public func evaluated(_ event: TrainingEvent) throws {
        guard let evaluation = event.evaluation, !evaluation.score.isNaN else { return }
        let rank = kept.firstIndex { evaluation.isBetter(than: $0.score) } ?? kept.count
        guard rank < count else { return }
        let entry = (step: event.step, score: evaluation.score)
        kept.insert(entry, at: rank)
        let dropped = kept.count > count ? kept.removeLast() : nil
        // Written before another is removed, so that the promised number exists at all times.
        try event.writeCheckpoint(to: path(entry))
        if let dropped { try? FileManager.default.removeItem(atPath: path(dropped)) }
    }

    private func path(_ entry: (step: Int, score: Double)) -> String {
        let score = String(format: "%.6g", entry.score)
        return "\(place)/step-\(entry.step)-score-\(score).safetensors"
    }

    /// The scores by step, and the ranks that order equal scores.
    public var state: [String: Double] {
        var state: [String: Double] = [:]
        for (rank, entry) in kept.enumerated() {
            state["\(rank).step"] = Double(entry.step)
            state["\(rank).score"] = entry.score
        }
        return state
    }

    public func restore(_ state: [String: Double]) throws {
        kept = (0..<count).compactMap { rank in
            guard let step = state["\(rank).step"].flatMap(Int.init(exactly:)),
                let score = state["\(rank).score"]
            else { return nil }
            return (step, score)
        }
    }
}
