import CKernels
import GestaltChecks

/// The three passes of a convolution on plain values: nothing is recorded. What the operations call,
/// and what benchmarks and tests steer by a ``ConvolutionPlan/Choice``.
///
/// Results with one number of threads and one instruction set are the same, bit for bit, from run to
/// run.
public enum ConvolutionEngine {
    /// The convolution of `input` with `weight` (shapes as `geometry` has them), plus `bias`
    /// `[Cout]`, through the activation.
    ///
    /// - Precondition: shapes as `geometry` says; a forced algorithm can serve it.
    public static func forward<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, input: Tensor<Scalar>, weight: Tensor<Scalar>,
        bias: Tensor<Scalar>? = nil, activation: FusedActivation = .none,
        choice: ConvolutionPlan.Choice = ConvolutionPlan.standardChoice
    ) -> Tensor<Scalar> {
        check("weight", weight.shape, geometry.weightShape, geometry)
        return forward(
            geometry, input: input, weight: weight, .inputFirst, bias: bias,
            activation: activation, choice: choice)
    }

    /// The gradient of the input from that of the output: the transposed convolution.
    ///
    /// - Precondition: as for `forward`.
    public static func backwardInput<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, cotangent: Tensor<Scalar>, weight: Tensor<Scalar>,
        choice: ConvolutionPlan.Choice = ConvolutionPlan.standardChoice
    ) -> Tensor<Scalar> {
        check("weight", weight.shape, geometry.weightShape, geometry)
        return transposed(
            geometry, cotangent: cotangent, weight: weight, .inputFirst, choice: choice)
    }

    /// The gradient of the weight, `geometry.weightShape`.
    ///
    /// - Precondition: as for `forward`.
    public static func backwardWeight<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, input: Tensor<Scalar>, cotangent: Tensor<Scalar>,
        choice: ConvolutionPlan.Choice = ConvolutionPlan.standardChoice
    ) -> Tensor<Scalar> {
        check("input", input.shape, geometry.inputShape, geometry)
        check("output", cotangent.shape, geometry.outputShape, geometry)
        if choice == .measured {
            return ConvolutionMeasurement.run(geometry, .backwardWeight) {
                backwardWeight(geometry, input: input, cotangent: cotangent, choice: $0)
            }
        }
        let plan = plan(geometry, .backwardWeight, choice, Scalar.self)
        let grid = PatchGrid(geometry)
        let isWhole = grid.axes.map(\.taps) == grid.kernel
        let taps = grid.axes.map(\.taps)
        let sums = Tensor<Scalar>(
            uninitialized: Shape(taps + [grid.sourceWidth, grid.targetChannels])
        ) { sums in
            input.withScalars { x in
                cotangent.withScalars { g in
                    let (x, g, sums) = (x.baseAddress!, g.baseAddress!, sums.baseAddress!)
                    if let tile = plan.algorithm.winogradTile, grid.rows > 0 {
                        let tiling = WinogradTiling(grid, largest: tile)
                        let energies = GradientEnergies(
                            source: PixelEnergies(x, of: input),
                            cotangent: PixelEnergies(g, of: cotangent))
                        WinogradGradient(
                            tiling: tiling, source: WinogradSource(x, tiling), cotangent: g,
                            energies: energies
                        ).run(sums)
                        if !energies.areEven {
                            TapGradient(grid: grid, input: x, cotangent: g).run(sums)
                        }
                    } else {
                        WeightGradient(grid: grid, plan: plan, input: x, cotangent: g).run(sums)
                    }
                }
            }
        }
        if isWhole { return sums.viewed(Layout(contiguous: geometry.weightShape)) }
        return Tensor(uninitialized: geometry.weightShape) { whole in
            whole.initialize(repeating: .zeroScalar)
            var layout = Layout(contiguous: Shape(grid.kernel + sums.shape.suffix(2)))
            for (axis, part) in grid.axes.enumerated() {
                let range = part.kernelStart..<part.kernelStart + part.taps
                layout = layout.sliced(range, axis: axis, step: 1)
            }
            copyElements(from: sums, to: whole.baseAddress!, layout: layout)
        }
    }

    static func forward<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, input: Tensor<Scalar>, weight: Tensor<Scalar>,
        _ order: WeightOrder, bias: Tensor<Scalar>? = nil, activation: FusedActivation = .none,
        moments: OutputMoments<Scalar>? = nil,
        choice: ConvolutionPlan.Choice = ConvolutionPlan.standardChoice
    ) -> Tensor<Scalar> {
        check("input", input.shape, geometry.inputShape, geometry)
        if choice == .measured {
            return ConvolutionMeasurement.run(geometry, .forward) {
                forward(
                    geometry, input: input, weight: weight, order, bias: bias,
                    activation: activation, moments: moments, choice: $0)
            }
        }
        return product(
            geometry, [PatchGrid(geometry)], source: input, weight: weight, order,
            result: geometry.outputShape, bias: bias, activation: activation,
            moments: geometry.groups == 1 ? moments : nil,
            plan: plan(geometry, .forward, choice, Scalar.self), transposed: false)
    }

    /// The transposed convolution, `geometry.outputShape` to `geometry.inputShape`.
    static func transposed<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, cotangent: Tensor<Scalar>, weight: Tensor<Scalar>,
        _ order: WeightOrder, bias: Tensor<Scalar>? = nil, activation: FusedActivation = .none,
        choice: ConvolutionPlan.Choice = ConvolutionPlan.standardChoice
    ) -> Tensor<Scalar> {
        check("output", cotangent.shape, geometry.outputShape, geometry)
        if choice == .measured {
            return ConvolutionMeasurement.run(geometry, .backwardInput) {
                transposed(
                    geometry, cotangent: cotangent, weight: weight, order, bias: bias,
                    activation: activation, choice: $0)
            }
        }
        return product(
            geometry, PatchGrid.transposed(geometry), source: cotangent, weight: weight, order,
            result: geometry.inputShape, bias: bias, activation: activation,
            plan: plan(geometry, .backwardInput, choice, Scalar.self), transposed: true)
    }

    private static func product<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, _ grids: [PatchGrid], source: Tensor<Scalar>,
        weight: Tensor<Scalar>, _ order: WeightOrder, result: Shape, bias: Tensor<Scalar>?,
        activation: FusedActivation, moments: OutputMoments<Scalar>? = nil, plan: ConvolutionPlan,
        transposed: Bool
    ) -> Tensor<Scalar> {
        checkMemory(geometry, MemoryLayout<Scalar>.stride)
        let channels = result[-1]
        if let bias { check("bias", bias.shape, [channels], geometry) }
        let bias = bias?.contiguous()
        let weight = weight.contiguous()
        let value = Tensor<Scalar>(uninitialized: result) { target in
            guard let y = target.baseAddress, !target.isEmpty else { return }
            source.withScalars { x in
                weight.withScalars { w in
                    let (x, w) = (x.baseAddress!, w.baseAddress!)
                    let epilogue = Epilogue<Scalar>(
                        bias: bias.map { UnsafePointer($0.storage.pointer + $0.layout.offset) },
                        activation: activation, moments: moments)
                    if plan.algorithm == .products {
                        TapProducts(
                            geometry, transposed: transposed, source: x, target: y,
                            epilogue: epilogue
                        ).run(
                            PackedWeight(
                                products: w, order, geometry: geometry, grid: grids[0],
                                transposed: transposed))
                    } else if let tile = plan.algorithm.winogradTile {
                        WinogradPass(
                            grids: grids.filter { $0.rows > 0 }, tile: tile, plan: plan, source: x,
                            energies: PixelEnergies(x, of: source), target: y, epilogue: epilogue
                        ).run(
                            weight: { grid, tiling, phases in
                                .of(
                                    weight, order, geometry: geometry, grid: grid,
                                    transposed: transposed, tiling: tiling, phases: phases)
                            },
                            patchWeight: { grid in
                                PackedWeight(
                                    w, order, geometry: geometry, grid: grid,
                                    transposed: transposed)
                            })
                    } else {
                        let parts = grids.map {
                            (
                                $0,
                                PackedWeight(
                                    w, order, geometry: geometry, grid: $0, transposed: transposed)
                            )
                        }
                        PatchProduct(source: x, target: y, epilogue: epilogue)
                            .run(parts, plan: plan)
                    }
                }
            }
        }
        withExtendedLifetime(bias) {}
        return value
    }

    private static func plan<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, _ pass: ConvolutionPlan.Pass,
        _ choice: ConvolutionPlan.Choice, _: Scalar.Type
    ) -> ConvolutionPlan {
        .make(
            geometry, pass: pass, choice: choice, scalarByteCount: MemoryLayout<Scalar>.stride)
    }

    private static func checkMemory(_ geometry: ConvolutionGeometry, _ scalarByteCount: Int) {
        let (needed, present) = (
            geometry.byteCount(scalarByteCount), RuntimeSettings.Machine.current.physicalMemory
        )
        require(
            present == 0 || needed <= present,
            "convolution \(geometry): input, weight and output take \(needed) bytes,"
                + " the machine has \(present)")
    }

    private static func check(
        _ name: String, _ shape: Shape, _ expected: Shape, _ geometry: ConvolutionGeometry
    ) {
        require(
            shape == expected,
            "convolution \(geometry): the \(name) has shape \(shape), not \(expected)")
    }
}
