import ArgumentParser
import GestaltRecipes
import GestaltTraining

/// The targets of unlabeled frames and their weights.
struct StudentOptions: ParsableArguments {
    @Option(help: "Labeled frames of a batch; 4 of 16 by default.") var labeledBatch: Int?
    @Option(help: "The weight of an unlabeled pixel relative to a labeled one; 1 by default.")
    var unlabeledWeight: Float?
    @Flag(inversion: .prefixedNo, help: "Average the teacher over mirror images.")
    var mirrorAverage: Bool?
    @Flag(
        inversion: .prefixedNo,
        help: "Average the teacher over the frames in which a pixel keeps its color.")
    var timeAverage: Bool?
    @Option(
        help: """
            Propagation of labels within their clip: none; color (the default), to pixels that keep \
            their color; affinity, also to others, by the similarity of the teacher's features.
            """)
    var propagate: LabelSpread?
    @Option(
        help: """
            Decay of the running average of the weights, below 1; 0.99 with --average-share, else \
            none by default. The average is the result, too.
            """)
    var averageDecay: Float?
    @Option(help: "Share of the running average in the targets, 0 to 1; 0 by default.")
    var averageShare: Float?
    @Option(help: "Fraction of the steps in which that share rises; 0.5 by default.")
    var averageRamp: Float?
    @Option(
        help: ArgumentHelp(
            """
            The probability of its class below which an unlabeled pixel counts only --floor: 0.9, \
            or class by class, 0:0.95,1:0.8, after a number for the other classes; 0, for none, \
            by default.
            """, valueName: "threshold|class:threshold,…"))
    var threshold: Thresholds?
    @Option(help: "The weight of unlabeled pixels below --threshold, 0 to 1; 0 by default.")
    var floor: Float?
    @Option(
        help: """
            The distance in pixels from a change of the teacher's class within which unlabeled \
            pixels do not count; 0 by default.
            """)
    var boundaryBand: Int?

    /// `0.9`, `0:0.95,1:0.8`, or both, the number for all classes first.
    struct Thresholds: ExpressibleByArgument {
        let thresholds: ConfidenceThresholds

        init?(argument: String) {
            var result: ConfidenceThresholds = 0
            for (place, part) in argument.split(separator: ",", omittingEmptySubsequences: false)
                .enumerated()
            {
                let sides = part.split(separator: ":", omittingEmptySubsequences: false)
                guard let value = sides.last.flatMap({ Float($0) }), (0...1).contains(value) else {
                    return nil
                }
                if sides.count == 1, place == 0 {
                    result.usual = value
                } else if sides.count == 2, let label = Int(sides[0]), label >= 0,
                    result.classes.updateValue(value, forKey: label) == nil
                {
                    continue
                } else {
                    return nil
                }
            }
            thresholds = result
        }
    }

    func validate() throws {
        try requirePositive("--labeled-batch", labeledBatch)
        for (name, share) in [
            ("--average-decay", averageDecay), ("--average-share", averageShare),
            ("--average-ramp", averageRamp), ("--floor", floor),
        ] {
            try requireShare(name, share.map(Double.init))
        }
        if let boundaryBand, boundaryBand < 0 {
            throw ValidationError("--boundary-band must be 0 or more, not \(boundaryBand)")
        }
    }

    /// Replaces settings of a recipe by the typed ones.
    func apply(to recipe: inout StudentRecipe) {
        if let labeledBatch { recipe.labeledBatch = labeledBatch }
        if let unlabeledWeight { recipe.unlabeledWeight = unlabeledWeight }
        if let mirrorAverage { recipe.averagesMirrored = mirrorAverage }
        if let timeAverage { recipe.averagesOverTime = timeAverage }
        if let propagate { recipe.propagation = propagate }
        if let averageDecay { recipe.optimization.averageDecay = averageDecay }
        if let averageShare { recipe.averageShare = averageShare }
        if let averageRamp { recipe.averageRamp = averageRamp }
        if let threshold { recipe.threshold = threshold.thresholds }
        if let floor { recipe.floor = floor }
        if let boundaryBand { recipe.boundaryBand = boundaryBand }
    }
}
