import GestaltTensor

/// Tensors are values; gradients come from a tape; random numbers from a stream you hold.
@main
struct TensorTour {
    static func main() throws {
        var random = RandomStream(seed: 1)
        let a: Tensor<Float> = random.normal([3, 4])
        let b = a.transposed()  // a view: nothing is copied
        print("a·aᵀ\n\(a.matmul(b))")
        print("softmax rows sum to", a.softmax(axis: -1).sum(axes: [-1]))

        // The gradient of ‖x·w − y‖² with respect to w, and one step against it.
        let x: Tensor<Float> = random.normal([16, 4])
        let y = x.matmul(Tensor<Float>([1, -2, 3, 0.5]))
        var w = Tensor<Float>.zeros([4])
        for _ in 0..<200 {
            let slope = gradients(at: [w]) { (x.matmul($0[0]) - y).squared().mean() }
            w -= slope[0] * 0.1
        }
        print("recovered weights", w)

        // A video convolution: [N, T, H, W, C] with weights [kT, kH, kW, Cin, Cout].
        let clip: Tensor<Float> = random.uniform([1, 8, 16, 16, 3])
        let kernel: Tensor<Float> = random.normal([3, 3, 3, 3, 8])
        print("video features", clip.convolution(kernel, stride: [1, 2, 2], padding: .same).shape)

        let parts = try a.svd()
        print("singular values", parts.values)
        let rebuilt = (parts.u * parts.values).matmul(parts.vTransposed)
        print("rebuilt within", (rebuilt - a).abs().max().scalar)
    }
}
