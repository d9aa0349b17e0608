import GestaltIO
import GestaltTraining

/// The kinds of recipes whose runs can be resumed by their folder alone, and which studies can
/// contain.
///
/// ```swift
/// try Recipes.register(FlowRecipe.self)          // gestalt train resume runs/flow
/// ```
public enum Recipes {
    /// Reads and validates a recipe file of one kind.
    public typealias Reader = @Sendable (_ path: String) throws -> any Recipe

    public static let registry = Registry<Reader>("kind of recipe")

    /// Makes a recipe of one kind from some of its settings.
    public typealias Completion = @Sendable (_ settings: RecipeSettings) throws -> any Recipe

    /// The kinds that ``recipe(_:)`` makes.
    public static let completions = Registry<Completion>("kind of recipe")

    /// Registers a recipe under its kind.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register<R: Recipe>(_ type: R.Type) throws(RegistryError) {
        try register(
            R.kind, completion: { try R.completed($0) }, reader: { try R(file: $0) })
    }

    /// Registers a kind whose Swift type depends on the file, such as that of a generic recipe.
    /// - Parameter completion: nil for a kind that is only read.
    /// - Throws: `RegistryError.duplicate` when the kind is taken.
    public static func register(
        _ kind: String, completion: Completion? = nil, reader: @escaping Reader
    ) throws(RegistryError) {
        try registry.register(reader, as: kind)
        if let completion { try completions.register(completion, as: kind) }
    }

    /// Makes a valid recipe from some of its settings and the usual ones for all others.
    ///
    /// - Throws: `RegistryError.unknown` for an unknown kind, with the known ones;
    ///   `ConfigurationError` with the invalid key.
    public static func recipe(_ settings: RecipeSettings) throws -> any Recipe {
        BuiltIns.register()
        let recipe = try completions.entry(named: settings.kind)(settings)
        try recipe.validate()
        return recipe
    }

    /// Reads and validates the recipe of a run, of any registered kind.
    /// - Throws: ``TrainingError/noRun(path:expected:found:)`` for a folder without a recipe, and
    ///   for an unknown kind, with the known ones; `ConfigurationError` with the invalid key.
    public static func recipe(ofRun folder: String) throws -> any Recipe {
        BuiltIns.register()
        let kind = try recipeKind(of: folder)
        guard let reader = registry[kind] else {
            throw TrainingError.noRun(
                path: recipePath(folder),
                expected: "a recipe of kind "
                    + registry.names.map { "“\($0)”" }.joined(
                        separator: ", "),
                found: "“\(kind)”")
        }
        return try reader(recipePath(folder))
    }

    /// Resumes the run in a folder, of any registered kind.
    ///
    /// - Returns: the steps and the evaluation, with the model as whatever its recipe trains.
    /// - Throws: as ``recipe(ofRun:)`` and ``Recipe/train(from:_:)``.
    public static func resume(
        _ folder: String, _ options: RunOptions = RunOptions()
    ) throws -> Trained<Any> {
        func resumed<R: Recipe>(_ recipe: R) throws -> Trained<Any> {
            let trained = try recipe.resume(in: folder, options)
            return Trained(
                model: trained.model, steps: trained.steps, evaluation: trained.evaluation)
        }
        return try resumed(try recipe(ofRun: folder))
    }

    /// Registers the recipes of this module.
    static func registerBuiltIns() {
        // A kind that a program registered earlier under this name is kept.
        try? register(tokenizerRecipeKind, completion: tokenizerRecipe(completing:)) {
            try tokenizerRecipe(file: $0)
        }
        try? register(PriorRecipe.self)
        try? register(MaskedPriorRecipe.self)
        try? register(EncoderRecipe.self)
        try? register(HeadRecipe.self)
        try? register(UNetRecipe.self)
        try? register(InstanceRecipe.self)
        try? register(StudentRecipe.self)
    }
}
