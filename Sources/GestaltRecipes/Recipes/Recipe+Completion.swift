import GestaltData
import GestaltIO
import GestaltModels
import GestaltPrior
import GestaltSegHeads
import GestaltVideo

extension Recipe {
    /// Decodes a recipe of which all settings but data, labels and seed are given: what a kind
    /// without usual values can do.
    public static func completed(_ settings: RecipeSettings) throws -> Self {
        try settings.decoded(Self.self)
    }
}

extension UNetRecipe {
    /// Beyond the keys of `recipe.json`, `network` may be `baseline` or `demo`, and `augmentation`
    /// the name of one.
    public static func completed(_ settings: RecipeSettings) throws -> UNetRecipe {
        var settings = settings
        try settings.expand("network") { name throws(ConfigurationError) in
            guard let network = namedNetworks[name] else {
                throw .invalid(
                    "network", expected: namedNetworks.keys.sorted().joined(separator: ", "),
                    found: name)
            }
            return network
        }
        try settings.expand("augmentation", Augmentation.init(named:))
        return try settings.changing(
            UNetRecipe(
                data: settings.data, labels: settings.labels, steps: settings.steps,
                seed: settings.seed))
    }

    private static var namedNetworks: [String: UNetConfiguration] {
        ["baseline": .baseline, "demo": .demo]
    }
}

extension HeadRecipe {
    /// Beyond the keys of `recipe.json`, `augmentation` may be the name of one.
    public static func completed(_ settings: RecipeSettings) throws -> HeadRecipe {
        var settings = settings
        try settings.expand("augmentation", Augmentation.init(named:))
        let encoder = try settings.component("encoder") ?? usualEncoder
        return try settings.changing(
            HeadRecipe(
                data: settings.data, encoder: encoder, labels: settings.labels,
                steps: settings.steps, seed: settings.seed)
        ).settled
    }
}

extension InstanceRecipe {
    /// Beyond the keys of `recipe.json`, `augmentation` may be the name of one.
    public static func completed(_ settings: RecipeSettings) throws -> InstanceRecipe {
        var settings = settings
        try settings.expand("augmentation", Augmentation.init(named:))
        return try settings.changing(
            InstanceRecipe(
                data: settings.data, encoder: try settings.component("encoder") ?? usualEncoder,
                labels: settings.labels, steps: settings.steps, seed: settings.seed))
    }
}

extension RecipeSettings {
    /// Returns the name of a component; nil without one.
    /// - Throws: `ConfigurationError` for a value that is no name.
    fileprivate func component(_ key: String) throws(ConfigurationError) -> ComponentName? {
        guard let text = try text(key) else { return nil }
        guard let name = ComponentName(text) else {
            throw .invalid(key, expected: "the name of an encoder", found: text)
        }
        return name
    }
}

extension StudentRecipe {
    /// Beyond the keys of `recipe.json`, `augmentation` and `unlabeledAugmentation` may be names.
    public static func completed(_ settings: RecipeSettings) throws -> StudentRecipe {
        var settings = settings
        for key in ["augmentation", "unlabeledAugmentation"] {
            try settings.expand(key, Augmentation.init(named:))
        }
        return try settings.changing(
            StudentRecipe(
                data: settings.data, labels: settings.labels, steps: settings.steps,
                seed: settings.seed))
    }
}

extension EncoderRecipe {
    /// Beyond the keys of `recipe.json`, `augmentation` may be the name of one, without its mixing
    /// of pictures, and `terms` a text as for `train encoder`: `video,moving-foreground=1`.
    public static func completed(_ settings: RecipeSettings) throws -> EncoderRecipe {
        var settings = settings
        try settings.expand("augmentation") { name in
            var augmentation = try Augmentation(named: name)
            (augmentation.cutMix, augmentation.copyPaste) = (0, 0)
            return augmentation
        }
        try settings.expand("terms") { text throws(ConfigurationError) in
            guard let terms = ForecastTerms(argument: text) else {
                throw .invalid(
                    "terms", expected: "video or still, and NAME=WEIGHT, joined by commas",
                    found: text)
            }
            return terms.applied(to: usualTerms)
        }
        return try settings.changing(
            EncoderRecipe(data: settings.data, steps: settings.steps, seed: settings.seed))
    }
}

extension TokenizerRecipe {
    /// Beyond the keys of `recipe.json`, `preset` names the sizes of which the others are changes.
    public static func completed(_ settings: RecipeSettings) throws -> TokenizerRecipe {
        var settings = settings
        let preset = try settings.take("preset")
        try settings.expand("augmentation", Augmentation.init(named:))
        return try settings.changing(
            TokenizerRecipe(
                data: settings.data, preset: preset, steps: settings.steps, seed: settings.seed))
    }
}

extension CodeRecipe {
    public static func completed(_ settings: RecipeSettings) throws -> Self {
        var preset = usualPreset
        if let name = try settings.text("preset") {
            guard let known = Preset(rawValue: name) else {
                throw ConfigurationError.invalid(
                    "preset", expected: Preset.allCases.map(\.rawValue).joined(separator: ", "),
                    found: name)
            }
            preset = known
        }
        var settings = settings
        try settings.expand("terms") { text throws(ConfigurationError) in
            guard let terms = ForecastTerms(argument: text) else {
                throw .invalid(
                    "terms", expected: "NAME=WEIGHT, joined by commas", found: text)
            }
            return terms.applied(to: [:])
        }
        return try settings.changing(
            Self(
                data: settings.data, model: nil, preset: preset, steps: settings.steps,
                seed: settings.seed))
    }
}
