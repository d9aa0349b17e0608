import GestaltTensor
import TestSupport
import Testing

/// Each algorithm against plain loops in `Double`.
@Suite struct ConvolutionAlgorithmTests {
    @Test(
        "value and gradients of every algorithm agree with plain loops", arguments: 0..<UInt64(300))
    func agreesWithLoops(seed: UInt64) {
        let problems = loopProblems(Float.self, seed) + loopProblems(Double.self, seed)
        #expect(problems.isEmpty, "\(problems.joined(separator: "; "))")
    }

    @Test("random cases reach every algorithm in every pass it serves")
    func coverage() {
        for algorithm in ConvolutionPlan.Algorithm.allCases {
            for pass in ConvolutionPlan.Pass.allCases {
                if algorithm == .products, pass == .backwardWeight { continue }
                let served = (0..<UInt64(300)).filter {
                    ConvolutionPlan.refusal(
                        of: algorithm, pass: pass, geometry: RandomConvolution(seed: $0).geometry)
                        == nil
                }
                #expect(served.count >= 3, "\(algorithm), \(pass)")
            }
        }
    }

    private func loopProblems<Scalar: FloatingScalar>(
        _ type: Scalar.Type, _ seed: UInt64
    ) -> [String] {
        let c = RandomConvolution(seed: seed)
        let g = c.geometry
        let v = c.inputs(type)
        // The engine speaks of the convolution, a transposed one is its gradient.
        let weight = c.isTransposed ? v[1].transposed(-2, -1) : v[1]
        let image = c.isTransposed ? Tensor<Scalar>.sample(g.inputShape, seed: seed + 9) : v[0]
        let outputs = c.isTransposed ? v[0] : Tensor<Scalar>.sample(g.outputShape, seed: seed + 9)
        let bias = c.hasBias && !c.isTransposed ? v[2] : nil
        func doubles(_ x: Tensor<Scalar>) -> [Double] { x.scalars.map { Double($0) } }
        let found = naiveConvolution(
            c, x: doubles(v[0]), weight: doubles(v[1]), bias: c.hasBias ? doubles(v[2]) : [],
            cotangent: doubles(c.isTransposed ? image : outputs))
        let length = max(image.count, weight.count, outputs.count)
        var problems: [String] = []
        for algorithm in ConvolutionPlan.Algorithm.allCases {
            let tile = algorithm == .winograd2 || algorithm == .winograd4
            let bound = sumTolerance(type, length: length, magnitude: 1) * (tile ? 20 : 2)
            func check(
                _ pass: ConvolutionPlan.Pass, _ wanted: [Double],
                _ body: (ConvolutionPlan.Choice) -> Tensor<Scalar>
            ) {
                guard ConvolutionPlan.refusal(of: algorithm, pass: pass, geometry: g) == nil else {
                    return
                }
                let value = body(.forced(algorithm))
                let wanted = Tensor<Scalar>(
                    shape: value.shape, scalars: wanted.map { Scalar($0) })
                if let problem = difference(value, wanted, tolerance: { _ in bound }) {
                    problems.append("\(algorithm), \(pass): \(problem) of \(type), \(c)")
                }
            }
            if !c.isTransposed {
                check(.forward, found.y) {
                    ConvolutionEngine.forward(
                        g, input: image, weight: weight, bias: bias, choice: $0)
                }
            }
            check(.backwardInput, c.isTransposed ? withoutBias(found.y, v, c) : found.dx) {
                ConvolutionEngine.backwardInput(
                    g, cotangent: outputs, weight: weight, choice: $0)
            }
            let gradient =
                c.isTransposed ? doubles(transposedBack(found.dWeight, v[1])) : found.dWeight
            check(.backwardWeight, gradient) {
                ConvolutionEngine.backwardWeight(g, input: image, cotangent: outputs, choice: $0)
            }
        }
        return problems
    }

    /// The gradient of a transposed convolution's weight, in the order of the convolution's.
    private func transposedBack<Scalar: FloatingScalar>(
        _ gradient: [Double], _ weight: Tensor<Scalar>
    ) -> Tensor<Scalar> {
        Tensor<Scalar>(shape: weight.shape, scalars: gradient.map { Scalar($0) })
            .transposed(-2, -1)
    }

    private func withoutBias<Scalar: FloatingScalar>(
        _ y: [Double], _ v: [Tensor<Scalar>], _ c: RandomConvolution
    ) -> [Double] {
        guard c.hasBias else { return y }
        let bias = v[2].scalars.map { Double($0) }
        return y.enumerated().map { $1 - bias[$0 % bias.count] }
    }
}
