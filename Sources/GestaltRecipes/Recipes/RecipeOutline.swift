import GestaltModels
import GestaltVideo

/// A summary of a recipe for tables.
public struct RecipeOutline: Sendable, Equatable {
    /// The input of the head: `rgb`, `prior:hidden:2`; nil for that of the model which the recipe
    /// starts from.
    public var source: String?
    /// The network on the source; nil as for ``source``.
    public var head: String?
    /// The training: `from scratch`, `frozen`, `random, frozen`, `trains resnet`.
    public var regime: String
    /// Whether frames after the one that is segmented are seen; nil as for ``source``.
    public var seesFuture: Bool?
    /// Whether frames without labels take part.
    public var usesUnlabeledFrames: Bool

    public init(
        source: String?, head: String? = nil, regime: String, seesFuture: Bool? = nil,
        usesUnlabeledFrames: Bool = false
    ) {
        self.source = source
        self.head = head
        self.regime = regime
        self.seesFuture = seesFuture
        self.usesUnlabeledFrames = usesUnlabeledFrames
    }
}

extension Recipe {
    public var outline: RecipeOutline {
        RecipeOutline(source: nil, regime: model == nil ? "from scratch" : "trained further")
    }
}

extension UNetRecipe {
    public var outline: RecipeOutline {
        RecipeOutline(
            source: "rgb", head: "unet", regime: model == nil ? "from scratch" : "trained further",
            seesFuture: false)
    }
}

extension HeadRecipe {
    public var outline: RecipeOutline {
        let start = initial == .random ? "random, " : ""
        let parts = trains.map { part in partRates[part].map { "\(part) × \($0)" } ?? part }
        return RecipeOutline(
            source: encoder.description, head: head.description,
            regime: start + (trains.isEmpty ? "frozen" : "trains " + parts.joined(separator: ", ")),
            seesFuture: (try? encoderType)?.seesFuture(encoder))
    }
}

extension StudentRecipe {
    public var outline: RecipeOutline {
        RecipeOutline(
            source: nil, regime: rounds == 1 ? "student" : "student, \(rounds) rounds",
            usesUnlabeledFrames: true)
    }
}
