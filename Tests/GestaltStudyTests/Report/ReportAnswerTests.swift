import GestaltData
import GestaltMetrics
import GestaltRecipes
import GestaltStudy
import Testing

@Suite struct ReportAnswerTests {
    private static let paper = "prior:hidden:2:skips"
    private static let quick = Bootstrap(resamples: 200)

    /// A study of the paper's row and a U-Net, with IoU at 10 and at all labels.
    private func study(
        paper: [[Double]], unet: [[Double]], clips: Int = 8
    ) throws -> MadeUpStudy {
        var study = MadeUpStudy(clips: clips)
        let amounts: [Int?] = [10, nil]
        try study.add("unet", .baseline, zip(amounts, unet).map { ($0, $1) })
        try study.add(
            "paper", .encoder, source: Self.paper, head: "convolutional:64",
            training: .fineTuned, zip(amounts, paper).map { ($0, $1) })
        return study
    }

    private func answer(
        _ statement: StudyStatement, _ study: MadeUpStudy, margin: Double = 0.01
    ) throws -> StudyAnswer {
        StudyAnswer(
            statement, from: try StudyScores(study.results, Self.quick), margin: margin)
    }

    private var levelClaim: StudyStatement { StudyStatements.claim[0] }

    @Test func aClaimIsJudgedForEachNumberOfLabels() throws {
        let level = try answer(
            levelClaim,
            study(paper: [[0.80, 0.80], [0.942, 0.942]], unet: [[0.85, 0.85], [0.944, 0.944]]))
        #expect(level.findings.map(\.outcome) == [.below, .level])
        #expect(level.verdict == "Supported with all 600 labels; not supported with 10 labels.")
        #expect(level.tone == .open)
        let above = try answer(
            levelClaim,
            study(paper: [[0.9, 0.9], [0.96, 0.96]], unet: [[0.85, 0.85], [0.90, 0.90]]))
        #expect(above.verdict == "Supported with every number of labels.")
        #expect(above.tone == .affirmed)
        let below = try answer(
            levelClaim,
            study(paper: [[0.7, 0.7], [0.7, 0.7]], unet: [[0.85, 0.85], [0.90, 0.90]]))
        #expect(below.verdict == "Not supported with any number of labels.")
        #expect(below.tone == .denied)
    }

    /// The mean difference is 0.05 with an interval that excludes zero, but the seeds differ by 0.2.
    @Test func aDifferenceWithinTheSpreadOverSeedsDecidesNothing() throws {
        let answer = try answer(
            levelClaim,
            study(paper: [[0.80, 1.0], [0.80, 1.0]], unet: [[0.85, 0.85], [0.85, 0.85]]))
        #expect(answer.findings.allSatisfy { $0.outcome == .withinSeeds })
        #expect(answer.verdict == "Undecided with any number of labels.")
        #expect(answer.findings[0].difference.runs.map { ($0 * 100).rounded() } == [-5, 15])
    }

    @Test func tooFewClipsGiveNoInterval() throws {
        let answer = try answer(
            levelClaim, study(paper: [[0.7], [0.7]], unet: [[0.9], [0.9]], clips: 4))
        #expect(answer.findings.allSatisfy { $0.outcome == .noInterval })
        #expect(answer.findings[0].difference.interval == nil)
        #expect(answer.findings[0].difference.deviation == nil)
        #expect(answer.tone == .open)
    }

