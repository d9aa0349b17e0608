// Horizons are written as pairs: `"horizons": [[2, 6], [8, 14]]`.
extension MotionSettings: Codable {
    /// Reads settings; missing ones keep their default.
    ///
    /// - Throws: `MotionError.invalidSetting` for an unknown key or a value out of range, the
    ///   decoder's errors for values of the wrong type.
    public init(from decoder: any Decoder) throws {
        let known = Key.allCases.map(\.rawValue)
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys
        where !known.contains(key.stringValue) {
            throw MotionError.invalidSetting(
                key: key.stringValue, expected: "one of " + known.joined(separator: ", "),
                found: "an unknown key")
        }
        self.init()
        let values = try decoder.container(keyedBy: Key.self)
        func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
            if let found = try values.decodeIfPresent(Value.self, forKey: key) { value = found }
        }
        try read(.medianThreshold, into: &medianThreshold)
        try read(.stateTolerance, into: &stateTolerance)
        try read(.minimumRun, into: &minimumRun)
        try read(.displacementThreshold, into: &displacementThreshold)
        try read(.horizonThreshold, into: &horizonThreshold)
        try read(.noiseFactor, into: &noiseFactor)
        try read(.reach, into: &reach)
        try read(.surroundings, into: &surroundings)
        try read(.groundThreshold, into: &groundThreshold)
        try read(.shadeSpread, into: &shadeSpread)
        try read(.refusesMovingCamera, into: &refusesMovingCamera)
        if let pairs = try values.decodeIfPresent([[Int]].self, forKey: .horizons) {
            horizons = try pairs.map { pair in
                guard pair.count == 2, pair[0] <= pair[1] else {
                    throw MotionError.invalidSetting(
                        key: Key.horizons.rawValue,
                        expected: "pairs of the first and the last frame ahead", found: "\(pair)")
                }
                return pair[0]...pair[1]
            }
        }
        try validate()
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(medianThreshold, forKey: .medianThreshold)
        try values.encode(stateTolerance, forKey: .stateTolerance)
        try values.encode(minimumRun, forKey: .minimumRun)
        try values.encode(displacementThreshold, forKey: .displacementThreshold)
        try values.encode(horizonThreshold, forKey: .horizonThreshold)
        try values.encode(horizons.map { [$0.lowerBound, $0.upperBound] }, forKey: .horizons)
        try values.encode(noiseFactor, forKey: .noiseFactor)
        try values.encode(reach, forKey: .reach)
        try values.encode(surroundings, forKey: .surroundings)
        try values.encode(groundThreshold, forKey: .groundThreshold)
        try values.encode(shadeSpread, forKey: .shadeSpread)
        try values.encode(refusesMovingCamera, forKey: .refusesMovingCamera)
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
