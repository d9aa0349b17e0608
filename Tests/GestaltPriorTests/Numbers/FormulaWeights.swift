import GestaltTensor

/// Weights and probes that the fixtures do not store: numbers made from a name, as the fixtures'
/// description lays down.
enum FormulaWeights {
    /// `count` numbers in −0.5 … 0.5 that belong to `key`.
    static func numbers(_ key: String, count: Int) -> [Float] {
        var seed: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key.utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return (0..<count).map { index in
            var z = seed &+ (UInt64(index) &+ 1) &* 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            return Float(z >> 40) / 0x1p24 - 0.5
        }
    }

    /// The weight that stands at `key` of the state dictionary.
    static func weight(_ key: String, _ shape: [Int]) -> Tensor<Float> {
        let count = shape.reduce(1, *)
        let u = Tensor(shape: Shape(shape), scalars: numbers(key, count: count))
        guard shape.count > 1 else {
            return key.hasSuffix("weight") ? u * 0.25 + 1 : u * 0.25
        }
        let fan = Double(count / shape[0])
        let c = key.contains(".enc_attn.") ? 1.5 : 12.0
        return u * Float((c / fan).squareRoot())
    }

    /// The sum of a tensor's numbers times those that belong to `probe:key`.
    static func probe(_ key: String, _ tensor: Tensor<Float>) -> Double {
        let u = numbers("probe:" + key, count: tensor.count)
        return zip(u, tensor.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}
