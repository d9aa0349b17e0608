import CKernels
@_spi(Benchmarks) import GestaltTensor
import TestSupport
import Testing

/// One element that is not finite, or a million times the others: minimal filtering leaves outputs
/// alone that do not see it. Judged by patches in `Double`.
@Suite struct NonFiniteConvolutionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let geometry: ConvolutionGeometry
        let algorithm: ConvolutionPlan.Algorithm
        var testDescription: String { "\(algorithm): \(geometry)" }
    }

    /// One to three axes, every scheme, strides whose phases are joined and not, frames that do not
    /// see each other, kernels longer along one axis, images smaller than a tile.
    static let geometries: [ConvolutionGeometry] = [
        ConvolutionGeometry(input: [1, 23, 5], weight: [3, 5, 6], padding: .same),
        ConvolutionGeometry(input: [2, 19, 4], weight: [4, 4, 5], padding: .valid),
        ConvolutionGeometry(input: [2, 17, 4], weight: [4, 4, 5], stride: [2], padding: .same),
        ConvolutionGeometry(input: [2, 15, 9], weight: [2, 9, 4], padding: .valid),
        ConvolutionGeometry(input: [1, 13, 14, 16], weight: [3, 3, 16, 20], padding: .same),
        ConvolutionGeometry(input: [2, 5, 4, 8], weight: [3, 3, 8, 8], padding: .same),
        ConvolutionGeometry(input: [1, 11, 9, 40], weight: [2, 4, 40, 7], padding: .valid),
        ConvolutionGeometry(
            input: [2, 14, 15, 3], weight: [4, 4, 3, 24], stride: [2, 2], padding: .same),
        ConvolutionGeometry(
            input: [1, 13, 13, 32], weight: [3, 3, 32, 16], stride: [2, 2], padding: .same),
        ConvolutionGeometry(input: [1, 12, 9, 6], weight: [3, 1, 6, 6], padding: .same),
        ConvolutionGeometry(input: [1, 7, 9, 8, 6], weight: [3, 3, 3, 6, 10], padding: .same),
        ConvolutionGeometry(input: [2, 4, 9, 9, 5], weight: [1, 3, 3, 5, 5], padding: .same),
        ConvolutionGeometry(input: [1, 9, 5, 6, 7], weight: [3, 1, 1, 7, 5], padding: .same),
        ConvolutionGeometry(
            input: [1, 6, 9, 10, 4], weight: [4, 4, 4, 4, 9], stride: [2, 2, 2], padding: .same),
    ]

    static let cases: [Case] = geometries.flatMap { geometry in
        [.winograd2, .winograd4].map { Case(geometry: geometry, algorithm: $0) }
    }

    private enum Place: CaseIterable { case corner, middle, end }

    /// `x` with one element, or all channels of one pixel, replaced.
    private static func changed(
        _ x: Tensor<Float>, at place: Place, to value: Float, allChannels: Bool
    ) -> Tensor<Float> {
        let channels = x.shape[-1]
        var scalars = x.scalars
        let pixels = scalars.count / channels
        // The middle of the first image along each axis.
        var middle = 0
        for length in x.shape.dropFirst().dropLast() { middle = middle * length + length / 2 }
        let pixel = place == .corner ? 0 : place == .end ? pixels - 1 : middle
        for channel in 0..<(allChannels ? channels : 1) {
            scalars[pixel * channels + channel] = value
        }
        return Tensor(shape: x.shape, scalars: scalars)
    }

    /// What is wrong with `compute(changed)`: outputs that differ although they do not see the element,
    /// and for finite values outputs that are not near those in `Double`.
    private static func problem(
        _ name: String, plain: Tensor<Float>, changed: Tensor<Float>,
        _ compute: (Tensor<Float>) -> Tensor<Float>,
        exact: (Tensor<Double>) -> Tensor<Double>
    ) -> String? {
        let found = compute(changed).scalars
        let isFinite = changed.scalars.allSatisfy(\.isFinite)
        // In place of what is not finite a number that shows which outputs see it.
        let marker = Tensor<Double>(
            shape: changed.shape, scalars: changed.scalars.map { $0.isFinite ? Double($0) : 1e30 })
        let (before, after) = (exact(plain.cast(to: Double.self)).scalars, exact(marker).scalars)
        for index in found.indices {
            let seen = before[index] != after[index]
            let value = Double(found[index])
            if seen, isFinite {
                if abs(value - after[index]) > 1e-5 * (1e6 + abs(after[index])) {
                    return "\(name): \(value) at \(index), not \(after[index])"
                }
            } else if seen {
                if value.isFinite { return "\(name): \(value) at \(index), which sees \(name)" }
            } else if !(abs(value - before[index]) <= 1e-3) {
                return "\(name): \(value) at \(index), which sees nothing, not \(before[index])"
            }
        }
        return nil
    }

    /// All passes of a case, as sentences.
    static func problems(_ test: Case) -> [String] {
        let (g, choice) = (test.geometry, ConvolutionPlan.Choice.forced(test.algorithm))
        let patches = ConvolutionPlan.Choice.forced(.patches)
        let x = Tensor<Float>.sample(g.inputShape, seed: 1, in: -1...1)
        let w = Tensor<Float>.sample(g.weightShape, seed: 2, in: -0.5...0.5)
        let y = Tensor<Float>.sample(g.outputShape, seed: 3, in: -1...1)
        let (dx, dw, dy) = (
            x.cast(to: Double.self), w.cast(to: Double.self), y.cast(to: Double.self)
        )
        var result: [String?] = []
        func add(
            _ work: ConvolutionPlan.Work, _ name: String, _ plain: Tensor<Float>,
            _ changed: Tensor<Float>, _ compute: (Tensor<Float>) -> Tensor<Float>,
            _ exact: (Tensor<Double>) -> Tensor<Double>
        ) {
            guard ConvolutionPlan.refusal(of: test.algorithm, work, geometry: g) == nil else {
                return
            }
            result.append(
                problem("\(work) \(name)", plain: plain, changed: changed, compute, exact: exact))
        }
        for (value, all) in [
            (Float.nan, false), (.infinity, false), (-.infinity, true), (1e6, false), (1e6, true),
            (3e38, false),
        ] {
            for place in Place.allCases {
                let name = "\(value) \(place)\(all ? ", all channels" : "")"
                let (cx, cy) = (
                    changed(x, at: place, to: value, allChannels: all),
                    changed(y, at: place, to: value, allChannels: all)
                )
                // Near the largest number sums overflow whichever way they are made.
                if value < 1e38 || !value.isFinite {
                    add(
                        .weightGradient, "input \(name)", x, cx,
                        {
                            ConvolutionPass(g, .weightGradient(x: $0, cotangent: y)).run(choice)
                        },
                        {
                            ConvolutionPass(g, .weightGradient(x: $0, cotangent: dy)).run(patches)
                        })
                    add(
                        .weightGradient, "cotangent \(name)", y, cy,
                        {
                            ConvolutionPass(g, .weightGradient(x: x, cotangent: $0)).run(choice)
                        },
                        {
                            ConvolutionPass(g, .weightGradient(x: dx, cotangent: $0)).run(patches)
                        })
                    add(
                        .image(.transposed), name, y, cy,
                        {
                            ConvolutionPass(g, .inputGradient(cotangent: $0, weight: w)).run(choice)
                        },
                        {
                            ConvolutionPass(g, .inputGradient(cotangent: $0, weight: dw)).run(
                                patches)
                        })
                    add(
                        .image(.direct), name, x, cx,
                        { ConvolutionPass(g, .forward(x: $0, weight: w)).run(choice) },
                        { ConvolutionPass(g, .forward(x: $0, weight: dw)).run(patches) })
                }
            }
        }
        return result.compactMap { $0 }
    }

    @Test(arguments: cases)
    func outputsThatSeeNothing(_ test: Case) {
        let found = Self.problems(test)
        #expect(found.isEmpty, "\(found.prefix(4).joined(separator: "\n"))")
    }

    /// In a process of its own, since the instruction set is everybody's.
    @Test func everyInstructionSet() async {
        await #expect(processExitsWith: .success) {
            for set in Runtime.InstructionSet.allCases
            where set < Processor.current.instructionSet {
                Runtime.instructionSet = set
                for test in NonFiniteConvolutionTests.cases {
                    let found = NonFiniteConvolutionTests.problems(test)
                    precondition(found.isEmpty, "\(set), \(test.testDescription): \(found)")
                }
            }
        }
    }

    /// The case of 64 channels, and the statistics that are gathered on the way.
    @Test func brightPixel() {
        let (n, c) = (32, 64)
        var x = Tensor<Float>.sample([1, n, n, c], seed: 4, in: -1...1)
        for channel in 0..<c { x[scalar: 0, 16, 16, channel] = 1e6 }
        let w = Tensor<Float>.sample([3, 3, c, c], seed: 5, in: -0.5...0.5)
        let y = x.convolution(w, padding: .same, gathersMoments: true)
        let exact = x.cast(to: Double.self)
            .convolution(w.cast(to: Double.self), padding: .same)
        let (found, wanted) = (y.scalars, exact.scalars)
        var worst = 0.0
        for index in found.indices {
            let (row, column) = (index / c / n, index / c % n)
            guard abs(row - 16) > 1 || abs(column - 16) > 1 else { continue }
            worst = max(worst, abs(Double(found[index]) - wanted[index]))
        }
        #expect(worst < 1e-4)
        let (_, moments) = y.batchNormalized(scale: .ones([c]), shift: .zeros([c]), epsilon: 1e-5)
        let mean = exact.mean(axes: [0, 1, 2]).scalars
        for (a, b) in zip(moments.mean.scalars, mean) {
            #expect(abs(Double(a) - b) <= 1e-4 * (abs(b) + 1))
        }
    }

    /// 8 × 8 pixels in four tiles of 4 × 4 outputs, 3 × 3 taps, a border of one pixel.
    private func flags(_ change: (inout [Float]) -> Void) -> [UInt8] {
        let reach = gk_reach(
            tiles: (1, 2, 2), outputs: (1, 8, 8), tile: (1, 4, 4), reach: (1, 6, 6),
            taps: (1, 3, 3), extent: (1, 8, 8), offset: (0, -1, -1), step: (1, 1, 1))
        var pixels = [Float](repeating: 1, count: 64)
        change(&pixels)
        var energies = pixels
        gk_pixel_energies(Float.variant(.portable), pixels, 64, 1, &energies)
        var flags = [UInt8](repeating: 9, count: 4)
        withUnsafePointer(to: reach) {
            gk_uneven_tiles(Float.variant(.portable), $0, energies, 0, 4, &flags)
        }
        return flags
    }

    @Test func tilesThatAreComputedDirectlyAndOrdinaryOnesThatAreNot() {
        #expect(flags { _ in } == [0, 0, 0, 0])
        #expect(flags { $0[0] = 1e6 } == [1, 0, 0, 0])
        // Beside the middle all four tiles read it.
        #expect(flags { $0[3 * 8 + 4] = .nan } == [1, 1, 1, 1])
        #expect(flags { $0[7 * 8 + 7] = -.infinity } == [0, 0, 0, 1])
        #expect(flags { $0[7 * 8 + 7] = 255 } == [0, 0, 0, 0])
        #expect(flags { $0[7 * 8 + 7] = 1000 } == [0, 0, 0, 1])
        // Dark parts of pictures, zeros of rectified activations.
        #expect(flags { for i in 0..<32 { $0[i] = 0 } } == [0, 0, 0, 0])
        #expect(flags { for i in 0..<64 where i % 2 == 0 { $0[i] = 255 } } == [0, 0, 0, 0])
        // Among nothing but zeros a number may be large, not huge.
        #expect(flags { for i in 0..<63 { $0[i] = 0 } } == [0, 0, 0, 0])
        #expect(
            flags {
                for i in 0..<63 { $0[i] = 0 }
                $0[63] = 1e6
            } == [0, 0, 0, 1])
    }
}
