/// The five 8-bit floating-point formats found in files. `Float` represents every value of each.
///
/// Source: Micikevicius et al., *FP8 formats for deep learning* (2022); the variants without
/// infinities and negative zero as PyTorch's `float8_…` types have them; OCP *Microscaling formats*
/// (2023) for the scale factors.
enum Float8 {
    /// - Precondition: `type` is one of the types of eight bits.
    static func value(_ bits: UInt8, of type: StoredType) -> Float {
        switch type {
        case .float8E4M3:
            bits & 0x7F == 0x7F ? .nan : number(bits, exponentBits: 4, bias: 7)
        case .float8E5M2:
            bits & 0x7F > 0x7C
                ? .nan
                : bits & 0x7F == 0x7C
                    ? (bits & 0x80 == 0 ? .infinity : -.infinity)
                    : number(bits, exponentBits: 5, bias: 15)
        case .float8E4M3UnsignedZero:
            bits == 0x80 ? .nan : number(bits, exponentBits: 4, bias: 8)
        case .float8E5M2UnsignedZero:
            bits == 0x80 ? .nan : number(bits, exponentBits: 5, bias: 16)
        default: bits == 0xFF ? .nan : Float(sign: .plus, exponent: Int(bits) - 127, significand: 1)
        }
    }

    /// Returns the value of sign, exponent and fraction; subnormal where the exponent is zero.
    private static func number(_ bits: UInt8, exponentBits: Int, bias: Int) -> Float {
        let fractionBits = 7 - exponentBits
        let fraction = Float(bits & (1 << fractionBits - 1)) / Float(1 << fractionBits)
        let exponent = Int(bits & 0x7F) >> fractionBits
        let magnitude =
            exponent == 0
            ? Float(sign: .plus, exponent: 1 - bias, significand: fraction)
            : Float(sign: .plus, exponent: exponent - bias, significand: 1 + fraction)
        return bits & 0x80 == 0 ? magnitude : -magnitude
    }
}
