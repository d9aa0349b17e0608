import Foundation
import GestaltTensor
import TestSupport
import Testing

/// Slips of the hand: exit code 2 and a sentence, never a signal, and nothing made.
@Suite struct UsageTests {
    /// What each command needs beside the option under test; nothing of it exists.
    static let needed: [String: [String]] = [
        "encode": ["--model", "m", "--input", "i.npy", "--output", "o.npy"],
        "decode": ["--model", "m", "--input", "i.npy", "--output", "o.gif"],
        "logits": ["--model", "m", "--codes", "i.npy", "--output", "o.npy"],
        "predict": ["--model", "m", "--input", "i.npy", "--output", "o.gif"],
        "features": [
            "--model", "m", "--source", "tokenizer:codes", "--input", "i.npy", "--output", "o.npy",
        ],
        "convert": ["a", "b"],
        "reconstruct": ["--model", "m", "--output", "o"],
        "forecast": ["--output", "/proc/none/o.png"],
        "publish": ["r", "--about", "masks", "--output", "/proc/none"],
        "segment": ["p.png", "--model", "m", "--output", "o"],
        "evaluate": ["--model", "m"],
        "compare": ["/proc/none.json"],
        "import": ["f", "--output", "/proc/none"],
        "inspect": ["f"],
        "doctor": [],
        "demo": ["--output", "/proc/none"],
        "data sheet": ["--output", "o.png"],
        "train tokenizer": ["--output", "/proc/none"],
        "train prior": ["--model", "m", "--output", "/proc/none"],
        "train head": ["--model", "m", "--output", "/proc/none"],
        "train encoder": ["--output", "/proc/none"],
        "train unet": ["--output", "/proc/none"],
        "train student": ["--model", "m", "--output", "/proc/none"],
        "train resume": ["/proc/none"],
    ]

    static let counts = ["0", "-1", "1.5", "x", "", "99999999999999999999"]

    static let values: [(command: String, option: String, values: [String])] =
        needed.keys.sorted().map { ($0, "--threads", ["0", "-2", "1025", "all", ""]) } + [
            ("encode", "--clips", counts), ("encode", "--frames", counts),
            ("encode", "--set", ["heads", "=4", "heads="]), ("encode", "--camera", ["left"]),
            ("decode", "--fps", ["0", "-1", "1000", "nan"]),
            ("logits", "--class", ["-1", "x", "1.5", "9999999999"]),
            ("predict", "--samples", counts), ("predict", "--clips", counts),
            ("predict", "--temperature", ["0", "-1", "nan", "inf", "x"]),
            ("predict", "--top-k", counts), ("predict", "--top-p", ["0", "-1", "1.1", "nan"]),
            ("predict", "--best-of", counts), ("predict", "--length", counts),
            ("predict", "--seed", ["-1", "x"]), ("predict", "--class", ["-1"]),
            ("predict", "--fps", ["0", "x"]),
            ("predict", "--frame-rate", ["0", "-1", "inf", "nan"]),
            ("features", "--clips", counts), ("features", "--pca", ["p.npy", "p"]),
            ("evaluate", "--temperature", ["0", "x"]), ("evaluate", "--futures", counts),
            ("evaluate", "--threshold", ["x"]),
            (
                "features", "--source",
                [
                    "", "resnet:", "resnet:9", "prior:hidden:-1", "prior:hidden:1:query=none",
                    "prior:hidden:1:skips", "tokenizer:features:clip", "hidden:1",
                    "resnet:4:query=zeros",
                ]
            ),
            ("features", "--class", ["-3"]),
            ("convert", "--to", ["onnx"]), ("convert", "--set", ["heads"]),
            ("reconstruct", "--clips", counts), ("reconstruct", "--clip-length", counts),
            ("segment", "--threshold", ["-0.1", "1.5", "nan", "x"]),
            ("segment", "--frame-rate", ["0", "-1", "inf", "nan"]),
            ("evaluate", "--every", counts), ("evaluate", "--clip-length", counts),
            ("evaluate", "--split", ["all"]), ("evaluate", "--seed", ["-1"]),
            ("import", "--stride", counts), ("import", "--clip-length", counts),
            ("import", "--rate", ["0", "-1", "nan", "x"]), ("import", "--split-by", ["x"]),
            ("import", "--empty", ["x"]), ("import", "--size", ["9", "0x4"]),
            ("import", "--validation", ["1", "1.5", "-0.1", "nan"]), ("import", "--test", ["1.5"]),
            ("import", "--categories", ["", ",", "a,a"]), ("import", "--clip-length", ["5000"]),
            ("import", "--first-number", ["-1", "x"]),
            ("data sheet", "--clips", counts), ("data sheet", "--frames", counts),
        ]

