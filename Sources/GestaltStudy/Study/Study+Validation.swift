import GestaltIO
import GestaltModels
import GestaltRecipes

extension Study {
    /// Checks everything that can be known without data and models: names, references, kinds,
    /// settings.
    ///
    /// - Throws: `ConfigurationError` with the invalid key, the row or model in front of it:
    ///   `rows.unet.train.network.width`; for unknown names with the known ones.
    public func validate() throws(ConfigurationError) {
        guard !title.isEmpty else {
            throw .invalid("title", expected: "a text", found: "none")
        }
        guard (every ?? 1) > 0 else {
            throw .invalid("every", expected: "1 or more", found: every ?? 0)
        }
        guard !rows.isEmpty else { throw .invalid("rows", expected: "a row", found: "none") }
        _ = try data.choice
        do throws(ConfigurationError) { _ = try Self.counts(labels) } catch {
            throw error.below("labels")
        }
        try validateNames()
        for (name, model) in models.sorted(by: { $0.key < $1.key }) {
            do throws(ConfigurationError) { try validate(model) } catch {
                throw error.below("models.\(name)")
            }
        }
        for row in rows {
            do throws(ConfigurationError) { try validate(row) } catch {
                throw error.below("rows.\(row.name)")
            }
        }
        try validateOrder()
        try validateCommon()
    }

    /// The training or the method of a name; nil for a model that is given.
    func training(_ name: String) -> Training? {
        models[name]?.train ?? rows.first { $0.name == name }.flatMap { $0.train ?? $0.method }
    }

    private var names: [String] { models.keys.sorted() + rows.map(\.name) }

    private func validateNames() throws(ConfigurationError) {
        var seen: Set<String> = []
        for name in names {
            guard !name.isEmpty, !name.hasPrefix(Self.referenceMark), !name.contains("/") else {
                throw .invalid(
                    "rows", expected: "names without \(Self.referenceMark) and /", found: name)
            }
            guard seen.insert(name).inserted else {
                throw .invalid("rows", expected: "each name of a row or model once", found: name)
            }
        }
    }

    private func validate(_ model: Model) throws(ConfigurationError) {
        guard (model.path == nil) != (model.train == nil) else {
            throw .invalid(
                "train", expected: "either path or train",
                found: model.path == nil ? "neither" : "both")
        }
        guard (model.seeds ?? 1) > 0 else {
            throw .invalid("seeds", expected: "1 or more", found: model.seeds ?? 0)
        }
        guard let train = model.train else { return }
        for name in train.references where models[name] == nil {
            throw unknown(name, among: models.keys.sorted())
        }
        try validate(train, common: [:])
    }

    private func validate(_ row: Row) throws(ConfigurationError) {
        do throws(ConfigurationError) { _ = try row.labels.map(Self.counts) } catch {
            throw error.below("labels")
        }
        guard row.tags.map({ Set($0).count == $0.count }) ?? true else {
            throw .invalid("tags", expected: "each tag once", found: row.tags ?? [])
        }
        guard (row.train == nil) != (row.method == nil) else {
            throw .invalid(
                "train", expected: "either train or method",
                found: row.train == nil ? "neither" : "both")
        }
        let known = models.keys.sorted() + rows.filter { $0.train != nil }.map(\.name)
        for name in (row.train ?? row.method)?.references ?? [] where !known.contains(name) {
            throw unknown(name, among: known)
        }
        if let method = row.method {
            do {
                _ = try StudyMethods.method(method.named)
            } catch let error as ConfigurationError {
                throw error.below("method")
            } catch {
                throw .invalid("method", expected: "settings that fit", found: error)
            }
        }
        guard let train = row.train else { return }
        do throws(ConfigurationError) { try Self.refuseGridSettings(in: train.settings) } catch {
            throw error.below("train")
        }
        try validate(train, common: common)
    }

    private func validate(
        _ train: Training, common: [String: JSONTree]
    ) throws(ConfigurationError) {
        do {
            _ = try Recipes.recipe(settings(of: train.named, common: common))
        } catch let error as ConfigurationError {
            throw error.below("train")
        } catch RegistryError.unknown(_, let name, let known) {
            throw .invalid(
                "train.kind", expected: "one of " + known.joined(separator: ", "), found: name)
        } catch {
            throw .invalid("train", expected: "settings that fit", found: error)
        }
    }

    private func unknown(_ name: String, among known: [String]) -> ConfigurationError {
        .invalid(
            "train", expected: "a reference to " + known.map { "@\($0)" }.joined(separator: ", "),
            found: "@\(name)")
    }

    /// - Throws: `ConfigurationError` for references in a circle.
    private func validateOrder() throws(ConfigurationError) {
        for name in names {
            var (open, reached) = ([name], Set<String>())
            while let next = open.popLast() {
                let references = training(next)?.references ?? []
                guard !references.contains(name) else {
                    throw .invalid(
                        "rows", expected: "trainings that do not wait for each other", found: name)
                }
                open += references.filter { reached.insert($0).inserted }
            }
        }
    }

    /// - Throws: `ConfigurationError` for a common setting that no row knows.
    private func validateCommon() throws(ConfigurationError) {
        do throws(ConfigurationError) { try Self.refuseGridSettings(in: common) } catch {
            throw error.below("common")
        }
        let trainings = rows.compactMap(\.train)
        for key in common.keys.sorted() {
            let isKnown = trainings.contains { train in
                let settings = try? settings(of: train.named, common: common)
                let recipe = settings.flatMap { try? Recipes.recipe($0) }
                return recipe.flatMap { try? StrictJSON.tree(of: $0)[key] } != nil
            }
            guard isKnown || common[key] == .null else {
                throw .invalid(
                    "common", expected: "settings that a row's training knows", found: key)
            }
        }
    }
}

extension Study {
    /// Returns numbers of labels, nil for all, with their seeds; fewest labels first.
    /// - Throws: `ConfigurationError` with the key.
    static func counts(
        _ labels: [String: Seeds]
    ) throws(ConfigurationError) -> [(labels: Int?, seeds: [Int])] {
        guard !labels.isEmpty else {
            throw .invalid("", expected: "a number of labels, or \(allLabels)", found: "none")
        }
        var result: [(labels: Int?, seeds: [Int])] = []
        for (name, seeds) in labels {
            do throws(ConfigurationError) { try seeds.validate() } catch { throw error.below(name) }
            let count = Int(name).flatMap { $0 > 0 ? $0 : nil }
            guard count != nil || name == allLabels else {
                throw .invalid(
                    "", expected: "a number of labels, or \(allLabels)", found: name)
            }
            result.append((count, seeds.values))
        }
        return result.sorted { ($0.labels ?? .max) < ($1.labels ?? .max) }
    }

    /// Returns the settings of a recipe whose references are resolved.
    func settings(
        of train: Training, common: [String: JSONTree], labels: Int? = nil, seed: UInt64 = 0
    ) throws(ConfigurationError) -> RecipeSettings {
        var settings = RecipeSettings(
            train.kind, data: try data.choice, labels: labels, seed: seed,
            values: common.merging(train.settings) { $1 })
        settings.optional = Set(common.keys).subtracting(train.settings.keys)
        return settings
    }
}

extension Study.Training {
    /// The training with the names of models in place of their paths, for validation.
    var named: Study.Training { Study.Training(kind, resolved { $0 }) }
}
