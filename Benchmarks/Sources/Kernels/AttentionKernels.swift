import GestaltTensor
import Harness

extension Kernel {
    static func attentions() -> [Kernel] {
        [
            causalAttention(hasGradients: false), causalAttention(hasGradients: true),
            Kernel(
                "axial attention 2x120, 16x32 along 64", .arithmetic,
                operations: Double(4 * 512 * 2 * 64 * 64 * 120),
                bytes: Double(4 * 4 * 512 * 64 * 240)
            ) {
                let x = (1...3).map { sample([1, 16, 64, 32, 2, 120], seed: $0) }
                return { checksum(attention(query: x[0], key: x[1], value: x[2], axis: 2)) }
            },
        ]
    }

    /// 4096 positions, 4 heads of 144, as the prior of `publicBAIR` has them: `[1, 4096, 4, 144]`.
    public static func causalAttention(hasGradients: Bool) -> Kernel {
        let (length, heads, width) = (4096, 4, 144)
        // Two products forward, five backward, each over the lower triangle.
        let products = hasGradients ? 7 : 2
        return Kernel(
            "causal attention 4096x4x144" + (hasGradients ? " with gradients" : ""), .arithmetic,
            operations: Double(products * heads * length * (length + 1) * width),
            bytes: Double(4 * (hasGradients ? 8 : 4) * length * heads * width)
        ) {
            let x = (1...4).map { sample([1, length, heads, width], seed: $0) }
            guard hasGradients else {
                return {
                    checksum(
                        attention(query: x[0], key: x[1], value: x[2], axis: 1, mask: .causal))
                }
            }
            return {
                let found = gradients(at: Array(x.prefix(3))) {
                    (attention(query: $0[0], key: $0[1], value: $0[2], axis: 1, mask: .causal)
                        * x[3]).sum()
                }
                return found.reduce(0) { $0 + checksum($1) }
            }
        }
    }
}
