import Foundation
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltTraining

/// A whole training written down: data, model, steps, seed. One call runs it.
///
/// ```swift
/// let recipe = UNetRecipe(data: DataChoice("sample"), network: .demo, labels: 100, steps: 300)
/// let trained = try recipe.train(RunOptions(folder: "out/unet"))
/// // later, after Ctrl-C:
/// let again = try UNetRecipe.resume("out/unet")
/// ```
/// The run's folder keeps it as `recipe.json`, in which a key that nothing reads is an error.
public protocol Recipe: Codable, Equatable, Sendable {
    associatedtype Model
    /// What `recipe.json` calls it: `tokenizer`, `unet`, `head`.
    static var kind: String { get }
    /// The clips it trains on, and which it is judged on meanwhile.
    var data: DataChoice { get set }
    var steps: Int { get set }
    /// A model to begin from, as ``OpenedModel`` reads it.
    var model: String? { get }
    /// What a bare VideoGPT checkpoint at ``model`` leaves out, by VideoGPT's names.
    var settings: [String: String]? { get }
    /// - Throws: an error that names the key, what it allows and what it holds.
    func validate() throws
    /// Trains, and with a folder leaves the model there.
    /// - Parameter beginning: the model at ``model``; nil for a recipe that names none.
    /// - Throws: ``TrainingError``, and what reading data and writing files throws.
    func train(
        from beginning: OpenedModel?, _ options: RunOptions
    ) throws -> Trained<Model>
}

/// What may be other in a run that goes on.
public struct RunChanges: Sendable, Equatable {
    /// Steps in all. The learning rate continues as in a run of that many steps: its schedule is that of
    /// the new length, entered at the step the run has reached.
    public var steps: Int?
    /// Where the same clips lie now, as `DataSet.open` takes it.
    public var data: String?

    public init(steps: Int? = nil, data: String? = nil) {
        self.steps = steps
        self.data = data
    }
}

/// What a recipe gives.
public struct Trained<Model> {
    public let model: Model
    /// Steps done in all.
    public let steps: Int
    /// How it was judged at the end; nil when the recipe names no split to judge it on.
    public let evaluation: Evaluation?
}

extension Trained: Sendable where Model: Sendable {}

/// What surrounds a training: where it goes, whether it goes on, who may stop it.
public struct RunOptions: Sendable {
    /// The folder for model, checkpoints and logs; nil keeps the result in memory only.
    public var folder: String?
    /// Whether to go on from the folder's last checkpoint.
    public var resumes: Bool
    /// Whether standard error shows how far it is.
    public var showsProgress: Bool
    public var interruption: Interruption
    /// What is other in a run that goes on.
    public var changes = RunChanges()
    /// The longest time without a checkpoint, beside the recipe's steps between them; nil leaves it
    /// to the steps.
    public var checkpointPeriod: Duration? = .seconds(600)
    /// Whether a run that needs more memory than there is ends before its first step.
    public var refusesBeyondMemory = true
    /// The command that started it, for the model's card.
    public var command: String?
    /// Called with what somebody should know, a sentence at a time.
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
    /// Goes on with the run in a folder; everything needed stands there.
    public static func resume(
        _ folder: String, _ options: RunOptions = RunOptions()
    ) throws -> Trained<Model> {
        var options = options
        options.folder = folder
        options.resumes = true
        return try Self(run: folder).changed(by: options.changes).train(options)
    }

    /// Trains from the model that the recipe names, or from scratch.
    /// - Throws: as ``train(from:_:)``, and what opening the model throws.
    public func train(_ options: RunOptions = RunOptions()) throws -> Trained<Model> {
        try validate()
        // Asked before a model of a gigabyte is read.
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

    /// Reads the recipe of a run, valid.
    /// - Throws: ``TrainingError/noRun(path:expected:found:)`` when the folder holds none or one of
    ///   another kind, `ConfigurationError` naming the key that is wrong.
    public init(run folder: String) throws { self = try StoredRecipe<Self>(run: folder).recipe }

    /// Reads a recipe from a file as `recipe.json` is, valid.
    /// - Throws: as ``init(run:)``.
    public init(file path: String) throws { self = try StoredRecipe<Self>(file: path).recipe }

    /// The recipe as `recipe.json` holds it.
    /// - Parameter command: what started the run, for people.
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

/// What `recipe.json` holds.
struct StoredRecipe<R: Recipe>: Codable {
    var kind: String
    /// What started the run; nil for one that a program started.
    var command: String?
    /// The clips the run began with; nil where it has not begun.
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

/// What kind of run a folder holds, as ``Recipe/kind`` names it.
/// - Throws: ``TrainingError/noRun(path:expected:found:)``.
public func recipeKind(of folder: String) throws -> String {
    guard let kind = storedKind(in: try recipeBytes(recipePath(folder))) else {
        throw TrainingError.noRun(
            path: recipePath(folder), expected: "a recipe with its kind", found: "none")
    }
    return kind
}

private func recipePath(_ folder: String) -> String { folder + "/recipe.json" }

/// A recipe is a page of text.
private let largestRecipe = 1 << 20

private func recipeBytes(_ path: String) throws -> [UInt8] {
    do {
        return try FileReader.bytes(path: path, limit: largestRecipe)
    } catch {
        throw TrainingError.noRun(path: path, expected: "the recipe of a run", found: error.reason)
    }
}

/// Nil where the bytes are no JSON object with a kind; strict reading then tells what they are.
private func storedKind(in bytes: [UInt8]) -> String? {
    struct Kind: Decodable { let kind: String }
    return (try? JSONDecoder().decode(Kind.self, from: Data(bytes)))?.kind
}

/// The kinds that a recipe file names, before its type is known.
struct StoredRecipeKind {
    let recipe: String
    /// Of a tokenizer's recipe.
    let tokenizer: String?

    /// - Throws: ``TrainingError/noRun(path:expected:found:)`` for a file that is no recipe.
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
