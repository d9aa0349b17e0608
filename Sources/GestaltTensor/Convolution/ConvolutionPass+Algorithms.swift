// The computations of a plan's algorithms.
extension ConvolutionPass {
    /// Returns the target image of `way`: patches of `source` times the weight, finished.
    func image(
        _ way: ConvolutionDirection, from source: Tensor<Scalar>, _ weight: Tensor<Scalar>,
        _ plan: ConvolutionPlan
    ) -> Tensor<Scalar> {
        let weight = ConvolutionWeight(weight, of: direction, geometry, way)
        let grids = PatchGrid.all(of: geometry, .image(way))
        let bias = bias?.contiguous()
        let epilogue = Epilogue<Scalar>(
            bias: bias.map { UnsafePointer($0.pointer) }, activation: activation,
            moments: geometry.groups == 1 ? moments : nil)
        let value = Tensor<Scalar>(uninitialized: geometry.targetShape(way)) { target in
            guard let y = target.baseAddress, !target.isEmpty else { return }
            source.withScalars { x in
                let x = x.baseAddress!
                switch plan.algorithm {
                case .pointwise, .patches:
                    PatchProduct(source: x, target: y, epilogue: epilogue)
                        .run(grids.map { ($0, weight.matrix(for: $0)) }, plan: plan)
                case .products:
                    TapProducts(geometry, way, source: x, target: y, epilogue: epilogue)
                        .run(weight.matrixOfAllTaps)
                case .winograd2, .winograd4:
                    WinogradImage(
                        grids: grids.filter { $0.rows > 0 }, plan: plan, weight: weight, source: x,
                        energies: PixelEnergies(
                            x, of: source,
                            byFrames: ConvolutionPlan.Work.image(way).isFramewise(geometry)),
                        target: y, epilogue: epilogue
                    ).run()
                }
            }
        }
        withExtendedLifetime((weight, bias)) {}
        return value
    }

    /// Returns the gradient of the weight of the geometry's convolution, `geometry.weightShape`,
    /// from its input and the gradient of its output, or from the output's gradient and the input
    /// of the transposed convolution.
    func weightGradient(
        input: Tensor<Scalar>, output: Tensor<Scalar>, _ plan: ConvolutionPlan
    ) -> Tensor<Scalar> {
        let grid = PatchGrid(geometry)
        let taps = grid.axes.map(\.taps)
        let shape = Shape(taps + [grid.sourceWidth, grid.targetChannels])
        let sums = Tensor<Scalar>(uninitialized: shape) { sums in
            input.withScalars { x in
                output.withScalars { g in
                    let (x, g, sums) = (x.baseAddress!, g.baseAddress!, sums.baseAddress!)
                    switch plan.algorithm {
                    case .winograd2 where grid.rows > 0, .winograd4 where grid.rows > 0:
                        WinogradWeightGradient(
                            grid: grid, plan: plan, input: x, cotangent: g,
                            energies: GradientEnergies(
                                source: PixelEnergies(x, of: input),
                                cotangent: PixelEnergies(g, of: output))
                        ).run(sums)
                    default:
                        WeightGradient(grid: grid, plan: plan, input: x, cotangent: g).run(sums)
                    }
                }
            }
        }
        return taps == grid.kernel
            ? sums.viewed(Layout(contiguous: geometry.weightShape)) : padded(sums, grid)
    }

    /// Returns the gradient with zeros for the taps that only ever meet padding, which `grid`
    /// omits.
    private func padded(_ sums: Tensor<Scalar>, _ grid: PatchGrid) -> Tensor<Scalar> {
        Tensor(uninitialized: geometry.weightShape) { whole in
            whole.initialize(repeating: .zeroScalar)
            var layout = Layout(contiguous: Shape(grid.kernel + sums.shape.suffix(2)))
            for (axis, part) in grid.axes.enumerated() {
                let range = part.kernelStart..<part.kernelStart + part.taps
                layout = layout.sliced(range, axis: axis, step: 1)
            }
            copyElements(from: sums, to: whole.baseAddress!, layout: layout)
        }
    }
}