    @Test(.tags(.slow), arguments: values)
    func eachOptionRefusesValuesItCannotHave(
        command: String, option: String, values: [String]
    ) throws {
        for value in values {
            let words = command.split(separator: " ").map(String.init)
            let result = try Program.run(
                list: words + (Self.needed[command] ?? []) + ["\(option)=\(value)"])
            #expect(result.code == 2, "\(command) \(option)=\(value): \(result)")
            #expect(result.error.contains(option), "\(result.error)")
            #expect(result.error.contains("Usage: gestalt \(command)"), "\(result.error)")
            #expect(result.output.isEmpty)
        }
    }

    @Test(arguments: [
        (["predict", "--greedy", "--samples", "3"], "one sample"),
        (["predict", "--greedy", "--temperature", "0.5"], "--temperature"),
        (["predict", "--greedy", "--best-of", "2"], "one sample"),
        (["predict", "--best-of", "3", "--samples", "2"], "leave out --samples"),
        (["predict", "--length", "20", "--best-of", "2"], "exclude"),
        (["predict", "--set", "heads=2", "--set", "heads=4"], "twice"),
        (["convert", "--with-masks"], "--to videogpt"),
    ])
    func optionsThatSayNothingTogetherAreRefused(arguments: [String], expected: String) throws {
        let result = try Program.run(list: arguments + (Self.needed[arguments[0]] ?? []))
        #expect(result.code == 2 && result.error.contains(expected), "\(result)")
    }

    @Test func fpsIsForGIFs() throws {
        let result = try Program.run(
            "predict", "--fps", "10", "--model", "m", "--input", "i.npy", "--output", "o.png")
        #expect(result.code == 2 && result.error.contains(".gif"), "\(result)")
    }

    @Test(arguments: [
        (["segmnt", "x"], "did you mean 'segment'?", "gestalt <subcommand>"),
        (["evalaute"], "did you mean 'evaluate'?", "gestalt <subcommand>"),
        (["Inspect", "x"], "did you mean 'inspect'?", "gestalt <subcommand>"),
        (["train", "u-net"], "did you mean 'unet'?", "gestalt train"),
        (["data", "shet"], "did you mean 'sheet'?", "gestalt data"),
        (["foo"], "there are demo, doctor, train", "gestalt <subcommand>"),
        (
            ["train", "foo"],
            "there are tokenizer, prior, masked-prior, encoder, head, unet, instances, student, resume",
            "gestalt train"
        ),
    ])
    func aCommandThatIsNotThereAndTheNearestOne(
        arguments: [String], expected: String, usage: String
    ) throws {
        let result = try Program.run(list: arguments)
        #expect(result.code == 2 && result.error.contains(expected), "\(result)")
        #expect(result.error.contains("Usage: \(usage)"), "\(result)")
    }

    @Test(arguments: [
        ["encode", "--model", "m", "--input", "i", "--output", "FILE/x.npy"],
        ["decode", "--model", "m", "--input", "i", "--output", "FILE/x.gif"],
        ["logits", "--model", "m", "--codes", "i", "--output", "FILE/x.npy"],
        ["predict", "--model", "m", "--input", "i", "--output", "FILE/a/b/x.gif"],
        [
            "features", "--model", "m", "--source", "tokenizer:codes", "--input", "i",
            "--output",
            "FILE/x.npy",
        ],
        ["convert", "m", "FILE/x"], ["convert", "m", "FILE/x.safetensors", "--to", "videogpt"],
        ["reconstruct", "--model", "m", "--output", "FILE"],
        ["data", "sheet", "--data", "/nowhere", "--output", "FILE/x.png"],
    ])
    func resultsThatCannotBeWrittenAreRefusedBeforeAnythingIsRead(arguments: [String]) throws {
        let folder = TemporaryFolder()
        let file = try folder.write([1], as: "file")
        let result = try Program.run(list: arguments.map { $0.replacing("FILE", with: file) })
        #expect(result.code == 1, "\(result)")
        #expect(result.error.contains(file + ": cannot create: it is not a folder"), "\(result)")
    }

    @Test(arguments: [
        ["encode", "--model", "m", "--input", "i", "--output", "x.txt"],
        ["predict", "--model", "m", "--input", "i", "--output", "x"],
        ["data", "sheet", "--output", "x.gif"],
    ])
    func endingsThatNothingIsWrittenByEndWith2(arguments: [String]) throws {
        let result = try Program.run(list: arguments)
        #expect(result.code == 2 && result.error.contains("--output"), "\(result)")
    }
}
