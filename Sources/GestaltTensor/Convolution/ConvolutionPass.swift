import GestaltChecks

/// One pass of a convolution or a transposed convolution: the computation, its operands and the
/// epilogue of its sums.
///
/// Nothing is recorded. With a fixed number of threads and instruction set, results are identical,
/// bit for bit, from run to run.
@_spi(Benchmarks) public struct ConvolutionPass<Scalar: FloatingScalar>: Sendable {
    /// The result of a pass with its operands. All shapes are those of the operation: `x` is its
    /// input, `cotangent` the gradient of its value.
    public enum Computation: Sendable {
        /// The value of the operation.
        case forward(x: Tensor<Scalar>, weight: Tensor<Scalar>)
        /// The gradient of the input.
        case inputGradient(cotangent: Tensor<Scalar>, weight: Tensor<Scalar>)
        /// The gradient of the weight, of the weight's shape.
        case weightGradient(x: Tensor<Scalar>, cotangent: Tensor<Scalar>)
    }

    public let geometry: ConvolutionGeometry
    public let computation: Computation
    /// The direction of the operation that the pass belongs to. The input's gradient runs in the
    /// opposite direction.
    public let direction: ConvolutionDirection
    let bias: Tensor<Scalar>?
    let activation: FusedActivation
    /// Filled with the sums of the value's channels; for a direct forward pass.
    var moments: OutputMoments<Scalar>?

    /// - Parameters:
    ///   - bias: Added to the result, `[channels of the result]`; then `activation` is applied.
    /// - Precondition: The operands have the shapes that `geometry` and `direction` define.
    public init(
        _ geometry: ConvolutionGeometry, _ computation: Computation,
        direction: ConvolutionDirection = .direct, bias: Tensor<Scalar>? = nil,
        activation: FusedActivation = .none
    ) {
        (self.geometry, self.computation, self.direction) = (geometry, computation, direction)
        (self.bias, self.activation) = (bias, activation)
        checkOperands()
    }

    /// The work of the algorithms; see ``ConvolutionPlan/Work``.
    public var work: ConvolutionPlan.Work {
        switch computation {
        case .forward: .image(direction)
        case .inputGradient: .image(direction.reversed)
        case .weightGradient: .weightGradient
        }
    }

    /// Computes the result.
    ///
    /// - Precondition: A forced algorithm can serve the pass.
    public func run(
        _ choice: ConvolutionPlan.Choice = ConvolutionPlan.standardChoice
    ) -> Tensor<Scalar> {
        // A measured choice could differ between lengths, and with it the bits of their frames.
        guard choice == .measured, !work.isFramewise(geometry) else { return computed(choice) }
        return ConvolutionMeasurement.fastest(geometry, work) { computed(.forced($0)) }
    }

    private func computed(_ choice: ConvolutionPlan.Choice) -> Tensor<Scalar> {
        let plan = ConvolutionPlan.make(
            geometry, work, choice: choice, scalar: Scalar.elementType)
        return Profiler.part("\(plan.algorithm), \(work)", operands) { computed(by: plan) }
    }

    private var operands: [Tensor<Scalar>] {
        switch computation {
        case .forward(let x, let weight): [x, weight]
        case .inputGradient(let cotangent, let weight): [cotangent, weight]
        case .weightGradient(let x, let cotangent): [x, cotangent]
        }
    }

    private func computed(by plan: ConvolutionPlan) -> Tensor<Scalar> {
        switch computation {
        case .forward(let x, let weight):
            return image(direction, from: x, weight, plan)
        case .inputGradient(let cotangent, let weight):
            return image(direction.reversed, from: cotangent, weight, plan)
        case .weightGradient(let x, let cotangent):
            guard direction == .transposed else {
                return weightGradient(input: x, output: cotangent, plan)
            }
            return weightGradient(input: cotangent, output: x, plan).transposed(-2, -1).contiguous()
        }
    }

    private func checkOperands() {
        let (source, target) = (geometry.sourceShape(direction), geometry.targetShape(direction))
        let weightShape = geometry.weightShape(direction)
        switch computation {
        case .forward(let x, let weight):
            check("input", x, source)
            check("weight", weight, weightShape)
            if let bias { check("bias", bias, [target[-1]]) }
        case .inputGradient(let cotangent, let weight):
            check("cotangent", cotangent, target)
            check("weight", weight, weightShape)
            if let bias { check("bias", bias, [source[-1]]) }
        case .weightGradient(let x, let cotangent):
            check("input", x, source)
            check("cotangent", cotangent, target)
        }
        let needed = geometry.byteCount(MemoryLayout<Scalar>.stride)
        let present = RuntimeSettings.Machine.current.physicalMemory
        require(
            present == 0 || needed <= present,
            "\(description): input, weight and output take \(needed) bytes,"
                + " the machine has \(present)")
    }

    private func check(_ name: String, _ operand: Tensor<Scalar>, _ expected: Shape) {
        require(
            operand.shape == expected,
            "\(description): the \(name) has shape \(operand.shape), not \(expected)")
    }

    private var description: String {
        direction == .direct
            ? "convolution \(geometry)" : "transposed convolution, the transpose of \(geometry)"
    }
}
