import GestaltRecipes

/// The role of a row in a study: what its score can be compared with.
public enum StudyGroup: String, Codable, Sendable, CaseIterable {
    /// Trained on RGB and labels alone: the U-Net.
    case baseline
    /// A head on the latents of a pre-trained model, or its student.
    case encoder
    /// A row that shows where a score comes from: random weights, noise, position, a constant mask.
    case control
    /// Latents of what a model that sees single frames cannot know: the true clip.
    case oracle
    /// Masks made without any label.
    case labelFree = "label-free"
}

/// What distinguishes a row from others with the same source, head and training, where no setting
/// says so.
public enum StudyTag: String, Codable, Sendable, CaseIterable {
    /// Larger than the usual model of its kind.
    case largerModel = "larger-model"
    /// On larger pictures than the other rows.
    case largerPictures = "larger-pictures"
}

extension StudyResults {
    /// A configuration whose score is reported: one for all numbers of labels and seeds.
    public struct Row: Codable, Sendable, Equatable {
        public var name: String
        public var group: StudyGroup
        /// The input of the head: `rgb`, `tokenizer:continuous`, `prior:hidden:2`.
        public var source: String
        /// The network on the source, `convolutional:64`, or `unet`; nil for a method without one.
        public var head: String?
        /// The training of the source in words, for readers alone: `frozen`, `trains resnet`.
        public var regime: String
        /// The initial weights of the source.
        public var initialization: RecipeOutline.Initialization
        /// The training of the source together with the head.
        public var training: RecipeOutline.Training
        /// The parts of the source that are trained with the head; empty where all of it is, or
        /// nothing.
        public var trainedParts: [String]
        /// The examples from which the source learned before it saw labels; nil where that is not
        /// known, as of a model that was given.
        public var pretraining: RecipeOutline.Pretraining?
        /// Whether a teacher's predictions are learned.
        public var isStudent: Bool
        /// What distinguishes the row where no setting does.
        public var tags: [StudyTag]
        /// Whether frames after the one that is segmented are seen.
        public var seesFuture: Bool
        /// Whether the training on labels uses unlabeled frames, too.
        public var usesUnlabeledFrames: Bool
        /// Whether there is a run for each number of labels; without labels there is a single run,
        /// with nil for all.
        public var usesLabels: Bool
        /// The command that makes the runs of the row.
        public var command: String
        /// A remark for the reader.
        public var note: String?

        public init(
            name: String, group: StudyGroup, source: String, head: String?, regime: String,
            initialization: RecipeOutline.Initialization = .none,
            training: RecipeOutline.Training = .none, trainedParts: [String] = [],
            pretraining: RecipeOutline.Pretraining? = nil, isStudent: Bool = false,
            tags: [StudyTag] = [], seesFuture: Bool, usesUnlabeledFrames: Bool,
            usesLabels: Bool = true, command: String, note: String? = nil
        ) {
            self.name = name
            self.group = group
            self.source = source
            self.head = head
            self.regime = regime
            self.initialization = initialization
            self.training = training
            self.trainedParts = trainedParts
            self.pretraining = pretraining
            self.isStudent = isStudent
            self.tags = tags
            self.seesFuture = seesFuture
            self.usesUnlabeledFrames = usesUnlabeledFrames
            self.usesLabels = usesLabels
            self.command = command
            self.note = note
        }
    }

    /// A pre-trained model that rows start from, trained by the study or given to it.
    public struct Model: Codable, Sendable, Equatable {
        public var name: String
        /// The kind of recipe that trains it; nil for a model that was given.
        public var kind: String?
        /// The seed it is trained with; nil where one model serves all runs.
        public var seed: UInt64?
        public var state: RunState
        /// The reason of a failure; nil without one.
        public var error: String?
        /// The training; nil for a model that was given, and before its end.
        public var stage: Stage?
        /// The path of a model that was given; nil for one that the study trains.
        public var path: String?

        public init(
            name: String, kind: String?, seed: UInt64? = nil, state: RunState,
            error: String? = nil, stage: Stage? = nil, path: String? = nil
        ) {
            self.name = name
            self.kind = kind
            self.seed = seed
            self.state = state
            self.error = error
            self.stage = stage
            self.path = path
        }
    }

    /// Returns the rows of a group, in the order of the study.
    public func rows(of group: StudyGroup) -> [Row] { rows.filter { $0.group == group } }
}
