import GestaltIO
import GestaltModels
import GestaltRecipes

/// All tasks of a study in an order in which they can be done: seed by seed, so that a study that
/// is stopped early has all rows with a few seeds.
struct StudyGrid: Sendable {
    let study: Study
    let facts: StudyFacts
    /// Each once, those that others wait for first.
    private(set) var tasks: [StudyTask] = []
    /// The task of each run of each row.
    private(set) var runs: [Run] = []
    /// The task of each model that the study trains.
    private(set) var models: [Run] = []
    private var places: [String: Int] = [:]
    /// The hashes of what was resolved, by name, labels and seed.
    private var hashes: [String: String] = [:]

    /// A run of a row or a model; tasks of equal content are shared.
    struct Run: Sendable {
        let name: String
        let labels: Int?
        let seed: UInt64
        let hash: String
    }

    /// - Throws: `ConfigurationError` for settings that do not fit.
    init(_ study: Study, _ facts: StudyFacts) throws {
        (self.study, self.facts) = (study, facts)
        for (name, model) in study.models.sorted(by: { $0.key < $1.key }) where model.train != nil {
            for seed in 0..<(model.seeds ?? 1) {
                models.append(try run(name, labels: nil, seed: seed))
            }
        }
        let counts = try study.rows.map { try Study.counts($0.labels ?? study.labels) }
        let seeds = Set(counts.joined().flatMap(\.seeds)).sorted()
        let labels = Set(counts.joined().map(\.labels)).sorted { ($0 ?? .max) < ($1 ?? .max) }
        for seed in seeds {
            for count in labels {
                for (row, counts) in zip(study.rows, counts)
                where counts.contains(where: { $0.labels == count && $0.seeds.contains(seed) }) {
                    try add(row, labels: count, seed: seed)
                }
            }
        }
    }

    /// Returns the task of a hash.
    func task(_ hash: String) -> StudyTask? { places[hash].map { tasks[$0] } }

    /// Returns tasks with all that they wait for, in order.
    func closure(of hashes: some Sequence<String>) -> [StudyTask] {
        var (open, reached) = (Array(hashes), Set<String>())
        while let next = open.popLast() {
            if reached.insert(next).inserted { open += task(next)?.needs ?? [] }
        }
        return tasks.filter { reached.contains($0.hash) }
    }

    private mutating func add(_ row: Study.Row, labels: Int?, seed: Int) throws {
        var run = (labels: labels, seed: seed)
        if let method = row.method {
            let method = try StudyMethods.method(method.named)
            if !method.usesLabels { run.labels = nil }
            if !method.usesSeed { run.seed = 0 }
            let isKnown = runs.contains {
                ($0.name, $0.labels, $0.seed) == (row.name, run.labels, UInt64(run.seed))
            }
            guard !isKnown else { return }
        }
        runs.append(try self.run(row.name, labels: run.labels, seed: run.seed))
    }

    private mutating func run(_ name: String, labels: Int?, seed: Int) throws -> Run {
        let task = try resolved(name, labels: labels, seed: seed)
        return Run(name: name, labels: labels, seed: UInt64(seed), hash: task.hash)
    }

    /// Returns the task of a row or a model, added with all that it refers to.
    private mutating func resolved(_ name: String, labels: Int?, seed: Int) throws -> StudyTask {
        let key = "\(name)/\(labels ?? 0)/\(seed)"
        if let known = hashes[key].flatMap(task) { return known }
        guard let training = study.training(name) else {
            throw ConfigurationError.invalid("rows", expected: "a known name", found: name)
        }
        var sources: [String: StudyTask.Source] = [:]
        for reference in training.references {
            sources[reference] = try source(reference, labels: labels, seed: seed)
        }
        let row = study.rows.first { $0.name == name }
        let task = try StudyTask(
            name,
            row?.method != nil
                ? .method(training)
                : .training(training, common: row == nil ? [:] : study.common),
            labels: labels, seed: UInt64(seed), sources: sources, in: study, facts)
        hashes[key] = task.hash
        if let place = places[task.hash] { return tasks[place] }
        places[task.hash] = tasks.count
        tasks.append(task)
        return task
    }

    private mutating func source(
        _ name: String, labels: Int?, seed: Int
    ) throws -> StudyTask.Source {
        guard let model = study.models[name] else {
            return .task(try resolved(name, labels: labels, seed: seed).hash)
        }
        if let path = model.path {
            return .path(path, checksum: facts.models[path] ?? "")
        }
        return .task(
            try resolved(name, labels: nil, seed: seed % (model.seeds ?? 1)).hash)
    }
}
