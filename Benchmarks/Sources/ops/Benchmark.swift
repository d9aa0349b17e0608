import GestaltTensor
import Harness
import Kernels

/// Measures operations: a table of elementwise ones, or one of those that have a peer.
@main struct Benchmark {
    private static let usage = """
        usage: ops [table] [--runs N]
               ops machine
               ops attention-forward|attention-both|gelu-chain|layer-norm|adamw [--runs N]
        """

    /// The peers are in `peers/ops_torch.py`.
    private static let peers: [(name: String, kernel: @Sendable () -> Kernel)] = [
        ("attention-forward", { Kernel.causalAttention(hasGradients: false) }),
        ("attention-both", { Kernel.causalAttention(hasGradients: true) }),
        ("gelu-chain", Kernel.geluChain), ("layer-norm", Kernel.layerNorm),
        ("adamw", Kernel.adamW),
    ]

    static func main() {
        var options = Options(usage: usage)
        let names = ["table", "machine"] + peers.map(\.name)
        let command = options.command(names, default: "table")
        let runs = options.number("--runs", default: 15)
        options.finish()
        if command == "machine" { return print(Runtime.description) }
        guard let peer = peers.first(where: { $0.name == command }) else {
            return Table(runs: runs).print()
        }
        printHeader(command)
        let body = peer.kernel().prepare().body
        printRecord(command, "", Measurement(warmUps: 2, runs: runs, body))
    }
}
