/// A weight with the direction of its operation, which decides the order of its channels, and the
/// direction of the pass that reads it.
struct ConvolutionWeight<Scalar: FloatingScalar> {
    let tensor: Tensor<Scalar>
    /// The weight is `[kernel…, Cin / groups, Cout]` of a direct operation, `[kernel…, Cout,
    /// Cin / groups]` of a transposed one, with the channels of the geometry.
    let operation: ConvolutionDirection
    let geometry: ConvolutionGeometry
    /// The direction of the pass.
    let direction: ConvolutionDirection

    init(
        _ tensor: Tensor<Scalar>, of operation: ConvolutionDirection,
        _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection
    ) {
        self.tensor = tensor.contiguous()
        (self.operation, self.geometry, self.direction) = (operation, geometry, direction)
    }

    /// Returns the matrix that patches of `grid` are multiplied by; it may share the weight's
    /// memory.
    func matrix(for grid: PatchGrid) -> PackedWeight<Scalar> { PackedWeight(self, grid) }

    /// The matrix that source pixels are multiplied by, with columns for all taps. For one group.
    var matrixOfAllTaps: PackedWeight<Scalar> { PackedWeight(allTapsOf: self) }

    /// The distances between neighbors in memory, in elements.
    struct Strides {
        let tap: [Int]
        let source: Int
        let target: Int
        let group: Int
    }

    var strides: Strides {
        let (inputs, outputs) = (geometry.inputChannels / geometry.groups, geometry.outputChannels)
        let block = inputs * outputs
        let kernel = geometry.axes.map(\.kernel)
        let (input, output) = operation == .direct ? (outputs, 1) : (1, inputs)
        let (source, target) = direction == .direct ? (input, output) : (output, input)
        return Strides(
            tap: [kernel[1] * kernel[2] * block, kernel[2] * block, block], source: source,
            target: target, group: outputs / geometry.groups * output)
    }
}
