import ArgumentParser
import GestaltStudy

/// Results of runs of a study that were made elsewhere.
struct KnownOptions: ParsableArguments {
    @Option(
        name: .customLong("results"), parsing: .singleValue,
        help: ArgumentHelp(
            """
            The results.json of runs that were made elsewhere, which count as done; also compressed \
            by gzip; may be repeated.
            """,
            valueName: "file"),
        completion: .file(extensions: ["json", "gz"]))
    var files: [String] = []

    /// - Throws: as `StudyResults.init(reading:)`.
    func read() throws -> [KnownResults] { try files.map { try KnownResults(reading: $0) } }
}
