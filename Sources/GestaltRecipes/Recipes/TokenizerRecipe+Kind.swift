import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltTraining
import GestaltVQVAE
import GestaltVideo

/// The kind of ``TokenizerRecipe``, whatever its tokenizer.
let tokenizerRecipeKind = "tokenizer"

/// Reads and validates a tokenizer's recipe from a file, which names the kind of tokenizer and with
/// it the Swift type of the recipe.
func tokenizerRecipe(file path: String) throws -> any Recipe {
    func recipe<Tokenizer: VideoTokenizer>(_ type: Tokenizer.Type) throws -> any Recipe {
        try TokenizerRecipe<Tokenizer>(file: path)
    }
    return try recipe(try tokenizerType(ofRun: path))
}

/// Completes a tokenizer's recipe, whose type follows from the key `tokenizer`: VideoGPT's by
/// default.
@Sendable func tokenizerRecipe(completing settings: RecipeSettings) throws -> any Recipe {
    func recipe<Tokenizer: VideoTokenizer>(_ type: Tokenizer.Type) throws -> any Recipe {
        try TokenizerRecipe<Tokenizer>.completed(settings)
    }
    let name = try settings.text("tokenizer") ?? VQVAEConfiguration.kind
    guard let type = try ModelKinds.registry.entry(named: name) as? any VideoTokenizer.Type else {
        throw ConfigurationError.invalid(
            "tokenizer", expected: "a kind of tokenizer", found: name)
    }
    return try recipe(type)
}

/// Returns the type of tokenizer that a recipe trains.
///
/// - Parameter path: the folder of a run or a recipe file.
/// - Throws: ``TrainingError/noRun(path:expected:found:)`` for another recipe;
///   `ModelFolderError.wrongKind` for a kind that is not registered.
public func tokenizerType(ofRun path: String) throws -> any VideoTokenizer.Type {
    BuiltIns.register()
    let file = path.hasSuffix(".json") ? path : path + "/recipe.json"
    let kind = try StoredRecipeKind(file: file)
    guard kind.recipe == tokenizerRecipeKind, let name = kind.tokenizer else {
        throw TrainingError.noRun(
            path: file, expected: "a recipe of kind “\(tokenizerRecipeKind)”",
            found: "“\(kind.recipe)”")
    }
    let type = try ModelKinds.type(name, in: file)
    guard let tokenizer = type as? any VideoTokenizer.Type else {
        throw ModelFolderError.wrongKind(
            path: file, expected: "a kind of tokenizer", found: name)
    }
    return tokenizer
}
