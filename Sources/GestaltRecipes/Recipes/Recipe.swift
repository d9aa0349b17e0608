import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltTraining

/// A complete description of a training run: data, model, steps, seed. One call runs it.
///
/// ```swift
/// let recipe = UNetRecipe(data: DataChoice("sample"), network: .demo, labels: 100, steps: 300)
/// let trained = try recipe.train(RunOptions(folder: "out/unet"))
/// // later, after Ctrl-C:
/// let again = try UNetRecipe.resume("out/unet")
/// ```
/// The run's folder stores it as `recipe.json`, in which an unknown key is an error. A kind of
/// one's own writes that file with ``json(command:)``, and is registered with
/// ``Recipes/register(_:)`` so that its runs can be resumed by their folder alone.
public protocol Recipe: Codable, Equatable, Sendable {
    associatedtype Model
    /// The name of the kind in `recipe.json`: `tokenizer`, `unet`, `head`.
    static var kind: String { get }
    /// The training and evaluation clips.
    var data: DataChoice { get set }
    /// Steps, batches, optimizer, learning rate, averages, intervals and seed.
    var optimization: Optimization { get set }
    /// A model to start from, as ``OpenedModel`` reads it.
    var model: String? { get }
    /// Settings missing from a bare VideoGPT checkpoint at ``model``, by VideoGPT's names.
    var settings: [String: String]? { get }
    /// All models that the training starts or learns from, ``model`` among them.
    var sources: [String] { get }
    /// The number of labeled frames; nil for all, and for trainings without labels.
    var labels: Int? { get }
    /// The number of rounds, each of the steps of ``optimization``.
    var rounds: Int { get }
    /// A summary of the recipe for tables.
    var outline: RecipeOutline { get }
    /// Returns a recipe with some settings given and the usual ones for all others. By default all
    /// but data, labels and seed have to be given.
    /// - Throws: `ConfigurationError` with the invalid key.
    static func completed(_ settings: RecipeSettings) throws -> Self
    /// - Throws: an error with the key, the allowed values and the value found.
    func validate() throws
    /// Trains, and writes the model to the folder, if there is one.
    /// - Parameter beginning: the model at ``model``; nil for a recipe without one.
    /// - Throws: ``TrainingError``, and errors in reading data and writing files.
    func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<Model>
}

extension Recipe {
    public var sources: [String] { model.map { [$0] } ?? [] }
    public var labels: Int? { nil }
    public var rounds: Int { 1 }
}

/// Changes of a run on resumption.
public struct RunChanges: Sendable, Equatable {
    /// The total number of steps. The learning rate continues as in a run of that length: the
    /// schedule is that of the new length, entered at the step the run has reached.
    public var steps: Int?
    /// The new location of the same clips, for `DataSet.open`.
    public var data: String?

    public init(steps: Int? = nil, data: String? = nil) {
        self.steps = steps
        self.data = data
    }
}

/// The result of a training run.
public struct Trained<Model> {
    public let model: Model
    /// The total number of completed steps.
    public let steps: Int
    /// The final evaluation; nil for a recipe without an evaluation split.
    public let evaluation: Evaluation?

    public init(model: Model, steps: Int, evaluation: Evaluation?) {
        self.model = model
        self.steps = steps
        self.evaluation = evaluation
    }
}

extension Trained: Sendable where Model: Sendable {}

/// Run options: output folder, resumption, memory limit, progress.
public struct RunOptions: Sendable {
    /// The folder for model, checkpoints and logs; nil keeps the result in memory only.
    public var folder: String?
    /// Whether to resume from the folder's last checkpoint.
    public var resumes: Bool
    /// Whether progress is printed to standard error.
    public var showsProgress: Bool
    public var interruption: Interruption
    /// Changes on resumption.
    public var changes = RunChanges()
    /// The maximum time between checkpoints, in addition to the recipe's number of steps; nil for
    /// steps alone.
    public var checkpointPeriod: Duration? = .seconds(600)
    /// Whether a run that needs more memory than is available ends before its first step.
    public var refusesBeyondMemory = true
    /// The command that started the run, for the model card.
    public var command: String?
    /// The store for latents of frozen encoders; nil computes them again.
    public var latents: (any LatentStore)?
    /// Called with remarks for the user, a sentence at a time.
    public var notice: @Sendable (String) -> Void

    public init(
        folder: String? = nil, resumes: Bool = false, showsProgress: Bool = true,
        interruption: Interruption = .process, command: String? = nil,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.folder = folder
        self.resumes = resumes
        self.showsProgress = showsProgress
        self.interruption = interruption
        self.command = command
        self.notice = notice
    }

    /// Opens the model that a recipe names.
    func open(_ path: String, _ settings: [String: String]?) throws -> OpenedModel {
        let opened = try OpenedModel(at: path, settings: settings ?? [:])
        if let remark = opened.remark { notice(remark) }
        return opened
    }
}

extension Recipe {
    /// The number of optimizer steps.
    public var steps: Int {
        get { optimization.steps }
        set { optimization.steps = newValue }
    }
    /// The seed of all randomness in the run.
    public var seed: UInt64 {
        get { optimization.seed }
        set { optimization.seed = newValue }
    }

