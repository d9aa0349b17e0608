@_spi(Benchmarks) import GestaltTensor

extension Kernel {
    static func convolutions() -> [Kernel] {
        ConvolutionCase.all.flatMap { line in
            ConvolutionCase.Pass.allCases.map { pass in
                let geometry = line.geometry
                let plan = ConvolutionPlan.make(geometry, line.work(pass))
                let name = plan.algorithm.rawValue
                let direct = geometry.operationsWithoutPadding
                let byTiles = [2, 4].map {
                    geometry.winogradOperations(line.work(pass), largest: $0)
                }
                let needed =
                    switch name {
                    case "winograd2": byTiles[0] ?? direct
                    case "winograd4": byTiles[1] ?? direct
                    default: direct
                    }
                let elements = [
                    geometry.inputShape, geometry.outputShape, geometry.weightShape,
                ].reduce(0) { $0 + $1.elementCount }
                return Kernel(
                    "conv \(line.name) \(pass.rawValue)", .arithmetic,
                    operations: Double(geometry.operationCount), bytes: Double(4 * elements),
                    algorithm: name,
                    needed: needed, neededByWinograd: byTiles[1]
                ) { line.body(pass, .automatic) }
            }
        }
    }
}

extension ConvolutionGeometry {
    private func operations(_ lengths: [Int]) -> Double {
        Double(2 * batch * (inputChannels / groups) * outputChannels * lengths.reduce(1, *))
    }

    /// Of the direct sum, without the products with zeros of the padding.
    fileprivate var operationsWithoutPadding: Double {
        operations(
            axes.map { axis in
                (0..<axis.output).reduce(0) { sum, place in
                    sum
                        + (0..<axis.kernel).count { tap in
                            let at = place * axis.stride + tap * axis.dilation - axis.before
                            return (0..<axis.input).contains(at)
                        }
                }
            })
    }

    /// Of Winograd's minimal filtering in tiles of up to `largest` outputs, 2 or 4, along each axis of
    /// 2 or 3 taps: `m + taps − 1` products for m outputs. Strides go by phases with kernels of every
    /// s-th tap. Transforms do not count. Nil where kernels are longer, or all taps are single.
    fileprivate func winogradOperations(_ work: ConvolutionPlan.Work, largest: Int) -> Double? {
        var lengths: [Int] = []
        for axis in axes {
            let taps = (axis.kernel + axis.stride - 1) / axis.stride
            let outputs =
                work == .image(.transposed)
                ? (axis.input + axis.stride - 1) / axis.stride : axis.output
            guard axis.dilation == 1, taps <= 3 else { return nil }
            let tiles = taps == 1 ? [1] : [2, 4].filter { $0 <= largest }
            let products = tiles.map { (outputs + $0 - 1) / $0 * ($0 + taps - 1) }
            lengths.append(axis.stride * (products.min() ?? outputs))
        }
        guard axes.contains(where: { $0.kernel > $0.stride }), groups == 1 else { return nil }
        return operations(lengths)
    }
}
