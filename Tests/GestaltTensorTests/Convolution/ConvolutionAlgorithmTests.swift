@_spi(Benchmarks) import GestaltTensor
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
            for work in ConvolutionPlan.Work.allCases {
                if algorithm == .products, work == .weightGradient { continue }
                let served = (0..<UInt64(300)).filter {
                    ConvolutionPlan.refusal(
                        of: algorithm, work, geometry: RandomConvolution(seed: $0).geometry)
                        == nil
                }
                #expect(served.count >= 1, "\(algorithm), \(work)")
            }
        }
    }

    /// The bounds that the documentation of the algorithms states, in units of the output's standard
    /// deviation: a sum of 27 · 240 products, against the same in `Double`.
    @Test(
        "errors against Double",
        arguments: [
            (.patches, 6e-5, 3e-6), (.winograd2, 6e-6, 1e-6), (.winograd4, 6e-5, 6e-6),
        ] as [(ConvolutionPlan.Algorithm, Double, Double)])
    func errors(algorithm: ConvolutionPlan.Algorithm, largest: Double, mean: Double) {
        let g = ConvolutionGeometry(
            input: [1, 4, 8, 8, 240], weight: [3, 3, 3, 240, 64], padding: .same)
        let x = Tensor<Float>.sample(g.inputShape, seed: 1, in: -1...1)
        let w = Tensor<Float>.sample(g.weightShape, seed: 2, in: -1...1)
        let y = Tensor<Float>.sample(g.outputShape, seed: 3, in: -1...1)
        let (dx, dw, dy) = (
            x.cast(to: Double.self), w.cast(to: Double.self), y.cast(to: Double.self)
        )
        let pairs = [
            (
                ConvolutionPass(g, .forward(x: x, weight: w)).run(.forced(algorithm)),
                ConvolutionPass(g, .forward(x: dx, weight: dw)).run(.forced(.patches))
            ),
            (
                ConvolutionPass(g, .inputGradient(cotangent: y, weight: w)).run(.forced(algorithm)),
                ConvolutionPass(g, .inputGradient(cotangent: dy, weight: dw)).run(.forced(.patches))
            ),
            (
                ConvolutionPass(g, .weightGradient(x: x, cotangent: y)).run(.forced(algorithm)),
                ConvolutionPass(g, .weightGradient(x: dx, cotangent: dy)).run(.forced(.patches))
            ),
        ]
        for (found, exact) in pairs {
            let deviation = exact.squared().mean().scalar.squareRoot()
            let error = (found.cast(to: Double.self) - exact) / deviation
            #expect(error.abs().max().scalar <= largest)
            #expect(error.squared().mean().scalar.squareRoot() <= mean)
        }
    }

    @Test("a measured choice gives the same as the model's")
    func measured() {
        let g = ConvolutionGeometry(
            input: [2, 12, 12, 16], weight: [3, 3, 16, 16], padding: .same)
        let x = Tensor<Float>.sample(g.inputShape, seed: 1, in: -1...1)
        let w = Tensor<Float>.sample(g.weightShape, seed: 2, in: -1...1)
        let expected = ConvolutionPass(g, .forward(x: x, weight: w)).run(.forced(.patches))
        let first = ConvolutionPass(g, .forward(x: x, weight: w)).run(.measured)
        let problem = difference(first, expected, tolerance: { _ in 1e-4 })
        #expect(problem == nil, "\(problem ?? "")")
        // The winner stays.
        #expect(ConvolutionPass(g, .forward(x: x, weight: w)).run(.measured) == first)
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
                _ work: ConvolutionPlan.Work, _ wanted: [Double],
                _ body: (ConvolutionPlan.Choice) -> Tensor<Scalar>
            ) {
                guard ConvolutionPlan.refusal(of: algorithm, work, geometry: g) == nil else {
                    return
                }
                let value = body(.forced(algorithm))
                let wanted = Tensor<Scalar>(
                    shape: value.shape, scalars: wanted.map { Scalar($0) })
                if let problem = difference(value, wanted, tolerance: { _ in bound }) {
                    problems.append("\(algorithm), \(work): \(problem) of \(type), \(c)")
                }
            }
            if !c.isTransposed {
                check(.image(.direct), found.y) {
                    ConvolutionPass(g, .forward(x: image, weight: weight), bias: bias).run($0)
                }
            }
            check(.image(.transposed), c.isTransposed ? withoutBias(found.y, v, c) : found.dx) {
                ConvolutionPass(g, .inputGradient(cotangent: outputs, weight: weight)).run($0)
            }
            let gradient =
                c.isTransposed ? doubles(transposedBack(found.dWeight, v[1])) : found.dWeight
            check(.weightGradient, gradient) {
                ConvolutionPass(g, .weightGradient(x: image, cotangent: outputs)).run($0)
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
