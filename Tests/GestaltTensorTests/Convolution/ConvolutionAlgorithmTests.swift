@_spi(Benchmarks) import GestaltTensor
import TestSupport
import Testing

/// Each algorithm against plain loops in `Double`.
@Suite struct ConvolutionAlgorithmTests {
    @Test(arguments: 0..<UInt64(300))
    func valueAndGradientsOfEveryAlgorithmAgreeWithPlainLoops(seed: UInt64) {
        let problems = loopProblems(Float.self, seed) + loopProblems(Double.self, seed)
        #expect(problems.isEmpty, "\(problems.joined(separator: "; "))")
    }

    @Test func randomCasesReachEveryAlgorithmInEveryPassItServes() {
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
        arguments: [
            (.patches, 6e-5, 3e-6), (.winograd2, 6e-6, 1e-6), (.winograd4, 6e-5, 6e-6),
        ] as [(ConvolutionPlan.Algorithm, Double, Double)])
    func errorsAgainstDouble(algorithm: ConvolutionPlan.Algorithm, largest: Double, mean: Double) {
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

    @Test func aMeasuredChoiceGivesTheSameAsTheModels() {
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

    /// Each pass of a random operation by each algorithm that serves it, as sentences.
    private func loopProblems<Scalar: FloatingScalar>(
        _ type: Scalar.Type, _ seed: UInt64
    ) -> [String] {
        let c = RandomConvolution(seed: seed)
        let (g, v) = (c.geometry, c.inputs(type))
        let (x, weight, bias) = (v[0], v[1], c.hasBias ? v[2] : nil)
        let direction: ConvolutionDirection = c.isTransposed ? .transposed : .direct
        let cotangent = Tensor<Scalar>.sample(
            c.isTransposed ? g.inputShape : g.outputShape, seed: seed + 9)
        func doubles(_ x: Tensor<Scalar>) -> [Double] { x.scalars.map { Double($0) } }
        let wanted = naiveConvolution(
            c, x: doubles(x), weight: doubles(weight), bias: bias.map(doubles) ?? [],
            cotangent: doubles(cotangent))
        let passes = [
            (
                ConvolutionPass(
                    g, .forward(x: x, weight: weight), direction: direction, bias: bias), wanted.y
            ),
            (
                ConvolutionPass(
                    g, .inputGradient(cotangent: cotangent, weight: weight), direction: direction),
                wanted.dx
            ),
            (
                ConvolutionPass(
                    g, .weightGradient(x: x, cotangent: cotangent), direction: direction),
                wanted.dWeight
            ),
        ]
        let length = max(x.count, weight.count, cotangent.count)
        var problems: [String] = []
        for algorithm in ConvolutionPlan.Algorithm.allCases {
            let tile = algorithm == .winograd2 || algorithm == .winograd4
            let bound = sumTolerance(type, length: length, magnitude: 1) * (tile ? 20 : 2)
            for (pass, wanted) in passes
            where ConvolutionPlan.refusal(of: algorithm, pass.work, geometry: g) == nil {
                let value = pass.run(.forced(algorithm))
                let exact = Tensor<Scalar>(
                    shape: value.shape, scalars: wanted.map { Scalar($0) })
                if let problem = difference(value, exact, tolerance: { _ in bound }) {
                    problems.append("\(algorithm), \(pass.work): \(problem) of \(type), \(c)")
                }
            }
        }
        return problems
    }
}
