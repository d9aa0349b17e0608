import ArgumentParser
import GestaltData
import GestaltRecipes
import GestaltTraining

extension IgnoreRule: ExpressibleByArgument {}

/// What the values in mask files mean; the same words wherever masks are read.
struct LabelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The value in mask files that counts for nothing: a number, none, or automatic, which is "
                + "255 where other ids than 0 and 255 occur.",
            valueName: "label"))
    var ignore: IgnoreRule = .automatic

    @Flag(
        help: ArgumentHelp(
            "Ids in mask files number objects, not classes: those from the last class on count as it."
        ))
    var instances = false

    /// The choice of data with these options.
    func applied(to choice: DataChoice) -> DataChoice {
        var choice = choice
        if ignore != .automatic { choice.ignore = ignore }
        if instances { choice.labelMeaning = .instances }
        return choice
    }
}