    /// - Throws: `ConfigurationError` under the key `optimization`.
    func validateOptimization() throws(ConfigurationError) {
        do { try optimization.validate() } catch { throw error.below("optimization") }
    }

    /// Resumes the run in a folder, which holds everything needed.
    public static func resume(
        _ folder: String, _ options: RunOptions = RunOptions()
    ) throws -> Trained<Model> {
        try Self(run: folder).resume(in: folder, options)
    }

    /// Resumes the run of this recipe in its folder.
    func resume(in folder: String, _ options: RunOptions) throws -> Trained<Model> {
        var options = options
        options.folder = folder
        options.resumes = true
        return try changed(by: options.changes).train(options)
    }

    /// Trains from the recipe's model, or from scratch.
    /// - Throws: as ``train(from:_:)``, and errors in opening the model.
    public func train(_ options: RunOptions = RunOptions()) throws -> Trained<Model> {
        try validate()
        // Checked before a model of a gigabyte is read.
        if let folder = options.folder, !options.resumes {
            try RunFolder(existing: folder).requireFree()
        }
        return try train(from: try model.map { try options.open($0, settings) }, options)
    }

    func changed(by changes: RunChanges) -> Self {
        var recipe = self
        if let steps = changes.steps { recipe.steps = steps }
        if let location = changes.data { recipe.data.location = location }
        return recipe
    }

    /// Reads and validates the recipe of a run.
    /// - Throws: ``TrainingError/noRun(path:expected:found:)`` when the folder holds none or one of
    ///   another kind, `ConfigurationError` with the invalid key.
    public init(run folder: String) throws { self = try StoredRecipe<Self>(run: folder).recipe }

    /// Reads and validates a recipe from a file like `recipe.json`.
    /// - Throws: as ``init(run:)``.
    public init(file path: String) throws { self = try StoredRecipe<Self>(file: path).recipe }

    /// Returns the recipe as the content of `recipe.json`.
    /// - Parameter command: the command that started the run, for display.
    public func json(command: String? = nil) throws -> [UInt8] {
        try StrictJSON.encode(StoredRecipe(kind: Self.kind, command: command, recipe: self))
    }

    func write(to run: RunFolder, command: String?, data: DataFingerprint) throws {
        let bytes = try StrictJSON.encode(
            StoredRecipe(kind: Self.kind, command: command, data: data, recipe: self))
        do {
            try AtomicFile.write(bytes, to: run.recipe)
        } catch {
            throw TrainingError.output(path: run.recipe, reason: error.reason)
        }
    }
}

/// The content of `recipe.json`.
struct StoredRecipe<R: Recipe>: Codable {
    var kind: String
    /// The command that started the run; nil for one that a program started.
    var command: String?
    /// The clips the run started with; nil before its start.
    var data: DataFingerprint?
    var recipe: R
}

extension StoredRecipe {
    init(run folder: String) throws { try self.init(file: recipePath(folder)) }

    init(file path: String) throws {
        let bytes = try recipeBytes(path)
        if let kind = storedKind(in: bytes), kind != R.kind {
            throw TrainingError.noRun(
                path: path, expected: "a recipe of kind “\(R.kind)”", found: "“\(kind)”")
        }
        self = try StrictJSON.decode(Self.self, from: bytes, path: path)
        do {
            try recipe.validate()
        } catch let error as ConfigurationError {
            throw error.at(path)
        }
    }
}

/// Returns the kind of run in a folder, or of a recipe file that ends in `.json`, as
/// ``Recipe/kind`` names it.
/// - Throws: ``TrainingError/noRun(path:expected:found:)``.
public func recipeKind(of path: String) throws -> String {
    let file = path.hasSuffix(".json") ? path : recipePath(path)
    guard let kind = storedKind(in: try recipeBytes(file)) else {
        throw TrainingError.noRun(
            path: file, expected: "a recipe with its kind", found: "none")
    }
    return kind
}

func recipePath(_ folder: String) -> String { folder + "/recipe.json" }

/// The size limit of a recipe, which is a page of text.
private let largestRecipe = 1 << 20

private func recipeBytes(_ path: String) throws -> [UInt8] {
    do {
        return try FileReader.bytes(path: path, limit: largestRecipe)
    } catch {
        throw TrainingError.noRun(path: path, expected: "the recipe of a run", found: error.reason)
    }
}

/// Returns nil where the bytes are not a JSON object with a kind; strict reading then reports why.
private func storedKind(in bytes: [UInt8]) -> String? {
    struct Kind: Decodable { let kind: String }
    return (try? JSONDecoder().decode(Kind.self, from: Data(bytes)))?.kind
}

/// The kinds that a recipe file names, read before its type is known.
struct StoredRecipeKind {
    let recipe: String
    /// The kind of tokenizer, for a tokenizer's recipe.
    let tokenizer: String?

    /// - Throws: ``TrainingError/noRun(path:expected:found:)`` for a file that is not a recipe.
    init(file path: String) throws {
        struct Stored: Decodable {
            struct Recipe: Decodable { let tokenizer: String? }
            let kind: String
            let recipe: Recipe?
        }
        let bytes = try recipeBytes(path)
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(bytes)) else {
            throw TrainingError.noRun(
                path: path, expected: "a recipe with its kind", found: "none")
        }
        (recipe, tokenizer) = (stored.kind, stored.recipe?.tokenizer)
    }
}
