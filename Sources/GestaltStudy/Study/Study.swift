import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes

/// A grid of trainings and what they start from: rows × numbers of labels × seeds.
///
/// ```swift
/// var study = Study(title: "Few labels", data: "data/robot", labels: ["10": 3, "all": 1])
/// study.models["video"] = Study.Model(Study.Training("encoder", ["terms": "video"]))
/// study.rows = [
///     Study.Row("unet", .baseline, Study.Training("unet")),
///     Study.Row(
///         "dense", .encoder, Study.Training("head", ["encoder": "dense", "model": "@video"])),
///     Study.Row("dense-student", .encoder, Study.Training("student", ["teachers": ["@dense"]])),
/// ]
/// let results = try StudyRun(study, folder: "out/study").run()
/// ```
/// As a file it is JSON with these keys; an unknown one is an error. Trainings have the keys of
/// `recipe.json` of their kind, and default values for omitted ones; nested keys may be joined by
/// dots, `optimization.steps`. A text `@NAME` is the model of that name, or that of the row of that
/// name with the same labels and seed.
public struct Study: Codable, Sendable, Equatable {
    public var title: String
    /// A location for `DataSet.open`, or the keys of a recipe's `data`.
    public var data: Data
    /// Every N-th labeled frame of a clip is scored; nil for 5.
    public var every: Int?
    /// The seeds by number of labeled frames, or `all`.
    public var labels: [String: Seeds]
    /// Whether `test` is scored, too; nil for not.
    public var test: Bool?
    /// Pre-trained models by name.
    public var models: [String: Model]
    /// Settings of the trainings of all rows that know them.
    public var common: [String: JSONTree]
    public var rows: [Row]

    public init(title: String, data: Data, labels: [String: Seeds]) {
        self.title = title
        self.data = data
        self.labels = labels
        models = [:]
        common = [:]
        rows = []
    }

    /// The key of ``labels`` for all labeled frames.
    public static let allLabels = "all"
    /// The distance of scored frames by default.
    public static let usualEvery = 5

    /// The clips of a study.
    public struct Data: Codable, Sendable, Equatable, ExpressibleByStringLiteral {
        /// The keys of a recipe's `data`.
        public var settings: [String: JSONTree]

        public init(_ location: String) { settings = ["location": .string(location)] }
        public init(stringLiteral value: String) { self.init(value) }
    }

    /// A training: a kind of recipe and some of its settings.
    public struct Training: Codable, Sendable, Equatable {
        public var kind: String
        public var settings: [String: JSONTree]

        public init(_ kind: String, _ settings: [String: JSONTree] = [:]) {
            self.kind = kind
            self.settings = settings
        }
    }

    /// A pre-trained model: a path, or a training without labels.
    public struct Model: Codable, Sendable, Equatable {
        /// The path of a finished model, as `OpenedModel` reads it; nil for one that is trained.
        public var path: String?
        public var train: Training?
        /// The number of models with seeds 0, 1, …; nil for 1. A run with seed s starts from
        /// number s modulo their count.
        public var seeds: Int?

        public init(_ training: Training, seeds: Int? = nil) {
            train = training
            self.seeds = seeds
        }

        public init(path: String) { self.path = path }
    }

    /// A row of the table of results: a training or a method that needs none.
    public struct Row: Codable, Sendable, Equatable {
        public var name: String
        public var group: StudyGroup
        public var train: Training?
        /// One of the ``StudyMethods``.
        public var method: Training?
        /// The seeds by number of labels; nil for those of the study.
        public var labels: [String: Seeds]?
        /// In place of the source and head of the recipe's outline; nil for those.
        public var source: String?
        public var head: String?
        /// In place of the outline's words on the training; nil for those. No comparison depends
        /// on it.
        public var regime: String?
        /// The examples from which the source learned before it saw labels; nil for what the
        /// trainings of the study say of it.
        public var pretraining: RecipeOutline.Pretraining?
        /// What distinguishes the row from others of its kind; nil for nothing.
        public var tags: [StudyTag]?
        /// A remark for the reader of the results.
        public var note: String?

