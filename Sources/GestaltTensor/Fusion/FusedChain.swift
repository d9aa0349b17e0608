import CKernels

/// The operation of ``fused(_:_:)``: a chain of elementwise steps on operands that broadcast to
/// `shape`. Only its operands are kept.
struct FusedChain<Scalar: FloatingScalar>: Operation {
    let shape: Shape
    let steps: [gk_chain_step]

    func forward(
        _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: [Tensor<Scalar>]) {
        let operands = inputs.map { FusedOperand($0, in: shape) }
        let value = Tensor<Scalar>(
            storage: Storage(count: shape.elementCount), layout: Layout(contiguous: shape))
        let streams = bypassesCaches(Scalar.self, shape.elementCount)
        withExtendedLifetime((operands, value)) {
            makePass(operands).writeValue(to: value.pointer, streams: streams)
        }
        return (value, needs.any ? inputs : [])
    }

    func pullback(
        _ cotangent: Tensor<Scalar>, _ inputs: [Tensor<Scalar>], needs: Needs
    ) -> [Tensor<Scalar>?] {
        let g = cotangent.contiguous()
        let operands = inputs.map { FusedOperand($0, in: shape) }
        let pass = makePass(operands)
        let (isUsed, isPassed) = pass.usesAndPassed()
        var gradients = [Tensor<Scalar>?](repeating: nil, count: inputs.count)
        var sums = [Storage<Double>?](repeating: nil, count: inputs.count)
        var targets = [UnsafeMutableRawPointer?](repeating: nil, count: inputs.count)
        for index in inputs.indices where needs[index] && isUsed[index] {
            if operands[index].period > 0 {
                let sum = Storage<Double>(count: pass.tasks * pass.sumLength(index))
                sum.pointer.update(repeating: 0, count: sum.count)
                (sums[index], targets[index]) = (sum, UnsafeMutableRawPointer(sum.pointer))
            } else if isPassed[index] {
                gradients[index] = g
            } else {
                let gradient = Tensor<Scalar>(uninitialized: shape) { _ in }
                gradients[index] = gradient
                targets[index] = UnsafeMutableRawPointer(gradient.pointer)
            }
        }
        withExtendedLifetime((operands, g, gradients, sums)) {
            pass.writeGradients(
                to: targets, from: g.pointer,
                streams: bypassesCaches(Scalar.self, shape.elementCount))
        }
        return inputs.indices.map { index in
            sums[index].map { folded($0, pass, operands[index], inputs[index].shape) }
                ?? gradients[index]?.summed(to: inputs[index].shape)
        }
    }

    private func makePass(_ operands: [FusedOperand<Scalar>]) -> FusedPass {
        FusedPass(
            count: shape.elementCount, steps: steps, variant: Scalar.variant,
            width: MemoryLayout<Scalar>.stride,
            operands: operands.map { UnsafeRawPointer($0.values.pointer) },
            periods: operands.map(\.period))
    }

    /// Returns the gradient of a repeated operand: the tasks' sums, added in task order.
    private func folded(
        _ sums: Storage<Double>, _ pass: FusedPass, _ operand: FusedOperand<Scalar>, _ shape: Shape
    ) -> Tensor<Scalar> {
        let total = pass.folded(UnsafePointer(sums.pointer), count: sums.count, operand.period)
        withExtendedLifetime(sums) {}
        return Tensor(uninitialized: shape) { gradient in
            for index in gradient.indices { gradient[index] = Scalar(total[index]) }
        }
    }
}

/// An operand of a chain in the kernel's form.
private struct FusedOperand<Scalar: FloatingScalar> {
    let values: Tensor<Scalar>
    /// The number of elements after which they repeat; 0 for an operand as large as the result.
    let period: Int

    /// A longer period would require too much memory for the sums of its gradient.
    private static var longestPeriod: Int { 1 << 16 }

    init(_ operand: Tensor<Scalar>, in shape: Shape) {
        let (count, repeats) = (operand.count, Self.repeats(operand.shape, in: shape))
        if repeats, count == shape.elementCount {
            (values, period) = (operand.contiguous(), 0)
        } else if repeats, count <= Self.longestPeriod {
            (values, period) = (operand.contiguous(), count)
        } else {
            (values, period) = (operand.detached.broadcast(to: shape).copied(), 0)
        }
    }

    /// Returns whether an operand's axes, but for leading ones of length 1, are the last ones of
    /// `shape`.
    private static func repeats(_ own: Shape, in shape: Shape) -> Bool {
        var axis = own.rank - 1
        while axis >= 0, own[axis] == shape[axis + shape.rank - own.rank] { axis -= 1 }
        while axis >= 0, own[axis] == 1 { axis -= 1 }
        return axis < 0
    }
}
