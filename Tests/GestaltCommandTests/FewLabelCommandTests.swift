import Foundation
import TestSupport
import Testing

/// The trainings of few labels, from unlabeled clips to a student, as a user types them.
@Suite struct FewLabelCommandTests {
    private func succeed(_ arguments: String...) throws -> Program.Result {
        let result = try Program.run(list: arguments)
        #expect(result.code == 0, "\(arguments): \(result)")
        return result
    }

    @Test func fromUnlabeledClipsToAStudent() throws {
        let folder = TemporaryFolder()
        let (encoder, teacher) = (folder.path("encoder"), folder.path("teacher"))
        let size = ["--data", "synthetic:2", "--batch", "4"]
        func train(_ kind: String, _ words: String...) throws {
            let arguments = ["train", kind] + size + ["--steps", "1"] + words
            let result = try Program.run(list: arguments)
            #expect(result.code == 0, "\(arguments): \(result)")
        }
        try train("encoder", "--width", "4", "--output", encoder)
        try train(
            "encoder", "--model", encoder, "--terms", "displaced=0", "--augment", "strong",
            "--output", folder.path("further"))
        try train(
            "head", "--encoder", "dense", "--model", encoder, "--labels", "3", "--output", teacher)
        try train(
            "student", "--model", teacher, "--start", encoder, "--labels", "3", "--labeled-batch",
            "2", "--average-decay", "0.9", "--average-share", "0.5", "--output",
            folder.path("student"))
        _ = try succeed(
            "evaluate", "--model", folder.path("student"), "--data", "synthetic:2", "--split",
            "train")
        try train(
            "student", "--teacher", teacher, "--teacher", folder.path("student"), "--labels", "3",
            "--labeled-batch", "2", "--rounds", "2", "--threshold", "0.4,1:0.3", "--floor", "0.1",
            "--boundary-band", "1", "--propagate", "affinity", "--cut-mix", "0.5",
            "--unlabeled-cut-mix", "0.5", "--output", folder.path("rounds"))
        let rounds = try String(
            contentsOfFile: folder.path("rounds") + "/recipe.json", encoding: .utf8)
        for setting in [
            "\"rounds\" : 2", "\"boundaryBand\" : 1", "\"affinity\"", "\"usual\" : 0.4",
        ] {
            #expect(rounds.contains(setting), "\(rounds)")
        }
        let inspected = try succeed("inspect", folder.path("rounds"))
        #expect(inspected.output.contains("finished"), "\(inspected)")
        let sheet = folder.path("forecast.png")
        _ = try succeed(
            "forecast", "--model", encoder, "--data", "synthetic:2", "--split", "train", "--clips",
            "2", "--output", sheet)
        #expect(FileManager.default.fileExists(atPath: sheet))
        let recipe = try String(
            contentsOfFile: folder.path("further") + "/recipe.json", encoding: .utf8)
        #expect(recipe.contains("\"displaced\" : 0") && recipe.contains("\"cutMix\" : 0"))
    }

    @Test(arguments: [
        (["encoder", "--terms", "displaced"], "--terms"),
        (["encoder", "--width", "0"], "--width"),
        (["student", "--labels", "10"], "--model"),
        (["student", "--model", "m", "--threshold", "2"], "--threshold"),
        (["student", "--model", "m", "--threshold", "0:0.5,0:0.6"], "--threshold"),
        (["student", "--model", "m", "--threshold", "0:0.5,0.6"], "--threshold"),
        (["student", "--model", "m", "--rounds", "0"], "--rounds"),
        (["student", "--model", "m", "--propagate", "flow"], "--propagate"),
        (["student", "--model", "m", "--boundary-band=-1"], "--boundary-band"),
    ])
    func slipsEndWith2AndNameTheFlag(words: [String], flag: String) throws {
        let folder = TemporaryFolder()
        let result = try Program.run(list: ["train"] + words + ["--output", folder.path("run")])
        #expect(result.code == 2 && result.error.contains(flag), "\(result)")
    }
}
