import Foundation

/// The program under test, as a process of its own.
enum Program {
    struct Result {
        let code: Int32
        let output: String
        let error: String
    }

    /// Runs `gestalt` with `arguments` and waits for its end.
    static func run(_ arguments: String...) throws -> Result { try run(list: arguments) }

    /// - Parameters:
    ///   - executable: another program, or a copy of ours elsewhere.
    ///   - environment: variables to set beside the usual ones.
    static func run(
        list arguments: [String], executable: String = path, environment: [String: String] = [:]
    ) throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let files = ["out", "err"].map { _ in
            FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        }
        for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus,
            output: try String(contentsOf: files[0], encoding: .utf8),
            error: try String(contentsOf: files[1], encoding: .utf8))
    }

    /// The program in the build folder.
    static var path: String { folder.appending(path: "gestalt").path }

    /// Where the build leaves its products: beside the bundle of the tests.
    static var folder: URL {
        #if os(macOS)
            Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!.bundleURL
                .deletingLastPathComponent()
        #else
            Bundle.main.bundleURL
        #endif
    }
}
