import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltStudy
import GestaltTensor
import TestSupport
import Testing

@Suite struct StudyTests {
    private static let text = """
        {
          "title": "T", "data": "synthetic:2", "labels": {"4": 2, "all": 1},
          "models": {"video": {"train": {"kind": "encoder", "width": 4}}},
          "common": {"augmentation": "strong"},
          "rows": [
            {"name": "unet", "group": "baseline", "train": {"kind": "unet"}},
            {"name": "dense", "group": "encoder",
             "train": {"kind": "head", "encoder": "dense", "model": "@video"}},
            {"name": "mean", "group": "control", "method": {"kind": "mean-mask"}}
          ]
        }
        """

    private func read(_ text: String) throws -> Study {
        let folder = TemporaryFolder()
        return try Study(contentsOf: folder.write(Array(text.utf8), as: "study.json"))
    }

    @Test func aStudyIsItsFile() throws {
        let study = try read(Self.text)
        #expect(study.rows.map(\.name) == ["unet", "dense", "mean"])
        #expect(study.labels == ["4": 2, "all": 1] && study.splits == [.validation])
        #expect(try read(String(decoding: study.json(), as: UTF8.self)) == study)
        let tiny = TinyStudy.study()
        #expect(try read(String(decoding: tiny.json(), as: UTF8.self)) == tiny)
    }

