import GestaltNN
import GestaltTensor
import Harness

/// 16 M floats: no cache holds them.
private let large = 1 << 24

extension Kernel {
    static func elementwise() -> [Kernel] {
        func over(
            _ name: String, buffers: Int, _ prepare: @escaping () -> () -> Double
        ) -> Kernel {
            Kernel(name, .memory, bytes: Double(4 * buffers * large), prepare: prepare)
        }
        return [
            over("x + y", buffers: 3) {
                let (x, y) = (sample([large], seed: 1), sample([large], seed: 2))
                return { Double((x + y).count) }
            },
            over("gelu", buffers: 2) {
                let x = sample([large], seed: 1)
                return { Double(x.gelu(.exact).count) }
            },
            geluChain(), layerNorm(), adamW(),
            over("LayerNorm 1024 with gradients", buffers: 6) { layerNormStep() },
            over("softmax 1024", buffers: 2) {
                let x = sample([large / 1024, 1024], seed: 1)
                return { checksum(x.softmax()) }
            },
            over("BatchNorm + ReLU 64", buffers: 3) {
                let x = sample([16, 128, 128, 64], seed: 1)
                let (scale, shift) = (sample([64], seed: 2), sample([64], seed: 3))
                return {
                    checksum(
                        x.batchNormalized(
                            scale: scale, shift: shift, epsilon: 1e-5, rectifies: true
                        ).value)
                }
            },
            over("cross entropy 2048", buffers: 1) {
                let logits = sample([large / 2048, 2048], seed: 1)
                var random = RandomStream(seed: 2)
                let labels = random.integers([large / 2048], in: 0..<2048)
                return { Double(crossEntropy(logits, labels).scalar) }
            },
        ]
    }

    public static func geluChain() -> Kernel {
        Kernel("gelu(ax + b) + r", .memory, bytes: Double(12 * large)) {
            let (x, r) = (sample([large], seed: 1), sample([large], seed: 2))
            return { checksum(Chains.gelu(x, plus: r, 1.25, 0.125)) }
        }
    }

    public static func layerNorm() -> Kernel {
        Kernel("LayerNorm 1024", .memory, bytes: Double(8 * large)) {
            let x = sample([large / 1024, 1024], seed: 1)
            let (scale, shift) = (sample([1024], seed: 2), sample([1024], seed: 3))
            return { checksum(x.layerNormalized(scale: scale, shift: shift, epsilon: 1e-5)) }
        }
    }

    // Reads x, the gradient and x again, writes y and the gradient of x; y times the gradient is
    // read once more by the sum.
    private static func layerNormStep() -> () -> Double {
        let x = sample([large / 1024, 1024], seed: 1)
        let (scale, shift) = (sample([1024], seed: 2), sample([1024], seed: 3))
        let probe = sample([large / 1024, 1024], seed: 4)
        return {
            checksum(
                gradients(at: [x, scale, shift]) {
                    ($0[0].layerNormalized(scale: $0[1], shift: $0[2], epsilon: 1e-5) * probe).sum()
                }[0])
        }
    }

    public static func adamW() -> Kernel {
        // Reads parameter, gradient and both moments, writes all but the gradient.
        Kernel("AdamW", .memory, bytes: Double(28 * large)) {
            var model = OneParameter(weight: sample([large], seed: 1))
            let gradients = Gradients([("weight", sample([large], seed: 2))])
            var optimizer = AdamW(learningRate: 1e-3)
            return {
                optimizer.update(&model, with: gradients)
                return checksum(model.weight)
            }
        }
    }
}
