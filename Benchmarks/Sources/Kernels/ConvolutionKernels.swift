import GestaltTensor

extension Kernel {
    static func convolutions() -> [Kernel] {
        ConvolutionCase.all.flatMap { line in
            ConvolutionCase.Pass.allCases.map { pass in
                let geometry = line.geometry
                let plan = ConvolutionPlan.make(geometry, pass: line.enginePass(pass))
                let name = plan.algorithm.rawValue
                let direct = geometry.operationsWithoutPadding
                let byTiles = geometry.winogradOperations(pass: line.enginePass(pass))
                let elements = [
                    geometry.inputShape, geometry.outputShape, geometry.weightShape,
                ].reduce(0) { $0 + $1.elementCount }
                return Kernel(
                    "conv \(line.name) \(pass.rawValue)", .arithmetic,
                    operations: Double(geometry.operationCount), bytes: Double(4 * elements),
                    algorithm: name,
                    needed: name.lowercased().contains("winograd") ? byTiles ?? direct : direct,
                    neededByWinograd: byTiles
                ) { line.body(pass) }
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

    /// Of Winograd's F(2) along every axis whose kernel is longer than 1: 4 products a tile of 2
    /// instead of 6. Nil unless those kernels are 3 long and strides 1. Transforms do not count.
    fileprivate func winogradOperations(pass: ConvolutionPlan.Pass) -> Double? {
        guard axes.contains(where: { $0.kernel == 3 }), groups == 1,
            axes.allSatisfy({ $0.stride == 1 && $0.dilation == 1 && [1, 3].contains($0.kernel) })
        else { return nil }
        return operations(
            axes.map { axis in
                let length = pass == .backwardInput ? axis.input : axis.output
                return axis.kernel == 1 ? length : (length + 1) / 2 * 4
            })
    }
}
