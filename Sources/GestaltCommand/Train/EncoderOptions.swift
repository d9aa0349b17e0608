import ArgumentParser
import GestaltFiles
import GestaltPrior
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining

/// Which encoder a head is trained on, and what of it trains.
struct EncoderOptions: ParsableArguments {
    @Option(help: "What makes the latents, see above; tokenizer:continuous without it.")
    var encoder: String?
    @Flag(help: "Give the head the frame encoder's finer stages, for resnet and prior.")
    var skips = false
    @Flag(help: "Put the frame encoder's stage of the latent's size beside the prior's slots.")
    var join = false
    @Option(
        help: """
            What stands for the codes that a prior is not given: start, zeros or hidden; the last \
            where it was trained with code dropout, else the first.
            """)
    var query: VideoPrior.Query?
    @Option(
        help: """
            What a tokenizer sees: still, the frame; clip, the clip around it, later frames too. \
            still without it.
            """)
    var mode: TokenizerEncoder.Mode?
    @Option(help: "What trains beside the head: none, resnet, prior, tokenizer or all.")
    var unfreeze: Parts?
    @Option(
        help: """
            The encoder's weights at first: pretrained, or random, which shows what the \
            architecture gives by itself.
            """)
    var initial: HeadRecipe.Initial?
    @Option(
        help: """
            What the rate of unfrozen parts is multiplied by, 0 to 1: a number, or \
            resnet=0.3,prior=0.1. 0.1 without it.
            """)
    var encoderRate: Rates?

    enum Parts: String, ExpressibleByArgument, CaseIterable {
        case none, resnet, prior, tokenizer, all
    }

    /// `0.1`, or `PART=0.3,…`.
    struct Rates: ExpressibleByArgument {
        let factors: [(part: EncoderChoice.Part, factor: Double)]

        init?(argument: String) {
            if let factor = Double(argument) {
                factors = EncoderChoice.Part.allCases.map { ($0, factor) }
                return
            }
            var factors: [(EncoderChoice.Part, Double)] = []
            for pair in argument.split(separator: ",", omittingEmptySubsequences: false) {
                let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
                guard sides.count == 2, let part = EncoderChoice.Part(rawValue: String(sides[0])),
                    let factor = Double(sides[1])
                else { return nil }
                factors.append((part, factor))
            }
            self.factors = factors
        }
    }

    private var choice: EncoderChoice {
        get throws {
            do {
                return try EncoderChoice.named(
                    encoder ?? "tokenizer:continuous", mode: mode ?? .still, query: query,
                    skips: skips, joins: join)
            } catch {
                throw ValidationError("\(error)")
            }
        }
    }

    /// Options that are a head's own where one is trained further, and whether they were given.
    var decidedByHead: [String: Bool] {
        [
            "--encoder": encoder != nil, "--skips": skips, "--join": join, "--query": query != nil,
            "--mode": mode != nil, "--initial": initial != nil,
        ]
    }

    private var isChosen: Bool { encoder != nil || skips || join || query != nil || mode != nil }

    func validate() throws {
        if isChosen, let unfreeze { _ = try unfrozen(unfreeze, of: choice) }
        if isChosen { _ = try choice }
    }

    /// Puts what was given in the place of what the recipe has.
    /// - Throws: `ValidationError` for options that make no encoder, or a part it does not have.
    func apply(to recipe: inout HeadRecipe) throws {
        if isChosen { recipe.encoder = try choice }
        if let unfreeze { recipe.trains = try unfrozen(unfreeze, of: recipe.encoder) }
        if let initial { recipe.initial = initial }
        for (part, factor) in encoderRate?.factors ?? [] { recipe.partRates[part] = factor }
    }

    private func unfrozen(
        _ parts: Parts, of choice: EncoderChoice
    ) throws -> [EncoderChoice.Part] {
        switch parts {
        case .none: return []
        case .all: return choice.parts
        case .resnet, .prior, .tokenizer:
            guard let part = choice.parts.first(where: { $0.rawValue == parts.rawValue }) else {
                throw ValidationError(
                    "--unfreeze \(parts.rawValue): \(choice) has "
                        + choice.parts.map(\.rawValue).joined(separator: " and "))
            }
            return [part]
        }
    }
}
