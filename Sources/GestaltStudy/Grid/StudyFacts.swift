import GestaltData
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltRecipes
import GestaltTensor

/// The inputs of a study that the hashes of its runs cover: clips, and models that were not trained
/// by the study.
struct StudyFacts: Codable, Sendable, Equatable {
    /// The clips of all splits; its fingerprint is that of training.
    var data: StudyResults.DataSummary
    /// The fingerprint of each split that is scored, by its folder.
    var clips: [String: String]
    /// The checksum of each model that was given, by its path.
    var models: [String: String]

    /// Opens data and models.
    ///
    /// - Throws: errors of reading; `ConfigurationError` for fewer labeled frames than the study
    ///   requires.
    init(of study: Study, _ progress: ProgressHandler? = nil) throws {
        let choice = try study.data.choice
        let sets = try ([.train] + study.splits).map { try choice.open($0, masks: .required) }
        try Self.requireLabels(of: study, in: sets[0])
        let sums = try sets.map { try StudyHash.fingerprint(of: $0, progress) }
        data = StudyResults.DataSummary(
            location: choice.location, fingerprint: sums[0],
            splits: sets.map(StudyResults.SplitSummary.init))
        clips = Dictionary(
            uniqueKeysWithValues: zip(study.splits.map(\.folder), sums.dropFirst()))
        models = [:]
        for path in study.models.values.compactMap(\.path) {
            models[path] = try Self.checksum(of: OpenedModel(at: path).model)
        }
    }

    /// The clips with the fingerprint of each split.
    var summary: StudyResults.DataSummary {
        var summary = data
        for (place, part) in data.splits.enumerated() {
            summary.splits[place].fingerprint =
                part.split == .train ? data.fingerprint : clips[part.split.folder]
        }
        return summary
    }

    private static func requireLabels(
        of study: Study, in train: DataSet
    ) throws(ConfigurationError) {
        let counts = try ([study.labels] + study.rows.compactMap(\.labels)).map(Study.counts)
        let most = counts.joined().compactMap(\.labels).max() ?? 0
        guard most <= train.labeledFrameCount else {
            throw .invalid(
                "labels",
                expected: "at most \(train.labeledFrameCount), the labeled frames of \(train)",
                found: most)
        }
    }

    private static func checksum(of model: any StoredModel) throws -> String {
        var sum = SHA256()
        func add<Model: StoredModel>(_ model: Model) throws {
            sum.append(Array(Model.Configuration.kind.utf8))
            sum.append(try StrictJSON.encode(model.configuration))
            for entry in model.state {
                sum.append(Array("\(entry.path) \(entry.value.shape)\n".utf8))
                entry.value.withScalars { sum.append(UnsafeRawBufferPointer($0)) }
            }
        }
        try add(model)
        return sum.hexadecimal
    }
}

extension StudyResults.SplitSummary {
    fileprivate init(_ set: DataSet) {
        let infos = set.infos()
        let sizes = Set(infos.map(\.size))
        self.init(
            split: set.split, clips: infos.count,
            frames: infos.reduce(0) { $0 + $1.frameCount },
            labeledFrames: set.labeledFrameCount, frameSize: sizes.count == 1 ? sizes.first : nil)
    }
}
