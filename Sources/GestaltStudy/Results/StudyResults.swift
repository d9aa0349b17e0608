import Foundation
import GestaltData
import GestaltIO
import GestaltMedia
import GestaltModels

/// The results of a study: the content of `results.json`.
///
/// ```swift
/// let results = try StudyResults(reading: "study/results.json")
/// for row in results.rows(of: .encoder) {
///     let reports = results.reports(of: row.name, labels: 30, on: .validation)
///     print(row.name, try ReportComparison(reports).method.mean)
/// }
/// ```
/// Rows and runs have the order of the study. Runs that failed or are not made yet are listed, too,
/// with their state.
public struct StudyResults: Codable, Sendable, Equatable {
    /// The version of the format.
    public private(set) var format = Self.currentFormat
    public var title: String
    public var data: DataSummary
    public var settings: Settings
    /// The pre-trained models that rows start from.
    public var models: [Model]
    public var rows: [Row]
    public var runs: [Run]

    public static let currentFormat = 2
    /// The name of the file in the folder of a study.
    public static let fileName = "results.json"

    public init(
        title: String, data: DataSummary, settings: Settings, models: [Model] = [],
        rows: [Row] = [], runs: [Run] = []
    ) {
        self.title = title
        self.data = data
        self.settings = settings
        self.models = models
        self.rows = rows
        self.runs = runs
    }

    /// The data of a study.
    public struct DataSummary: Codable, Sendable, Equatable {
        /// The location, as for `DataSet.open`.
        public var location: String
        /// The fingerprint of the clips of the training split.
        public var fingerprint: String
        public var splits: [SplitSummary]

        public init(location: String, fingerprint: String, splits: [SplitSummary]) {
            self.location = location
            self.fingerprint = fingerprint
            self.splits = splits
        }

        /// Returns the fingerprint of the clips of a split; nil where the results have none.
        public func fingerprint(of split: Split) -> String? {
            split == .train ? fingerprint : splits.first { $0.split == split }?.fingerprint
        }
    }

    /// The size of a split.
    public struct SplitSummary: Codable, Sendable, Equatable {
        public var split: Split
        public var clips: Int
        public var frames: Int
        public var labeledFrames: Int
        /// Height and width of the frames; nil where they differ.
        public var frameSize: FrameSize?
        /// The fingerprint of the clips; nil where it was not recorded.
        public var fingerprint: String?

        public init(
            split: Split, clips: Int, frames: Int, labeledFrames: Int, frameSize: FrameSize?,
            fingerprint: String? = nil
        ) {
            self.split = split
            self.clips = clips
            self.frames = frames
            self.labeledFrames = labeledFrames
            self.frameSize = frameSize
            self.fingerprint = fingerprint
        }
    }

    /// The protocol of a study.
    public struct Settings: Codable, Sendable, Equatable {
        /// The splits that are scored: `val`, and `test` where the study requests it.
        public var splits: [Split]
        /// Every N-th labeled frame of a clip is scored.
        public var every: Int
        /// Numbers of labeled frames; nil for all.
        public var labels: [Int?]
        public var seeds: [UInt64]

        public init(splits: [Split], every: Int, labels: [Int?], seeds: [UInt64]) {
            self.splits = splits
            self.every = every
            self.labels = labels
            self.seeds = seeds
        }
    }
}

extension StudyResults {
    /// Reads a file, `results.json` or the same compressed by gzip.
    ///
    /// - Throws: `FileFailure` for a file that cannot be read, `MediaError` for damaged gzip data,
    ///   ``StudyError`` for a file that holds no results of this format.
    public init(reading path: String) throws {
        let stored = try FileReader.bytes(path: path, limit: Self.largestFile)
        let isCompressed = FileKind(stored) == .gzip
        let bytes = Data(
            isCompressed
                ? try Gzip.decompress(stored, limit: Self.largestFile, name: path) : stored)
        struct Version: Decodable { let format: Int }
        guard let version = try? JSONDecoder().decode(Version.self, from: bytes) else {
            throw StudyError.file(path: path, expected: "results of a study", found: "another file")
        }
        guard version.format == Self.currentFormat else {
            throw StudyError.file(
                path: path, expected: "results of format \(Self.currentFormat)",
                found: "format \(version.format)")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: bytes)
        } catch {
            throw StudyError.file(path: path, expected: "results of a study", found: "\(error)")
        }
    }

    /// The size limit of a file of results: some hundred bytes an image of each run.
    private static let largestFile = 1 << 30

    /// Replaces the file at `path`.
    public func write(to path: String) throws {
        try AtomicFile.write(StrictJSON.encode(self), to: path)
    }
}
