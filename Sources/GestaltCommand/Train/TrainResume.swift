import ArgumentParser
import GestaltData
import GestaltIO
import GestaltRecipes
import GestaltTraining

/// `gestalt train resume`: continues a run of any kind, also of a recipe that another package
/// registered.
struct TrainResume: GestaltCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Resume or extend a run of any kind.",
        discussion: """
            Everything else follows the recipe.json of the run. With --steps a run is extended, \
            even a finished one.
            """)

    @Argument(help: "The folder of the run.", completion: .directory) var folder: String
    @Option(help: "The total number of steps, if it changes.", transform: positive)
    var steps: Int?
    @Option(
        help: "The new location of the same clips, if they have moved; as --data of a training.",
        completion: .file())
    var data: String?
    @OptionGroup var limits: RunLimits
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        Interruption.handleSignals()
        var options = limits.options(folder: folder, resumes: true, quiet: common.quiet)
        options.changes = RunChanges(
            steps: steps, data: data.map { DataSet.isNamed($0) ? $0 : absolutePath($0) })
        let trained = try Recipes.resume(folder, options)
        printResult(folder, try recipeKind(of: folder), trained.steps, trained.evaluation)
    }
}
