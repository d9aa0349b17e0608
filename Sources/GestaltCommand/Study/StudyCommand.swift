import ArgumentParser

/// `gestalt study`: grids of trainings.
struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study",
        abstract: "Run a grid of trainings with their controls, and report its results.",
        subcommands: [StudyRunCommand.self, StudyStatus.self, StudyReportCommand.self])
}
