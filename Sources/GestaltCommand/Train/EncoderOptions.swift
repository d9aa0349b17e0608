import ArgumentParser
import GestaltFiles
import GestaltPrior
import GestaltSegHeads
import GestaltTraining

/// Which encoder a head is trained on, and what of it trains.
struct EncoderOptions: ParsableArguments {
    @Option(help: "What makes the latents, see above.") var encoder = "tokenizer:continuous"
    @Flag(help: "Give the head the frame encoder's finer stages, for resnet and prior.")
    var skips = false
    @Flag(help: "Put the frame encoder's stage of the latent's size beside the prior's slots.")
    var join = false
    @Option(
        help: """
            What stands for the codes that a prior is not told: start, zeros or hidden; the last \
            where it was trained with code dropout, else the first.
            """)
    var query: VideoPrior.Query?
    @Option(
        help: "What a tokenizer sees: still, the frame; clip, the clip around it, later frames too."
    )
    var mode: TokenizerEncoder.Mode = .still
    @Option(help: "What trains beside the head: none, resnet, prior, tokenizer or all.")
    var unfreeze = Parts.none
    @Option(
        help: """
            The encoder's weights at first: pretrained, or random, which tells what the \
            architecture gives by itself.
            """)
    var initial: HeadRecipe.Initial = .pretrained
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
                    encoder, mode: mode, query: query, skips: skips, joins: join)
            } catch {
                throw ValidationError("\(error)")
            }
        }
    }

    func validate() throws { _ = try unfrozen(of: choice) }

    /// - Throws: `ValidationError` for options that make no encoder, or a part it does not have.
    func apply(to recipe: inout HeadRecipe) throws {
        recipe.encoder = try choice
        recipe.trains = try unfrozen(of: recipe.encoder)
        recipe.initial = initial
        for (part, factor) in encoderRate?.factors ?? [] { recipe.partRates[part] = factor }
    }

    private func unfrozen(of choice: EncoderChoice) throws -> [EncoderChoice.Part] {
        switch unfreeze {
        case .none: return []
        case .all: return choice.parts
        case .resnet, .prior, .tokenizer:
            guard let part = choice.parts.first(where: { $0.rawValue == unfreeze.rawValue }) else {
                throw ValidationError(
                    "--unfreeze \(unfreeze.rawValue): \(encoder) has "
                        + choice.parts.map(\.rawValue).joined(separator: " and "))
            }
            return [part]
        }
    }
}
