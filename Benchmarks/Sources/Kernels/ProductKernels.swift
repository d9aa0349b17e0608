import GestaltTensor
import Harness

extension Kernel {
    /// Products of the prior's and the tokenizer's sizes, and the search for the nearest code.
    static func products() -> [Kernel] {
        [
            product("4096x576x1728", 4096, 576, 1728), product("4096x2304x576", 4096, 2304, 576),
            product("4096x576x2048", 4096, 576, 2048),
            product("576x4096x2304, first transposed", 576, 4096, 2304, first: true),
            product("4096x2304x576, second transposed", 4096, 2304, 576, second: true),
            product("8192x240x240", 8192, 240, 240), product("64x576x2304", 64, 576, 2304),
            codebookSearch(),
        ]
    }

    private static func product(
        _ name: String, _ m: Int, _ k: Int, _ n: Int, first: Bool = false, second: Bool = false
    ) -> Kernel {
        let times = max(1, (1 << 29) / (m * n * k))
        return Kernel(
            "product \(name)", .arithmetic, operations: Double(2 * m * n * k),
            bytes: Double(4 * (m * k + k * n + m * n)), repetitions: times
        ) {
            let a = sample(first ? [k, m] : [m, k], seed: 1)
            let b = sample(second ? [n, k] : [k, n], seed: 2)
            return {
                var sum = 0.0
                for _ in 0..<times {
                    sum = checksum(a.matmul(b, transposingFirst: first, transposingSecond: second))
                }
                return sum
            }
        }
    }

    private static func codebookSearch() -> Kernel {
        let (rows, codes, width) = (8192, 2048, 256)
        return Kernel(
            "nearest of 2048 codes, 8192 rows of 256", .arithmetic,
            operations: Double(2 * rows * codes * width),
            bytes: Double(4 * (rows * width + codes * width + rows))
        ) {
            let (x, table) = (sample([rows, width], seed: 1), sample([codes, width], seed: 2))
            return { Double(x.nearestRows(in: table).scalars.reduce(0) { $0 &+ $1 }) }
        }
    }
}
