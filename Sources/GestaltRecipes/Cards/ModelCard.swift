import Foundation
import GestaltIO
import GestaltModels
import GestaltTraining

/// The origin and the scores of a published model: `card.json` next to its weights, and the text of
/// its `README.md`.
///
/// ```swift
/// let card = try ModelCard(folder: PretrainedModels.path(of: "robot-push-small/foreground"))
/// for table in card.scores { print(table.data, table.metrics) }
/// ```
public struct ModelCard: Codable, Sendable, Equatable {
    /// The full name.
    public var name: String
    /// What the model does, a noun phrase.
    public var about: String
    public var parameterCount: Int
    public var storage: WeightStorage
    /// The trainings in their order; the last one made the model.
    public var trainings: [TrainingRecord]
    /// The scores of the stored weights.
    public var scores: [Scores]

    /// The scores on a split of a data set.
    public struct Scores: Codable, Sendable, Equatable {
        /// `sample`, or the last component of the path of the data.
        public var data: String
        public var split: String
        /// The number and choice of the scored items.
        public var basis: String
        /// Rounded to four decimals.
        public var metrics: [Metric]
    }

    /// Reads the card of a published model.
    /// - Throws: `FileFailure` where there is none, `ConfigurationError` for one that does not
    ///   parse.
    public init(folder: String) throws {
        let path = Self.path(in: folder)
        self = try StrictJSON.decode(
            from: FileReader.bytes(path: path, limit: 1 << 20), path: path)
    }

    init(
        name: String, about: String, parameterCount: Int, storage: WeightStorage,
        trainings: [TrainingRecord], scores: [Scores]
    ) {
        (self.name, self.about, self.parameterCount) = (name, about, parameterCount)
        (self.storage, self.trainings, self.scores) = (storage, trainings, scores)
    }

    static func path(in folder: String) -> String { folder + "/card.json" }

    func write(to folder: String) throws {
        try AtomicFile.write(StrictJSON.encode(self), to: Self.path(in: folder))
    }
}

extension ModelCard.Scores {
    init(data: String, split: String, _ scores: ModelScores) {
        (self.data, self.split, basis) = (data, split, scores.basis)
        metrics = scores.metrics.filter { !$0.value.isNaN }.map {
            Metric($0.name, ($0.value * 1e4).rounded() / 1e4)
        }
    }

    /// The largest difference to a stored score that is due to rounding: of the four decimals, and
    /// of other kernels and numbers of threads, which change the last digits of a float32 network.
    public static func tolerance(of metric: Metric) -> Double {
        max(2e-3, 2e-3 * abs(metric.value))
    }
}

extension ModelCard {
    /// The card in Markdown.
    public var markdown: String {
        let count = parameterCount
        var lines = [
            "# \(name)", "",
            "\(about.prefix(1).uppercased() + about.dropFirst()). \(count) parameters, stored as "
                + "\(storage.rawValue). `card.json` holds these facts for programs.",
            "", "## Training", "",
            "| training | data | labeled frames | steps | seed | minutes |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for training in trainings {
            lines.append(
                "| \(training.kind) | \(training.data) | "
                    + (training.labels.map(String.init) ?? (training.needsLabels ? "all" : "–"))
                    + " | \(training.steps) | \(training.seed) | "
                    + (training.minutes.map { String(format: "%.1f", $0) } ?? "–") + " |")
        }
        let commands = trainings.compactMap(\.command)
        if !commands.isEmpty { lines += ["", "```"] + commands + ["```"] }
        lines += ["", "## Scores", ""]
        for table in scores {
            lines += [
                "The \(table.split) split of \(table.data), \(table.basis):", "",
                "| metric | value |", "| --- | --- |",
            ]
            lines += table.metrics.map { "| \($0.name) | \(String(format: "%.4f", $0.value)) |" }
            lines.append("")
        }
        return lines.joined(separator: "\n")
    }
}

extension TrainingRecord {
    /// Whether the training learns from masks.
    fileprivate var needsLabels: Bool {
        [HeadRecipe.kind, UNetRecipe.kind, InstanceRecipe.kind, StudentRecipe.kind].contains(kind)
    }
}