        public init(
            _ name: String, _ group: StudyGroup, _ training: Training? = nil,
            method: Training? = nil
        ) {
            self.name = name
            self.group = group
            train = training
            self.method = method
        }
    }
}

extension Study {
    /// Reads a study and validates it.
    /// - Throws: `FileFailure`; `ConfigurationError` with the invalid key; as ``validate()``.
    public init(contentsOf path: String) throws {
        let bytes = try FileReader.bytes(path: path, limit: 1 << 24)
        let empty = JSONTree.object(["models": [:], "common": [:]])
        do {
            let given = try StrictJSON.tree(reading: bytes)
            guard case .object(let members) = given else {
                throw ConfigurationError(key: "", .wrongType(expected: "an object"))
            }
            self = try StrictJSON.decode(from: empty.changed(by: members))
            try validate()
        } catch let error as ConfigurationError {
            throw error.at(path)
        }
    }

    /// Returns the study as the content of its file.
    public func json() throws -> [UInt8] { try StrictJSON.encode(self) }

    /// The splits that are scored.
    public var splits: [Split] { test == true ? [.validation, .test] : [.validation] }
}

extension Study.Data {
    /// Decodes a location, or an object of settings.
    public init(from decoder: any Decoder) throws {
        switch try JSONTree(from: decoder) {
        case .string(let location): settings = ["location": .string(location)]
        case .object(let given): settings = given
        default:
            throw ConfigurationError(
                key: "data", .wrongType(expected: "a location, or an object with one"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        if settings.count == 1, let location = settings["location"] {
            try location.encode(to: encoder)
        } else {
            try JSONTree.object(settings).encode(to: encoder)
        }
    }

    /// The clips as a recipe has them; runs are scored after their end, so there is no evaluation
    /// during training unless it is set.
    /// - Throws: `ConfigurationError` below the key `data`.
    public var choice: DataChoice {
        get throws(ConfigurationError) {
            do throws(ConfigurationError) {
                guard case .string(let location) = settings["location"] else {
                    throw ConfigurationError(key: "location", .missingKey)
                }
                var usual = DataChoice(location)
                usual.evaluation = nil
                return try StrictJSON.changed(usual, by: settings)
            } catch { throw error.below("data") }
        }
    }
}

extension Study.Training {
    private static let kindKey = "kind"

    /// Decodes an object with the key `kind` and those of the settings.
    public init(from decoder: any Decoder) throws {
        guard case .object(var settings) = try JSONTree(from: decoder),
            case .string(let kind) = settings.removeValue(forKey: Self.kindKey)
        else {
            throw ConfigurationError(
                key: "kind", .invalid(expected: "an object with a kind", found: "none"))
        }
        self.init(kind, settings)
    }

    public func encode(to encoder: any Encoder) throws {
        try JSONTree.object(settings.merging([Self.kindKey: .string(kind)]) { $1 })
            .encode(to: encoder)
    }

    /// The names of models and rows that it refers to, in alphabetical order.
    var references: [String] {
        var names: Set<String> = []
        _ = JSONTree.object(settings).replacingTexts { text in
            if text.hasPrefix(Study.referenceMark) { names.insert(String(text.dropFirst())) }
            return text
        }
        return names.sorted()
    }

    /// Returns the settings with each reference replaced by the result of `replacement` for its
    /// name.
    func resolved(_ replacement: (String) throws -> String) rethrows -> [String: JSONTree] {
        try settings.mapValues { value in
            try value.replacingTexts { text in
                text.hasPrefix(Study.referenceMark)
                    ? try replacement(String(text.dropFirst())) : text
            }
        }
    }
}

extension Study {
    static let referenceMark = "@"
}