    @Test(arguments: [
        ("\"title\"", "\"titel\"", "title"),
        ("\"rows\"", "\"seed\": 3, \"rows\"", "seed"),
        ("\"kind\": \"unet\"", "\"kind\": \"unet\", \"width\": 3", "rows.unet.train.width"),
        ("\"kind\": \"unet\"", "\"kind\": \"vnet\"", "rows.unet.train.kind"),
        ("\"width\": 4", "\"width\": 0", "models.video.train.width"),
        ("\"width\": 4", "\"width\": 2.5", "models.video.train.width"),
        ("\"width\": 4", "\"optimization.stepz\": 4", "models.video.train.optimization.stepz"),
        ("@video", "@vidoe", "rows.dense.train"),
        ("\"name\": \"dense\"", "\"name\": \"unet\"", "rows"),
        ("\"name\": \"dense\"", "\"name\": \"video\"", "rows"),
        ("\"4\": 2", "\"few\": 2", "labels"),
        ("\"4\": 2", "\"4\": 0", "labels.4"),
        ("\"4\": 2", "\"4\": []", "labels.4"),
        ("\"4\": 2", "\"4\": [1, 1]", "labels.4"),
        ("\"4\": 2", "\"4\": [0, -1]", "labels.4"),
        ("\"4\": 2", "\"4\": [0, \"1\"]", "labels.4"),
        ("\"4\": 2", "\"4\": 2.5", "labels.4"),
        (
            "\"group\": \"encoder\"", "\"group\": \"encoder\", \"tags\": [\"large\"]",
            "rows.1.tags.0"
        ),
        (
            "\"group\": \"encoder\"",
            "\"group\": \"encoder\", \"tags\": [\"larger-model\", \"larger-model\"]",
            "rows.dense.tags"
        ),
        (
            "\"group\": \"encoder\"", "\"group\": \"encoder\", \"pretraining\": \"stills\"",
            "rows.1.pretraining"
        ),
        ("\"augmentation\"", "\"augmentatoin\"", "common"),
        ("mean-mask", "median-mask", "rows.mean.method.kind"),
        ("\"mean-mask\"", "\"mean-mask\", \"threshold\": 2", "rows.mean.method.threshold"),
        ("\"mean-mask\"", "\"mean-mask\", \"limit\": 2", "rows.mean.method.limit"),
        ("\"mean-mask\"", "\"common-fate\"", "rows.mean.method.model"),
        (
            "\"mean-mask\"", "\"common-fate\", \"model\": \"@video\", \"samples\": 0",
            "rows.mean.method.samples"
        ),
        (
            "\"mean-mask\"", "\"common-fate\", \"model\": \"@video\", \"method\": \"luck\"",
            "rows.mean.method.method"
        ),
        ("\"mean-mask\"", "\"common-fate\", \"model\": \"@vidoe\"", "rows.mean.train"),
        (
            "\"mean-mask\"", "\"propagation\", \"propagation.neighbors\": 0",
            "rows.mean.method.propagation.neighbors"
        ),
        (
            "\"mean-mask\"", "\"propagation\", \"encoder\": \"resnet\"", "rows.mean.method.encoder"
        ),
        ("\"strong\"", "\"wild\"", "rows.unet.train"),
        ("\"kind\": \"unet\"", "\"kind\": \"unet\", \"labels\": 9", "rows.unet.train.labels"),
        (
            "\"kind\": \"unet\"", "\"kind\": \"unet\", \"data.stride\": 2",
            "rows.unet.train.data.stride"
        ),
        (
            "\"kind\": \"unet\"", "\"kind\": \"unet\", \"optimization\": {\"seed\": 1}",
            "rows.unet.train.optimization.seed"
        ),
        (
            "\"augmentation\"", "\"optimization.seed\": 1, \"augmentation\"",
            "common.optimization.seed"
        ),
        ("synthetic:2\"", "synthetic:2\", \"every\": 0", "every"),
    ])
    func mistakesAreNamedByTheirKey(from: String, to: String, key: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try read(Self.text.replacing(from, with: to))
        }
        #expect(error?.key == key, "\(String(describing: error))")
        #expect(error?.path?.hasSuffix("study.json") == true)
    }

    @Test func seedsAreACountOrAList() throws {
        let study = try read(
            Self.text.replacing(
                "{\"4\": 2, \"all\": 1}", with: "{\"4\": [5, 3], \"all\": 1}"))
        #expect(study.labels == ["4": [5, 3], "all": 1])
        #expect(study.labels["4"]?.values == [5, 3] && study.labels["all"]?.values == [0])
        #expect(try read(String(decoding: study.json(), as: UTF8.self)) == study)
        let folder = TemporaryFolder()
        let interruption = Interruption()
        let options = TinyStudy.options(interruption) { _ in interruption.request() }
        var tiny = TinyStudy.unets()
        tiny.labels = ["4": [5, 3], "6": 1]
        _ = try? StudyRun(tiny, folder: folder.path, options: options).run()
        let results = try StudyResults(folder: folder.path)
        #expect(results.runs.map(\.seed) == [0, 3, 5] && results.runs.map(\.labels) == [6, 4, 4])
        #expect(results.settings.seeds == [0, 3, 5])
    }

    @Test func unknownKindsListTheKnownOnes() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try read(Self.text.replacing("\"kind\": \"unet\"", with: "\"kind\": \"vnet\""))
        }
        #expect("\(try #require(error))".contains("tokenizer, prior"))
        let reference = #expect(throws: ConfigurationError.self) {
            try read(Self.text.replacing("@video", with: "@vidoe"))
        }
        #expect("\(try #require(reference))".contains("@video, @unet, @dense"))
    }

    @Test func trainingsDoNotWaitForEachOther() throws {
        let circle = Self.text.replacing(
            "\"kind\": \"unet\"", with: "\"kind\": \"student\", \"teachers\": [\"@dense\"]"
        ).replacing("@video", with: "@unet")
        let error = #expect(throws: ConfigurationError.self) { try read(circle) }
        #expect("\(try #require(error))".contains("wait for each other"))
    }

    @Test func moreLabelsThanThereAreAreRefusedBeforeAnyRun() throws {
        let folder = TemporaryFolder()
        let study = TinyStudy.study(labels: ["4000": 1])
        let error = #expect(throws: ConfigurationError.self) {
            try StudyRun(study, folder: folder.path, options: TinyStudy.options()).run()
        }
        #expect(error?.key == "labels" && "\(error!)".contains("at most 60"))
    }

    /// Against `sha256sum` of the text `{"a":[1,2.5,null],"b/c":"é","n":18446744073709551615}`.
    @Test func theHashOfAValueStaysTheSame() throws {
        let value: JSONTree = [
            "n": .unsigned(.max), "b/c": "é", "a": [1, 2.5, nil],
        ]
        #expect(try StudyHash.hash(value) == Self.golden)
    }

    @Test func theFingerprintCoversWhatTrainingsReadOfClips() throws {
        func fingerprint(
            _ categories: [LabelCategory]? = nil, _ change: (inout Clip) -> Void = { _ in }
        ) throws -> String {
            var clip = Clip(
                name: "a", frames: Tensor(repeating: 9, shape: [2, 4, 4, 3]),
                masks: Tensor(repeating: 1, shape: [2, 4, 4]))
            change(&clip)
            var set = DataSet(name: "set", clips: [clip])
            set.categories = categories
            return try StudyHash.fingerprint(of: set)
        }
        let changes: [(inout Clip) -> Void] = [
            { $0.name = "b" }, { $0.masks = Tensor(repeating: 2, shape: [2, 4, 4]) },
            { $0.categories = [1: 1] }, { $0.categories = [1: 2] },
            { $0.actions = Tensor(repeating: 0, shape: [2, 3]) },
            { $0.actions = Tensor(repeating: 1, shape: [2, 3]) },
            { $0.positions = Tensor(repeating: 1, shape: [2, 3]) },
        ]
        let all =
            try changes.map { try fingerprint(nil, $0) } + [
                fingerprint(), fingerprint([LabelCategory("background"), LabelCategory("arm")]),
            ]
        #expect(Set(all).count == all.count)
    }

    private static let golden = "d1f61d682f3fd8107032c14d0e6becaacce7c73cd611c96808e7be58ca03a777"

    @Test func whatDoesNotDetermineARunLeavesItsHash() throws {
        func hashes(_ change: (inout Study) -> Void = { _ in }) throws -> [String] {
            var study = TinyStudy.unets()
            change(&study)
            let folder = TemporaryFolder()
            let interruption = Interruption()
            let options = TinyStudy.options(interruption) { _ in interruption.request() }
            // The grid is known before the first run, which is stopped.
            _ = try? StudyRun(study, folder: folder.path, options: options).run()
            return try StudyResults(folder: folder.path).runs.map(\.hash)
        }
        let hash = try hashes()
        #expect(
            try hashes {
                $0.title = "Another"
                $0.rows[0].name = "other"
                $0.rows[0].note = "a note"
                $0.every = 1
                $0.test = true
                $0.rows.append(Study.Row("mean", .control, method: Study.Training("mean-mask")))
            }.first == hash.first)
        // A usual value that is written down is the same value.
        #expect(try hashes { $0.common["optimization.learningRate"] = 0.002 } == hash)
        for change: (inout Study) -> Void in [
            { $0.labels = ["5": 1] }, { $0.data = "synthetic:3" },
            { $0.common["optimization.steps"] = 3 },
            { $0.rows[0].train?.settings["network.widths"] = [4, 12] },
        ] {
            #expect(try hashes(change) != hash)
        }
    }
}
