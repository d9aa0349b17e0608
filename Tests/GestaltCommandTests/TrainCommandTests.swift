import Foundation
import GestaltTensor
import TestSupport
import Testing

/// The trainings as programs: usage, early refusals, signals, locks.
@Suite struct TrainCommandTests {
    private static let unet = [
        "train", "unet", "--data", "synthetic:2", "--preset", "demo", "--labels", "4", "--batch",
        "2",
    ]

    @Test(arguments: [
        ("unet", "--classes=0"), ("unet", "--steps=0"), ("unet", "--batch=0"),
        ("unet", "--rate=-1"), ("unet", "--rate=nan"), ("unet", "--labels=0"),
        ("unet", "--classes=256"), ("unet", "--weight-decay=-1"), ("unet", "--warm-up=2"),
        ("unet", "--gradient-norm=0"), ("unet", "--flip=1.5"), ("unet", "--shift=-1"),
        ("unet", "--brightness=2"), ("unet", "--checkpoint-minutes=-1"),
        ("tokenizer", "--clip-length=0"), ("tokenizer", "--steps=-3"),
        ("tokenizer", "--contrast=7"), ("tokenizer", "--quantizer=fsq:8,2"),
        ("tokenizer", "--quantizer=lfq"), ("tokenizer", "--quantizer=table:8"),
        ("tokenizer", "--quantizer=vq:0x8"),
        ("prior", "--conditioning-frames=-1"), ("prior", "--dropout=2"), ("prior", "--batch=0"),
        ("head", "--head=convolutional:0"), ("head", "--labels=-2"), ("head", "--flip=-1"),
        ("head", "--set=heads"), ("head", "--copy-paste=-1"), ("head", "--scale=2..1"),
        ("unet", "--rotation=181"), ("unet", "--augment=weak"), ("unet", "--cut-mix=2"),
        ("unet", "--blur-sigma=0..1"), ("tokenizer", "--hue=200"),
        ("tokenizer", "--cut-mix=0.5"),
    ])
    func numbersNoTrainingCanHaveEndWith2AndNameTheFlag(kind: String, option: String) throws {
        let folder = TemporaryFolder()
        let result = try Program.run(
            "train", kind, "--model", "m", "--output", folder.path("run"), option)
        #expect(result.code == 2, "\(result)")
        let flag = String(option.prefix { $0 != "=" })
        #expect(result.error.contains(flag), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
    }

