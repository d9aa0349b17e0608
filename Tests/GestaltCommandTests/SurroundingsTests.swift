import Foundation
import TestSupport
import Testing

/// The program among closed streams, full disks, odd environments, and away from its build folder.
@Suite struct SurroundingsTests {
    /// Runs a line of shell in which `$G` is the program.
    private func shell(
        _ line: String, _ environment: [String: String] = [:]
    ) throws -> Program.Result {
        try Program.run(
            list: ["-c", line], executable: "/bin/sh",
            environment: ["G": Program.path].merging(environment) { $1 })
    }

    @Test(arguments: [
        ("\"$G\" --help | head -n 1", 0, ""),
        ("\"$G\" --help >&-", 0, ""),
        ("\"$G\" frobnicate 2>&-", 2, ""),
        ("\"$G\" --version > /dev/full", 1, "No space left"),
        ("\"$G\" --help > /dev/full", 1, "No space left"),
        ("stdbuf -oL \"$G\" help train head > /dev/full", 1, "standard output"),
        ("\"$G\" --version <&-", 0, ""),
        ("{ \"$G\" --help; echo \"code $?\" >&2; } | :", 0, "code 0"),
    ])
    func closedAndFullStreams(line: String, code: Int, error: String) throws {
        let result = try shell(line)
        #expect(Int(result.code) == code, "\(result)")
        #expect(error.isEmpty || result.error.contains(error), "\(result)")
    }

    @Test func whatIsWrittenNeverLandsInAStreamThatWasClosed() throws {
        let folder = TemporaryFolder()
        let result = try shell(
            "\"$G\" data sheet --data synthetic:1 --output \"$O\" >&-", ["O": folder.path("s.png")])
        #expect(result.code == 0, "\(result)")
        let bytes = try Data(contentsOf: URL(filePath: folder.path("s.png")))
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test(arguments: ["abc", "0", "-1", "1e3"])
    func theThreadCountOfTheEnvironmentIsChecked(value: String) throws {
        let folder = TemporaryFolder()
        let result = try Program.run(
            list: [
                "data", "sheet", "--data", "synthetic:1", "--output", folder.path("s.png"),
            ], environment: ["GESTALT_THREADS": value])
        #expect(result.code == 0)
        let lines = result.error.split(separator: "\n").filter { $0.contains("GESTALT_THREADS") }
        #expect(lines.count == 1 && lines[0].hasPrefix("warning: "), "\(result.error)")
    }

    @Test func threadsGoesBeforeTheEnvironment() throws {
        let result = try Program.run(
            list: ["doctor", "--json", "--threads", "3"], environment: ["GESTALT_THREADS": "2"])
        #expect(result.output.contains("\"threads\" : 3"), "\(result)")
    }

    /// The program alone, its build folder gone: sample and models are missing, with words.
    @Test func moved() throws {
        let folder = TemporaryFolder()
        let program = folder.path("gestalt")
        try FileManager.default.copyItem(atPath: Program.path, toPath: program)
        let arguments = ["data", "sheet", "--data", "sample", "--output", folder.path("s.png")]
        let alone = try Program.run(list: arguments, executable: program)
        #expect(alone.code == 1 && alone.error.contains("share/gestalt"), "\(alone)")
        let unmodelled = try Program.run(
            list: ["forecast", "--output", folder.path("f.png")], executable: program)
        #expect(
            unmodelled.code == 1 && unmodelled.error.contains("share/gestalt"), "\(unmodelled)")

        // Installed: PREFIX/bin and PREFIX/share, called by a link from elsewhere.
        for part in ["usr/bin", "usr/share/gestalt"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(part), withIntermediateDirectories: true)
        }
        try FileManager.default.moveItem(atPath: program, toPath: folder.path("usr/bin/gestalt"))
        try FileManager.default.createSymbolicLink(
            atPath: program, withDestinationPath: folder.path("usr/bin/gestalt"))
        let bundle = (Program.path as NSString).deletingLastPathComponent
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("usr/share/gestalt/Sample"),
            withDestinationPath: bundle + "/Gestalt_GestaltRobotPush.resources/Sample")
        let installed = try Program.run(list: arguments, executable: program)
        #expect(installed.code == 0, "\(installed)")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("usr/share/gestalt/Models"),
            withDestinationPath: bundle + "/Gestalt_GestaltPretrained.resources")
        let forecast = ["forecast", "--clips", "1", "--output", folder.path("f.png")]
        let modelled = try Program.run(list: forecast, executable: program)
        #expect(modelled.code == 0, "\(modelled)")
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionsCompletePaths(shell: String) throws {
        let result = try Program.run("--generate-completion-script", shell)
        let paths = ["bash": "__gestalt_add_completions -f", "zsh": "_files", "fish": "-rF"]
        #expect(result.code == 0 && result.output.contains(paths[shell] ?? "?"), "\(shell)")
    }
}
