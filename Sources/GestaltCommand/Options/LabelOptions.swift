import ArgumentParser
import GestaltData
import GestaltRecipes
import GestaltTraining

extension IgnoreRule: ExpressibleByArgument {}

/// The meaning of the values in mask files; the same options in all commands that read masks.
struct LabelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The value of ignored pixels in mask files: a number, none, or automatic, which is "
                + "255 if other ids than 0 and 255 occur.",
            valueName: "label"))
    var ignore: IgnoreRule = .automatic

    @Flag(
        help: ArgumentHelp(
            "Ids in mask files are objects, not classes: larger ids count as the last class."
        ))
    var instances = false

    /// The options as they are typed.
    static let names = ["--ignore", "--instances"]

    /// Returns the choice of data with these options applied.
    func applied(to choice: DataChoice) -> DataChoice {
        var choice = choice
        if ignore != .automatic { choice.ignore = ignore }
        if instances { choice.labelMeaning = .instances }
        return choice
    }
}