    /// A batch that cannot fit ends with 1, says which would, and leaves nothing.
    @Test func memory() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        let result = try Program.run(
            list: Array(Self.unet.dropLast(2)) + ["--batch", "500000000", "--output", run])
        #expect(result.code == 1, "\(result)")
        #expect(
            result.error.contains("a batch of 500000000 needs about")
                && result.error.contains("(--batch "), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: run))
    }

    /// Extending, beginning from a model, beginning from a recipe; what the model decides.
    @Test func continuing() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        func train(_ arguments: String...) throws -> Program.Result {
            try Program.run(list: ["train", "unet"] + arguments)
        }
        let first = try Program.run(
            list: Self.unet + [
                "--steps", "2", "--augment", "strong", "--scale", "0.5..2", "--cut-mix", "0.125",
                "--shift", "3", "--brightness", "0.25", "--contrast", "0.125",
                "--saturation", "0.125", "--flip", "0.25", "--weight-decay", "0.5", "--warm-up",
                "0.4", "--gradient-norm", "2", "--output", run,
            ])
        #expect(first.code == 0 && first.error.contains("memory: about"), "\(first.error)")
        let text = try String(contentsOfFile: run + "/recipe.json", encoding: .utf8)
        for line in [
            "\"shift\" : 3", "\"brightness\" : 0.25", "\"contrast\" : 0.125",
            "\"saturation\" : 0.125",
            "\"flip\" : 0.25", "\"weightDecay\" : 0.5", "\"warmUpFraction\" : 0.4",
            "\"gradientNorm\" : 2", "\"relativeShift\" : 0", "\"cutMix\" : 0.125",
            "\"copyPaste\" : 0.5", "\"rotation\" : 15",
        ] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
        let extended = try train("--resume", "--steps", "4", "--output", run)
        #expect(extended.code == 0 && extended.output.contains("4 steps"), "\(extended)")
        let fewer = try train("--resume", "--steps", "3", "--output", run)
        #expect(fewer.code == 1 && fewer.error.contains("done 4 steps"), "\(fewer)")
        let other = try train("--resume", "--rate", "1", "--output", run)
        #expect(other.code == 2 && other.error.contains("leave out --rate"), "\(other)")

        let again = folder.path("again")
        let further = try train(
            "--model", run + "/checkpoints/last.safetensors", "--data", "synthetic:2", "--labels",
            "4", "--batch", "2", "--steps", "1", "--output", again)
        #expect(further.code == 0, "\(further.error)")
        let decided = try train("--model", run, "--preset", "demo", "--output", again + "2")
        #expect(decided.code == 2 && decided.error.contains("leave out --preset"), "\(decided)")

        let copy = folder.path("copy")
        let same = try train("--recipe", run + "/recipe.json", "--steps", "1", "--output", copy)
        #expect(same.code == 0, "\(same.error)")
        let copied = try String(contentsOfFile: copy + "/recipe.json", encoding: .utf8)
        #expect(copied.contains("\"shift\" : 3") && copied.contains("synthetic:2"), "\(copied)")
        let wrong = try Program.run(
            "train", "head", "--recipe", run + "/recipe.json", "--output", folder.path("head"))
        #expect(wrong.code == 1 && wrong.error.contains("“unet”"), "\(wrong)")
    }

    @Test("a run of any kind is resumed by its folder alone")
    func resumingByTheFolder() throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        let first = try Program.run(list: Self.unet + ["--steps", "2", "--output", run])
        #expect(first.code == 0, "\(first)")
        let extended = try Program.run("train", "resume", run, "--steps", "3", "--quiet")
        #expect(
            extended.code == 0 && extended.output.contains("\(run): unet, 3 steps"), "\(extended)")
        let fewer = try Program.run("train", "resume", run, "--steps", "1")
        #expect(fewer.code == 1 && fewer.error.contains("extend the run with --steps"), "\(fewer)")
        let moved = try Program.run("train", "resume", run, "--data", "synthetic:3")
        #expect(moved.code == 1 && moved.error.contains("location of the same clips"), "\(moved)")
        let other = try Program.run("train", "resume", run, "--batch", "3")
        #expect(other.code == 2 && other.error.contains("--batch"), "\(other)")

        let file = run + "/recipe.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("\"kind\" : \"unet\"", with: "\"kind\" : \"flow\"")
            .write(toFile: file, atomically: true, encoding: .utf8)
        let unknown = try Program.run("train", "resume", run)
        #expect(unknown.code == 1, "\(unknown)")
        for part in [file, "found “flow”", "“tokenizer”", "“unet”", "“student”"] {
            #expect(unknown.error.contains(part), "\(part) in \(unknown.error)")
        }
        let nothing = try Program.run("train", "resume", folder.path("nothing"))
        #expect(nothing.code == 1 && nothing.error.contains("recipe.json"), "\(nothing)")
    }

    @Test func aPriorsOwnValuesAreTakenAndNotOverruledSilently() throws {
        let folder = TemporaryFolder()
        let model = folder.path("predictor")
        try HeadCommandTests.predictor(in: model)
        let common = ["train", "prior", "--data", "synthetic:2", "--model", model]
        let result = try Program.run(
            list: common + [
                "--preset", "tiny", "--conditioning-frames", "2", "--attention", "sparse",
                "--clip-length", "16",
                "--output", folder.path("refused"),
            ])
        #expect(result.code == 2, "\(result)")
        #expect(
            result.error.contains(
                "leave out --attention, --clip-length, --conditioning-frames, --preset: \(model) is "
                    + "a video predictor (tokenizer and prior), which has its own"),
            "\(result.error)")
        // The model's clips of 4 frames, not the usual 16.
        let further = try Program.run(
            list: common + ["--steps", "1", "--batch", "1", "--output", folder.path("run")])
        #expect(further.code == 0, "\(further.error)")
        let text = try String(contentsOfFile: folder.path("run/recipe.json"), encoding: .utf8)
        #expect(text.contains("\"clipLength\" : 4"), "\(text)")
    }

    @Test(arguments: [SIGHUP, SIGINT, SIGTERM])
    func signalsSaveAndASecondProcessIsRefused(number: Int32) throws {
        let folder = TemporaryFolder()
        let run = folder.path("run")
        let process = try Program.start(
            Self.unet + ["--steps", "100000", "--output", run], errors: folder.path("errors"))
        defer { process.terminateForGood() }
        try Program.wait(for: run + "/log.jsonl")
        let second = try Program.run(list: Self.unet + ["--steps", "1", "--output", run])
        #expect(second.code == 1, "\(second)")
        #expect(
            second.error.contains("in use: process \(process.processIdentifier)"), "\(second.error)"
        )
        kill(process.processIdentifier, number)
        try Program.wait(for: process)
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        let text = try String(contentsOfFile: folder.path("errors"), encoding: .utf8)
        #expect(text.contains("stopped after step") && text.contains("--resume"), "\(text)")
        #expect(FileManager.default.fileExists(atPath: run + "/checkpoints/last.safetensors"))
        #expect(!FileManager.default.fileExists(atPath: run + "/run.lock"))
        let used = try Program.run(
            "evaluate", "--model", run, "--data", "synthetic:2", "--every", "15")
        #expect(used.code == 0 && used.error.contains("the run stopped at step"), "\(used)")
    }

    @Test func anInterruptedDemoDoesNotSpeakOfResumeWhichItHasNot() throws {
        let folder = TemporaryFolder()
        let process = try Program.start(
            ["demo", "--output", folder.path("out")], errors: folder.path("errors"))
        let log = folder.path("out/demo-models/tokenizer/log.jsonl")
        defer { process.terminateForGood() }
        try Program.wait(for: log)
        kill(process.processIdentifier, SIGINT)
        try Program.wait(for: process)
        let text = try String(contentsOfFile: folder.path("errors"), encoding: .utf8)
        #expect(text.contains("stopped after step") && !text.contains("--resume"), "\(text)")
    }
}

extension Process {
    /// Leaves nothing running, whatever a test found.
    fileprivate func terminateForGood() {
        if isRunning { kill(processIdentifier, SIGKILL) }
    }
}

extension Program {
    private struct TooLong: Error { let what: String }

    /// Waits for a file to appear, two minutes at most.
    static func wait(for file: String) throws {
        for _ in 0..<12_000 {
            if FileManager.default.fileExists(atPath: file) { return }
            usleep(10_000)
        }
        throw TooLong(what: file)
    }

    /// Waits for a process to end, two minutes at most.
    static func wait(for process: Process) throws {
        for _ in 0..<12_000 {
            if !process.isRunning { return process.waitUntilExit() }
            usleep(10_000)
        }
        throw TooLong(what: "process \(process.processIdentifier)")
    }

    /// Starts `gestalt` and does not wait.
    static func start(_ arguments: [String], errors: String) throws -> Process {
        let process = Process()
        process.executableURL = folder.appending(path: "gestalt")
        process.arguments = arguments
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }
}
