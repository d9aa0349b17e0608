@_spi(Benchmarks) import GestaltTensor
import TestSupport
import Testing

/// Larger geometries, on which plans differ and work is divided.
private let larger: [ConvolutionGeometry] = [
    ConvolutionGeometry(
        input: [2, 4, 16, 16, 24], weight: [3, 3, 3, 24, 40], padding: .symmetric([1, 1, 1])),
    ConvolutionGeometry(
        input: [1, 8, 16, 16, 3], weight: [4, 4, 4, 3, 32], stride: [2, 2, 2], padding: .same),
    ConvolutionGeometry(input: [2, 33, 31, 20], weight: [1, 1, 20, 30]),
    ConvolutionGeometry(input: [2, 17, 19, 32], weight: [3, 3, 32, 4], padding: .same),
    ConvolutionGeometry(
        input: [1, 6, 6, 64], weight: [3, 3, 32, 64], padding: .same, groups: 2),
    // Many points and channels: the phased schedule, in more than one chunk for the gradient.
    ConvolutionGeometry(
        input: [1, 9, 31, 33, 130], weight: [3, 3, 3, 130, 97], padding: .symmetric([1, 1, 1])),
    ConvolutionGeometry(
        input: [2, 6, 13, 18, 40], weight: [4, 4, 4, 40, 36], stride: [2, 2, 2], padding: .same),
    // Few sums: the gradient in parts of several blocks, and in slices of the target's channels.
    ConvolutionGeometry(input: [1, 118, 115, 5], weight: [3, 3, 5, 19], padding: .same),
    ConvolutionGeometry(
        input: [1, 16, 30, 42, 3], weight: [4, 4, 4, 3, 70], stride: [2, 2, 2], padding: .same),
    // No image at all.
    ConvolutionGeometry(input: [0, 5, 5, 16], weight: [3, 3, 16, 20], padding: .same),
]

@Suite(.serialized) struct ConvolutionPlanTests {
    private func results<Scalar: FloatingScalar>(
        _ g: ConvolutionGeometry, _ choice: ConvolutionPlan.Choice, _: Scalar.Type
    ) -> [Tensor<Scalar>] {
        let x = Tensor<Scalar>.sample(g.inputShape, seed: 1, in: -1...1)
        let w = Tensor<Scalar>.sample(g.weightShape, seed: 2, in: -1...1)
        let y = Tensor<Scalar>.sample(g.outputShape, seed: 3, in: -1...1)
        return [
            ConvolutionPass(g, .forward(x: x, weight: w)).run(choice),
            ConvolutionPass(g, .inputGradient(cotangent: y, weight: w)).run(choice),
            ConvolutionPass(g, .weightGradient(x: x, cotangent: y)).run(choice),
        ]
    }

    private func expectClose<Scalar: FloatingScalar>(
        _ found: [Tensor<Scalar>], _ expected: [Tensor<Scalar>], _ g: ConvolutionGeometry,
        factor: Double = 1
    ) {
        let terms = g.weightShape.elementCount / g.outputChannels
        let longest = max(terms, g.outputShape.elementCount)
        let bound = sumTolerance(Scalar.self, length: longest, magnitude: 2)
        for (a, b) in zip(found, expected) {
            let problem = difference(a, b, tolerance: { _ in bound * factor })
            #expect(problem == nil, "\(g): \(problem ?? "")")
        }
    }

    @Test(arguments: larger)
    func everyAlgorithmGivesTheSame(_ g: ConvolutionGeometry) {
        let expected = results(g, .forced(.patches), Float.self)
        for algorithm in ConvolutionPlan.Algorithm.allCases {
            expectClose(results(g, .preferred(algorithm), Float.self), expected, g, factor: 10)
        }
        expectClose(results(g, .automatic, Float.self), expected, g, factor: 10)
    }

    @Test(arguments: larger)
    func twoRunsGiveTheSameBitsOneThreadAndTwoAgree(_ g: ConvolutionGeometry) {
        let before = Runtime.threads
        defer { Runtime.threads = before }
        Runtime.threads = 2
        let two = results(g, .automatic, Float.self)
        for _ in 0..<3 { #expect(results(g, .automatic, Float.self) == two, "\(g)") }
        Runtime.threads = 1
        expectClose(results(g, .automatic, Float.self), two, g)
        Runtime.threads = 5
        expectClose(results(g, .automatic, Float.self), two, g)
    }

    @Test(arguments: larger)
    func instructionSetsAgree(_ g: ConvolutionGeometry) {
        let before = Runtime.instructionSet
        defer { Runtime.instructionSet = before }
        let expected = results(g, .automatic, Float.self)
        for set in Runtime.InstructionSet.allCases where set <= before {
            Runtime.instructionSet = set
            expectClose(results(g, .automatic, Float.self), expected, g)
        }
    }

    @Test func anAlgorithmSaysWhyItCannotServeAGeometry() {
        #expect(
            ConvolutionPlan.refusal(of: .pointwise, .image(.direct), geometry: larger[0]) != nil)
        #expect(
            ConvolutionPlan.refusal(of: .pointwise, .image(.direct), geometry: larger[2]) == nil)
        #expect(
            ConvolutionPlan.refusal(of: .products, .image(.direct), geometry: larger[1])
                == "products needs stride 1 in the direct direction")
        for g in larger {
            for work in ConvolutionPlan.Work.allCases {
                #expect(ConvolutionPlan.refusal(of: .patches, work, geometry: g) == nil)
                #expect(ConvolutionPlan.make(g, work) == ConvolutionPlan.make(g, work))
            }
        }
    }

    @Test func aForcedAlgorithmThatCannotServeStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let g = ConvolutionGeometry(input: [1, 8, 2], weight: [3, 2, 2])
            _ = ConvolutionPlan.make(g, .image(.direct), choice: .forced(.pointwise))
        }
    }
}
