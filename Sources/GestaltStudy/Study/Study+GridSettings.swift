import GestaltModels

extension Study {
    /// The settings of a recipe that the study determines, for all rows alike.
    private static let gridKeys = ["data", "labels", "optimization.seed"]

    /// Refuses settings of rows that the study determines: a run would be trained otherwise than its
    /// results state.
    ///
    /// - Throws: `ConfigurationError` with the key.
    static func refuseGridSettings(
        in settings: [String: JSONTree]
    ) throws(ConfigurationError) {
        for key in settings.keys.sorted() {
            let place = seedPlace(key, settings[key]) ?? key
            guard gridKeys.contains(where: { place == $0 || place.hasPrefix($0 + ".") })
            else { continue }
            throw .invalid(
                place, expected: "no such key: the study determines clips, labels and seeds",
                found: "a value")
        }
    }

    /// Returns the place of a seed within a whole `optimization`.
    private static func seedPlace(_ key: String, _ value: JSONTree?) -> String? {
        guard key == "optimization", case .object(let members) = value,
            members["seed"] != nil
        else { return nil }
        return key + ".seed"
    }
}