    @Test func whatHasNoRunsIsNotMeasured() throws {
        let answer = try answer(
            StudyStatements.claim[3], study(paper: [[0.7], [0.7]], unet: [[0.9], [0.9]]))
        #expect(answer.verdict == "Not measured.")
        #expect(
            answer.missing == [
                "the prior's hidden states, frozen", "the trained frame encoder alone",
            ])
        let nothing = StudyAnswer(
            levelClaim, from: try StudyScores(MadeUpStudy().results, Self.quick), margin: 0.01)
        #expect(nothing.verdict == "Not measured." && nothing.missing.count == 1)
    }

    @Test func onePartOfAClaimThatIsMissingLeavesItOpen() throws {
        var study = try study(paper: [[0.7], [0.7]], unet: [[0.9], [0.9]])
        try study.add(
            "frozen", .encoder, source: Self.paper, head: "linear", training: .frozen,
            [(10, [0.6]), (nil, [0.6])])
        try study.add(
            "random", .control, source: Self.paper, head: "linear", training: .frozen,
            isRandom: true,
            [(10, [0.5]), (nil, [0.5])])
        let answer = try answer(StudyStatements.claim[2], study)
        #expect(answer.verdict == "Supported with every number of labels, as far as measured.")
        #expect(answer.missing == ["position alone", "pre-training on still pictures alone"])
        #expect(answer.tone == .open)
    }

    /// The row that is best on `test` is not the one that is compared.
    @Test func rowsAreChosenOnValidation() throws {
        var study = MadeUpStudy()
        try study.add("unet", .baseline, [(nil, [0.8])], splits: [.validation, .test])
        for (name, validation, test) in [("a", 0.9, 0.7), ("b", 0.6, 0.95)] {
            try study.add(
                name, .encoder, source: Self.paper, head: "convolutional:64",
                training: .fineTuned, [(nil, [validation])], splits: [.validation])
            var other = MadeUpStudy()
            try other.add(name, .encoder, [(nil, [test])])
            study.runs[study.runs.count - 1].scores += other.runs[0].scores
        }
        let answer = try answer(levelClaim, study)
        #expect(answer.findings.map(\.difference.row.name) == ["a"])
        #expect(answer.findings[0].outcome == .below)
        #expect(answer.findings[0].candidates == [2, 1])
        #expect(!answer.findings[0].isChosenOnReported)
    }

    @Test func rowsOfOtherImagesAreNotCompared() throws {
        var study = try study(paper: [[0.7], [0.7]], unet: [[0.9], [0.9]])
        var other = MadeUpStudy(clips: 9)
        try other.add("unet", .baseline, [(10, [0.9]), (nil, [0.9])])
        study.runs.removeAll { $0.row == "unet" }
        study.runs += other.runs
        let answer = try answer(levelClaim, study)
        #expect(answer.findings.isEmpty)
        #expect(answer.mismatches.contains { $0.contains("16 images") && $0.contains("18") })
        #expect(answer.verdict == "Not measured.")
    }

    /// A frozen source is compared with frozen random weights, a trained one with trained ones.
    @Test func controlsAreTrainedLikeTheirSubject() throws {
        var study = MadeUpStudy()
        for training in [RecipeOutline.Training.frozen, .fineTuned] {
            try study.add(
                training.rawValue, .encoder, source: Self.paper, head: "linear", training: training,
                [(nil, [0.8])])
            try study.add(
                "random " + training.rawValue, .control, source: Self.paper, head: "linear",
                training: training == .frozen ? .frozen : .fromScratch, isRandom: true,
                [(nil, [training == .frozen ? 0.5 : 0.9])])
        }
        let scores = try StudyScores(study.results, Self.quick)
        let contrast = StudyStatements.claim[2].contrasts[0]
        let answer = StudyAnswer(StudyStatement("", .claim, [contrast]), from: scores, margin: 0.01)
        #expect(answer.findings.map(\.difference.other.name) == ["random frozen"])
    }

    /// Names and descriptions are for readers: fields alone decide.
    @Test func whatRowsAreIsNotReadFromTheirWords() throws {
        var study = try study(paper: [[0.7], [0.7]], unet: [[0.9], [0.9]])
        try study.add(
            "a larger still", .encoder, source: "dense", head: "linear",
            regime: "random, trained on still pictures", training: .frozen, pretraining: .video,
            [(nil, [0.8])])
        try study.add(
            "b", .control, source: "dense", head: "linear", regime: "see the note",
            training: .frozen,
            pretraining: .stillPictures, [(nil, [0.6])])
        try study.add(
            "c", .control, source: "dense", head: "linear", regime: "see the note",
            training: .frozen,
            isRandom: true, [(nil, [0.5])])
        let motion = try answer(StudyStatements.claim[2], study).findings.map(\.difference)
        #expect(motion.map(\.row.name) == ["a larger still", "a larger still"])
        #expect(motion.map(\.other.name) == ["c", "b"])
        let scale = try answer(StudyStatements.claim[8], study)
        #expect(scale.findings.isEmpty && scale.missing == ["a larger model or larger pictures"])
    }

    @Test func largerModelsAreThoseWithATag() throws {
        var study = MadeUpStudy()
        let rows: [(String, [StudyTag], Double)] = [
            ("small", [], 0.7), ("big", [.largerModel], 0.8),
        ]
        for (name, tags, score) in rows {
            try study.add(
                name, .encoder, source: "dense", head: "linear", training: .frozen, tags: tags,
                [(nil, [score])])
        }
        let answer = try answer(StudyStatements.claim[8], study)
        #expect(answer.findings.map(\.difference.row.name) == ["big"])
        #expect(answer.findings.map(\.difference.other.name) == ["small"])
        #expect(answer.findings.map(\.outcome) == [.above])
    }

    /// Of controls without motion the one that is a student as the subject is, or is none, is
    /// compared, though another has a better score.
    @Test func studentsAreComparedWithStudents() throws {
        var study = MadeUpStudy()
        try study.add(
            "dense", .encoder, source: "dense", head: "linear", training: .frozen, [(nil, [0.8])])
        for (name, isStudent, score) in [("still", false, 0.6), ("still-student", true, 0.7)] {
            try study.add(
                name, .control, source: "dense", head: "linear", training: .frozen,
                pretraining: .stillPictures, unlabeled: isStudent, [(nil, [score])])
        }
        let answer = try answer(StudyStatements.claim[2], study)
        #expect(answer.findings.map(\.difference.other.name) == ["still"])
    }

    @Test func thePublishedScoreGetsNoVerdict() throws {
        let answer = try answer(
            StudyStatements.claim[1], study(paper: [[0.7], [0.83]], unet: [[0.9], [0.9]]))
        #expect(answer.verdict.hasPrefix("On these data: IoU per image 0.830"))
        #expect(answer.verdict.hasSuffix("with all 600 labels; micro IoU 0.830."))
        #expect(answer.tone == .open)
    }

    @Test func aRowWithoutLabelsServesEveryNumberOfThem() throws {
        var study = try study(paper: [[0.7], [0.7]], unet: [[0.9], [0.9]])
        try study.add(
            "mean", .control, source: "none", head: nil, training: .none, usesLabels: false,
            [(nil, [0.3])])
        let answer = try answer(StudyStatements.questions[0], study)
        let names = answer.findings.filter { $0.difference.other.name == "mean" }
        #expect(names.map(\.difference.labels) == [10, nil])
    }

    /// Its run has no number of labels, which is not one of the study's numbers.
    @Test func aRowWithoutLabelsIsScoredWhereNoRowUsesAllOfThem() throws {
        var study = MadeUpStudy(labels: [30])
        try study.add("unet", .baseline, [(30, [0.9])])
        try study.add(
            "mean", .control, source: "none", head: nil, training: .none, usesLabels: false,
            [(nil, [0.3])])
        let scores = try StudyScores(study.results, Self.quick)
        #expect(scores.amounts == [30])
        #expect(scores.score(of: study.rows[1], labels: 30) != nil)
    }
}
