import GestaltData
import GestaltRecipes

/// The state of a run of a study.
public enum RunState: String, Codable, Sendable, CaseIterable {
    /// Trained and scored.
    case done
    /// Ended by an error; made again when the study is run with `retry`.
    case failed
    /// Not begun, or not finished.
    case missing
}

extension StudyResults {
    /// A run of a row: with one number of labels and one seed.
    public struct Run: Codable, Sendable, Equatable {
        public var row: String
        /// The number of labeled frames; nil for all, and where a method needs none.
        public var labels: Int?
        public var seed: UInt64
        /// The hash of all that determines the run.
        public var hash: String
        public var state: RunState
        /// The reason of a failure; nil without one.
        public var error: String?
        /// The trainings of the row, in order; the last one makes the model that is scored.
        public var stages: [Stage]
        /// The scores of each split that was read.
        public var scores: [Scores]
        /// The parameters of the model; nil for a method without a model.
        public var parameters: Int?
        /// The milliseconds per frame of the segmentation, in batches of 16; nil where it was not
        /// measured.
        public var millisecondsPerFrame: Double?
        /// Processor, threads and kernels of the run; nil before its end.
        public var machine: String?

        public init(
            row: String, labels: Int?, seed: UInt64, hash: String, state: RunState,
            error: String? = nil, stages: [Stage] = [], scores: [Scores] = [],
            parameters: Int? = nil, millisecondsPerFrame: Double? = nil, machine: String? = nil
        ) {
            self.row = row
            self.labels = labels
            self.seed = seed
            self.hash = hash
            self.state = state
            self.error = error
            self.stages = stages
            self.scores = scores
            self.parameters = parameters
            self.millisecondsPerFrame = millisecondsPerFrame
            self.machine = machine
        }

        /// The minutes of all its trainings, those of pre-trained models apart.
        public var minutes: Double { stages.map(\.minutes).reduce(0, +) }
        /// The optimizer steps of all its trainings.
        public var steps: Int { stages.map(\.steps).reduce(0, +) }
        /// The folder of the model that is scored, relative to the study's; nil for a method.
        public var folder: String? { stages.last?.folder }

        /// Returns the scores of a split; nil where it was not read.
        public func scores(on split: Split) -> Scores? { scores.first { $0.split == split } }
    }

    /// A training.
    public struct Stage: Codable, Sendable, Equatable {
        public var name: String
        /// The kind of recipe.
        public var kind: String
        public var hash: String
        /// The folder of the training, relative to the study's.
        public var folder: String
        public var steps: Int
        public var minutes: Double

        public init(
            name: String, kind: String, hash: String, folder: String, steps: Int, minutes: Double
        ) {
            self.name = name
            self.kind = kind
            self.hash = hash
            self.folder = folder
            self.steps = steps
            self.minutes = minutes
        }
    }

    /// The scores of a run on a split.
    public struct Scores: Codable, Sendable, Equatable {
        public var split: Split
        /// The agreement of the masks, image by image; nil for a method that makes none.
        public var masks: SegmentationReport?
        /// Other measures by name, such as `ap50` of instances; only defined ones.
        public var measures: [String: Double]

        public init(
            split: Split, masks: SegmentationReport?, measures: [String: Double] = [:]
        ) {
            self.split = split
            self.masks = masks
            self.measures = measures
        }
    }

    /// Returns the runs of a row with a number of labels, nil for all; those of all seeds.
    public func runs(of row: String, labels: Int?) -> [Run] {
        runs.filter { $0.row == row && $0.labels == labels }
    }

    /// Returns the reports of the finished runs of a row on a split, for `ReportComparison`, which
    /// computes intervals over clips and paired differences.
    public func reports(
        of row: String, labels: Int?, on split: Split
    ) -> [ReportComparison.Named] {
        runs(of: row, labels: labels).compactMap { run in
            run.scores(on: split)?.masks.map { ("\(row), seed \(run.seed)", $0) }
        }
    }

    /// The runs that failed.
    public var failures: [Run] { runs.filter { $0.state == .failed } }
}
