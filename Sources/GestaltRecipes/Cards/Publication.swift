import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltTraining

/// The publication of a finished run: its model in a folder for others, with a card of its
/// trainings and of the scores of the stored weights.
///
/// ```swift
/// let publication = Publication(
///     of: "runs/head", name: "robots/foreground", about: "masks of robots")
/// let card = try publication.write(
///     to: "published/foreground", scoredOn: [DataChoice("sample")])
/// ```
public struct Publication: Sendable {
    /// The run's folder.
    public var run: String
    /// The full name of the model.
    public var name: String
    /// What the model does, a noun phrase.
    public var about: String
    public var storage: WeightStorage

    public init(
        of run: String, name: String, about: String, storage: WeightStorage = .bfloat16
    ) {
        (self.run, self.name, self.about, self.storage) = (run, name, about, storage)
    }

    /// Writes `config.json`, `model.safetensors`, `card.json` and `README.md`.
    ///
    /// The scores are those of the weights as they are stored, read back from the folder.
    /// - Parameters:
    ///   - choices: the data to score the model on.
    ///   - split: the split of each.
    /// - Returns: the card.
    /// - Throws: ``TrainingError`` for an unfinished run; errors of reading, evaluating and
    ///   writing.
    @discardableResult
    public func write(
        to folder: String, scoredOn choices: [DataChoice], _ split: Split = .test,
        progress: ProgressHandler? = nil
    ) throws -> ModelCard {
        let trained = try OpenedModel(at: run)
        guard !trained.isUnfinished else {
            throw TrainingError.noRun(
                path: run, expected: "a finished run", found: trained.remark ?? "an unfinished one")
        }
        let trainings = try TrainingRecord.chain(of: run)
        // The folder appears when it is complete: an interrupted publication can be repeated.
        let unfinished = folder + ".unfinished"
        try? FileManager.default.removeItem(atPath: unfinished)
        try trained.model.write(to: unfinished, storage: storage, card: "")
        let stored = try OpenedModel(at: unfinished)
        let evaluations = try ModelEvaluation.all(of: stored)
        let scores = try choices.flatMap { choice in
            try evaluations.map { evaluation in
                ModelCard.Scores(
                    data: TrainingRecord.lastComponent(choice.location), split: split.folder,
                    try evaluation.scores(on: evaluation.open(choice, split), progress: progress))
            }
        }
        let card = ModelCard(
            name: name, about: about, parameterCount: stored.model.parameterCount,
            storage: storage, trainings: trainings, scores: scores)
        try stored.model.write(to: unfinished, storage: storage, card: card.markdown)
        try card.write(to: unfinished)
        try Self.move(unfinished, to: folder)
        return card
    }

    /// Renames a folder, or moves its files into one that exists.
    private static func move(_ source: String, to folder: String) throws {
        let files = FileManager.default
        guard files.fileExists(atPath: folder) else {
            return try files.moveItem(atPath: source, toPath: folder)
        }
        for name in try files.contentsOfDirectory(atPath: source) {
            try? files.removeItem(atPath: "\(folder)/\(name)")
            try files.moveItem(atPath: "\(source)/\(name)", toPath: "\(folder)/\(name)")
        }
        try files.removeItem(atPath: source)
    }
}
