import ArgumentParser
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltVideo

extension ComponentName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

/// The encoder that a head is trained on, and the parts of it that are trained.
struct EncoderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The encoder, see above; tokenizer by default.", valueName: "name"))
    var encoder: ComponentName?
    @Option(
        help: ArgumentHelp(
            """
            Parts of the encoder trained with the head, such as tokenizer, resnet, prior or trunk; \
            all, or none. By default the trunk of a dense encoder, else none.
            """,
            valueName: "parts"))
    var unfreeze: Parts?
    @Option(
        help: """
            The initial weights of the encoder: pretrained, or random, a control for what the \
            architecture contributes without training.
            """)
    var initial: HeadRecipe.Initial?
    @Option(
        help: ArgumentHelp(
            "The factor on the learning rate of unfrozen parts; or resnet=0.3,prior=0.1.",
            valueName: "factor"))
    var encoderRate: Rates?

    /// `all`, `none`, or names separated by commas.
    struct Parts: ExpressibleByArgument {
        let words: [String]

        init?(argument: String) {
            words = argument.split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init)
            guard !words.contains("") else { return nil }
        }

        func names(of parts: [String]) -> [String] {
            switch words {
            case ["all"]: parts
            case ["none"]: []
            default: words
            }
        }
    }

    /// `0.1`, or `PART=0.3,…`.
    struct Rates: ExpressibleByArgument {
        /// The factor for all parts.
        let common: Double?
        let factors: [String: Double]

        init?(argument: String) {
            common = Double(argument)
            var factors: [String: Double] = [:]
            if common == nil {
                for pair in argument.split(separator: ",", omittingEmptySubsequences: false) {
                    let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
                    guard sides.count == 2, let factor = Double(sides[1]) else { return nil }
                    factors[String(sides[0])] = factor
                }
            }
            self.factors = factors
        }
    }

    /// Options fixed by a head that is trained further, and whether they were typed.
    var decidedByHead: [String: Bool] {
        ["--encoder": encoder != nil, "--initial": initial != nil]
    }

    func validate() throws {
        guard let encoder else { return }
        let parts = try parts(of: encoder)
        if let unfreeze { _ = try names(of: unfreeze, among: parts, in: encoder) }
    }

    /// Replaces values of the recipe by the typed ones.
    /// - Throws: `ValidationError` for an unknown encoder or a part it does not have.
    func apply(to recipe: inout some HeadTraining) throws {
        if let encoder { recipe.choose(encoder) }
        if let initial { recipe.initial = initial }
        guard unfreeze != nil || encoderRate != nil || encoder != nil else { return }
        let parts = try parts(of: recipe.encoder)
        if let unfreeze {
            recipe.trains = try names(of: unfreeze, among: parts, in: recipe.encoder)
        }
        if let common = encoderRate?.common {
            for part in parts { recipe.partRates[part] = common }
        }
        recipe.partRates.merge(encoderRate?.factors ?? [:]) { $1 }
    }

    private func names(
        of unfreeze: Parts, among parts: [String], in encoder: ComponentName
    ) throws -> [String] {
        let names = unfreeze.names(of: parts)
        if let unknown = names.first(where: { !parts.contains($0) }) {
            throw ValidationError(
                "--unfreeze \(unknown): \(encoder) has "
                    + (parts.isEmpty ? "no parts" : parts.joined(separator: " and ")))
        }
        return names
    }

    private func parts(of name: ComponentName) throws -> [String] {
        do throws(ConfigurationError) {
            let type = try Encoders.type(of: name)
            try type.validate(name)
            return type.parts
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
