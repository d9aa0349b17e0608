import GestaltModels
import GestaltRecipes

/// A training or a method of a study with one number of labels and one seed.
struct StudyTask: Sendable {
    /// The row or the model.
    let name: String
    let work: Work
    /// The number of labeled frames; nil for all, and where none are used.
    let labels: Int?
    let seed: UInt64
    /// The models it refers to, by name.
    let sources: [String: Source]
    let hash: String
    /// The optimizer steps of all rounds; 0 for a method.
    let steps: Int

    /// The work of a task, with its references.
    enum Work: Sendable {
        /// With the settings of its row and those common to all rows.
        case training(Study.Training, common: [String: JSONTree])
        case method(Study.Training)
    }

    /// A model that a task starts from.
    enum Source: Sendable {
        /// Trained by the task of this hash.
        case task(String)
        /// Given, with its checksum.
        case path(String, checksum: String)

        /// The text by which a hash covers the model.
        var mark: String {
            switch self {
            case .task(let hash): "run:\(hash)"
            case .path(_, let checksum): "weights:\(checksum)"
            }
        }
    }

    /// The version of what a hash covers; with another one all runs are made again.
    static let format: Int64 = 1

    /// - Throws: `ConfigurationError` for settings that do not fit.
    init(
        _ name: String, _ work: Work, labels: Int?, seed: UInt64, sources: [String: Source],
        in study: Study, _ facts: StudyFacts
    ) throws {
        (self.name, self.work, self.labels, self.seed) = (name, work, labels, seed)
        self.sources = sources
        let content: JSONTree
        switch work {
        case .training(let training, let common):
            let recipe = try Self.recipe(
                training, common, study, labels: labels, seed: seed
            ) { sources[$0]?.mark ?? $0 }
            steps = recipe.steps * recipe.rounds
            content = [
                "kind": .string(training.kind),
                // Where clips lie changes nothing.
                "recipe": try Self.tree(of: recipe).changed(by: ["data.location": nil]),
            ]
        case .method(let method):
            steps = 0
            let resolved = Study.Training(method.kind, method.resolved { sources[$0]?.mark ?? $0 })
            content = [
                "method": .string(method.kind),
                "settings": try Self.tree(of: StudyMethods.method(resolved)),
                "labels": labels.map { .integer(Int64($0)) } ?? nil,
                "seed": .unsigned(seed),
                "clips": try Self.tree(of: study.data.choice)
                    .changed(by: ["location": nil]),
            ]
        }
        hash = try StudyHash.hash(
            content.changed(by: [
                "format": .integer(Self.format), "data": .string(facts.data.fingerprint),
            ]))
    }

    /// Whether it trains a model.
    var isTraining: Bool {
        if case .training = work { true } else { false }
    }

    /// The kind of recipe or method.
    var kind: String {
        switch work {
        case .training(let training, _): training.kind
        case .method(let method): method.kind
        }
    }

    /// The hashes of the tasks it waits for.
    var needs: [String] {
        sources.values.compactMap { source in
            if case .task(let hash) = source { hash } else { nil }
        }
    }

    /// Row, labels and seed, for messages.
    var title: String {
        name + (labels.map { ", \($0) labels" } ?? "") + ", seed \(seed)"
    }

    /// Returns the recipe of a training.
    /// - Parameter model: the path of a model by its name.
    static func recipe(
        _ training: Study.Training, _ common: [String: JSONTree], _ study: Study, labels: Int?,
        seed: UInt64, model: (String) throws -> String
    ) throws -> any Recipe {
        let resolved = Study.Training(training.kind, try training.resolved(model))
        return try Recipes.recipe(
            study.settings(of: resolved, common: common, labels: labels, seed: seed))
    }

    private static func tree(of value: any Encodable) throws -> JSONTree {
        func tree(_ value: some Encodable) throws -> JSONTree { try StrictJSON.tree(of: value) }
        return try tree(value)
    }
}
