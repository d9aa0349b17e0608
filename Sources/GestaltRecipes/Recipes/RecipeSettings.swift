import GestaltData
import GestaltModels

/// Some settings of a recipe, from which ``Recipe/completed(_:)`` makes a whole one.
///
/// ```swift
/// var settings = RecipeSettings("head", data: DataChoice("sample"), labels: 10)
/// settings["encoder"] = "dense"
/// settings["augmentation"] = "strong"                     // a name where the recipe has names
/// settings["optimization.batchSize"] = 8                  // a part of a setting
/// let recipe = try Recipes.recipe(settings)
/// ```
/// Keys are those of `recipe.json`. A key that names a whole setting replaces it; nested keys,
/// joined by dots, change parts.
public struct RecipeSettings: Sendable, Equatable {
    /// The kind of recipe.
    public let kind: String
    public var data: DataChoice
    /// The number of labeled frames, nil for all; unused by recipes without labels.
    public var labels: Int?
    public var seed: UInt64
    /// The settings by key; `null` takes away a setting that can be absent.
    public var values: [String: JSONTree]
    /// Keys of ``values`` that are dropped where the recipe does not know them.
    public var optional: Set<String> = []

    public init(
        _ kind: String, data: DataChoice, labels: Int? = nil, seed: UInt64 = 0,
        values: [String: JSONTree] = [:]
    ) {
        self.kind = kind
        self.data = data
        self.labels = labels
        self.seed = seed
        self.values = values
    }

    public subscript(key: String) -> JSONTree? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// Returns the text of a key; nil without one.
    /// - Throws: `ConfigurationError` for a value that is not a text.
    public func text(_ key: String) throws(ConfigurationError) -> String? {
        switch values[key] {
        case nil, .null: return nil
        case .string(let text): return text
        case .some: throw ConfigurationError(key: key, .wrongType(expected: "a text"))
        }
    }

    /// The number of steps, on which other settings depend; nil where it is not set.
    public var steps: Int? {
        guard case .integer(let steps) = values["optimization.steps"] else { return nil }
        return Int(exactly: steps)
    }

    /// Removes a key that the recipe's file does not have, and returns its text.
    /// - Throws: as ``text(_:)``.
    public mutating func take(_ key: String) throws(ConfigurationError) -> String? {
        let text = try text(key)
        values[key] = nil
        return text
    }

    /// Replaces a name by the setting that it denotes; other values are left unchanged.
    /// - Throws: what `named` throws, and `ConfigurationError` for values that JSON cannot hold.
    public mutating func expand(
        _ key: String, _ named: (String) throws -> some Encodable
    ) throws {
        guard case .string(let name) = values[key] else { return }
        values[key] = try StrictJSON.tree(of: named(name))
    }

    /// Returns a recipe with these settings.
    ///
    /// - Parameter usual: the recipe of which they are changes.
    /// - Throws: `ConfigurationError` for unknown keys, with the known ones, and for values that do
    ///   not fit.
    public func changing<R: Recipe>(_ usual: R) throws(ConfigurationError) -> R {
        try decoded(below: StrictJSON.tree(of: usual))
    }

    /// Decodes a recipe of which all settings are given, except for data, labels and seed.
    func decoded<R: Recipe>(_ type: R.Type) throws(ConfigurationError) -> R {
        var settings = self
        if let labels, settings.values["labels"] == nil {
            settings.values["labels"] = .integer(Int64(labels))
            settings.optional.insert("labels")
        }
        var recipe: R = try settings.decoded(
            below: .object(["data": StrictJSON.tree(of: data)]))
        if values["optimization.seed"] == nil { recipe.seed = seed }
        return recipe
    }

    private func decoded<R: Recipe>(below base: JSONTree) throws(ConfigurationError) -> R {
        var (changes, optional) = (values, optional)
        while true {
            do throws(ConfigurationError) {
                return try StrictJSON.decode(R.self, from: base.changed(by: changes))
            } catch {
                guard case .unknownKey = error.problem,
                    let stray = optional.first(where: {
                        $0 == error.key || $0.hasPrefix(error.key + ".")
                    })
                else { throw error }
                optional.remove(stray)
                changes[stray] = nil
            }
        }
    }
}
