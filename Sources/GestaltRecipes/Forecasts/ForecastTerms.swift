/// The terms of a loss as text: `NAME=WEIGHT,…`, which changes the terms of a recipe; after `video`
/// or `still` it changes theirs.
package struct ForecastTerms: Sendable {
    private static let bases = [
        "video": EncoderRecipe.usualTerms, "still": EncoderRecipe.stillTerms,
    ]

    /// Nil for the terms of the recipe.
    private let base: [String: Double]?
    private let changes: [String: Double]

    /// Returns nil for a text of another form.
    package init?(argument: String) {
        var words = argument.split(separator: ",", omittingEmptySubsequences: false)[...]
        base = words.first.flatMap { Self.bases[String($0)] }
        if base != nil { words.removeFirst() }
        var changes: [String: Double] = [:]
        for pair in words {
            let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, let weight = Double(sides[1]) else { return nil }
            changes[String(sides[0])] = weight
        }
        self.changes = changes
    }

    package func applied(to terms: [String: Double]) -> [String: Double] {
        (base ?? terms).merging(changes) { $1 }
    }
}
